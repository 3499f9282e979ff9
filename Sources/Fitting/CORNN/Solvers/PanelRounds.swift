internal import Collectives
internal import LinearAlgebra
internal import Runtime
private import Synchronization

/// What the outside asks of a rank that is at work on its panels.
package enum Urge: Int, Sendable {
  case goOn
  /// Finish the panels in work, then meet the other ranks.
  case meet
  /// Give up the panels in work and meet the other ranks.
  case stop
}

extension PanelWork {
  /// Solves every panel in rounds, and scores it.
  ///
  /// In a round each rank solves panels until they are all done or `urge` asks it to meet
  /// the others; at least one panel a thread, unless it asks to stop. As long as some rank
  /// has open panels, all ranks then call `meet` with what they have solved so far, which
  /// may keep it, and end the fit by throwing; at the end too, where one is asked to stop.
  /// Neurons of `restored` are not solved again.
  ///
  /// A panel's solution does not depend on the rounds, so a run that goes on from what was
  /// kept ends with the same numbers, bit for bit if the panels are the same.
  ///
  /// - Throws: what `meet` and `group` throw.
  /// - Collective: every rank of `group` must call it.
  func runInRounds<F: SubproblemForm & ~Copyable>(
    _ recording: borrowing PreparedRecording<F.S>, form: borrowing F,
    restored: [PanelSolution<F.S>], group: borrowing some RankGroup & ~Copyable,
    phases: Phases, urge: @Sendable () -> Urge,
    meet: (_ solved: [PanelSolution<F.S>]) throws -> Void,
    progress: @Sendable (Int) -> Void
  ) throws -> PanelOutcome<F.S> {
    let panels = panels
    let earlier = RestoredRows(restored)
    var slots = panels.map { earlier.whole($0) }
    let solved = Atomic(zip(slots, panels).reduce(0) { $0 + ($1.0 == nil ? 0 : $1.1.count) })
    while true {
      let open = slots.indices.filter { slots[$0] == nil }
      let solutions = try phases.measure("solve") {
        try parallelMap(count: open.count, threads: threads) { index -> PanelSolution<F.S>? in
          let asked = urge()
          guard asked == .goOn || (asked == .meet && index < threads) else { return nil }
          let members = panels[open[index]]
          let missing = members.filter { !earlier.contains($0.neuron) }
          guard
            let solution = solve(
              missing, recording, form: form, isAbandoned: { urge() == .stop })
          else { return nil }
          progress(solved.wrappingAdd(members.count, ordering: .relaxed).newValue)
          return missing.count == members.count
            ? solution : earlier.merged(with: solution, for: members)
        }
      }
      for (index, solution) in zip(open, solutions) { slots[index] = solution }
      let isOpen = try group.maximum(slots.contains { $0 == nil } ? 1 : 0) == 1
      let isStopping = try group.maximum(urge() == .stop ? 1 : 0) == 1
      guard isOpen || isStopping else { break }
      // Rows of panels that are not whole yet must not be lost.
      try meet(slots.indices.flatMap { slots[$0].map { [$0] } ?? earlier.part(panels[$0]) })
      guard isOpen else { break }
    }
    return try scored(slots.compactMap { $0 }, recording, form: form, phases: phases)
  }
}

/// Neurons solved earlier, in whatever panels, by local index.
private struct RestoredRows<S: Scalar>: Sendable {
  private let solutions: [PanelSolution<S>]
  private var places: [Int: (solution: Int, row: Int)] = [:]

  init(_ solutions: [PanelSolution<S>]) {
    self.solutions = solutions
    for (index, solution) in solutions.enumerated() {
      for (row, neuron) in solution.neurons.enumerated() { places[neuron] = (index, row) }
    }
  }

  func contains(_ neuron: Int) -> Bool { places[neuron] != nil }

  /// The solution of a panel if all its neurons were solved.
  func whole(_ members: ArraySlice<Subproblem>) -> PanelSolution<S>? {
    members.allSatisfy { contains($0.neuron) } ? part(members).first : nil
  }

  /// The solution of those of a panel's neurons that were solved; empty if none was.
  func part(_ members: ArraySlice<Subproblem>) -> [PanelSolution<S>] {
    let neurons = members.map(\.neuron).filter(contains)
    guard let first = neurons.first, let place = places[first] else { return [] }
    // The same panel: nothing to put together.
    if solutions[place.solution].neurons == neurons { return [solutions[place.solution]] }
    return [collected(neurons, [], traces: traces(of: neurons))]
  }

  /// The restored and the new solutions of a panel's neurons, in the panel's order.
  func merged(
    with solution: PanelSolution<S>, for members: ArraySlice<Subproblem>
  ) -> PanelSolution<S> {
    let neurons = members.map(\.neuron)
    return collected(neurons, [solution], traces: [solution.trace] + traces(of: neurons))
  }

  /// The traces of the earlier panels that begin with one of these neurons.
  private func traces(of neurons: [Int]) -> [[Double]] {
    neurons.compactMap { neuron in
      places[neuron].flatMap { $0.row == 0 ? solutions[$0.solution].trace : nil }
    }
  }

  private func collected(
    _ neurons: [Int], _ more: [PanelSolution<S>], traces: [[Double]]
  ) -> PanelSolution<S> {
    let sources = solutions + more
    var places = places
    for (index, solution) in more.enumerated() {
      for (row, neuron) in solution.neurons.enumerated() {
        places[neuron] = (solutions.count + index, row)
      }
    }
    let found = neurons.compactMap { places[$0] }
    var coefficients = Matrix<S>(
      rows: found.count, columns: found.first.map { sources[$0.solution].coefficients.columns } ?? 0
    )
    for (i, place) in found.enumerated() {
      coefficients.copyRow(i, from: sources[place.solution].coefficients, place.row)
    }
    func collect<T>(_ field: KeyPath<PanelSolution<S>, [T]>) -> [T] {
      found.map { sources[$0.solution][keyPath: field][$0.row] }
    }
    return PanelSolution(
      neurons: neurons, coefficients: coefficients, optimality: collect(\.optimality),
      outcomes: collect(\.outcomes), iterations: collect(\.iterations),
      clipped: collect(\.clipped), missing: collect(\.missing),
      trace: summedTraces(traces, length: traces.map(\.count).max() ?? 0))
  }
}

/// The sum of traces; one that ended early keeps its last value.
func summedTraces(_ traces: [[Double]], length: Int) -> [Double] {
  var total = [Double](repeating: 0, count: length)
  for trace in traces {
    guard let last = trace.last else { continue }
    for i in 0..<length { total[i] += i < trace.count ? trace[i] : last }
  }
  return total
}
