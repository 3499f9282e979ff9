internal import LinearAlgebra

/// Neurons solved earlier, in whatever panels, by local index.
struct RestoredNeurons<S: Scalar>: Sendable {
  private struct Place {
    let solution: Int
    let row: Int
  }

  private let solutions: [PanelSolution<S>]
  private var places: [Int: Place] = [:]

  /// Where a neuron was solved more than once the last solution counts.
  init(_ solutions: [PanelSolution<S>]) {
    self.solutions = solutions
    for (index, solution) in solutions.enumerated() {
      for (row, solved) in solution.rows.enumerated() {
        places[solved.neuron] = Place(solution: index, row: row)
      }
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
    return [collected(neurons, traces: traces(of: neurons))]
  }

  /// The restored and the new solutions of a panel's neurons, in the panel's order.
  func merged(
    with solution: PanelSolution<S>, for members: ArraySlice<Subproblem>
  ) -> PanelSolution<S> {
    let neurons = members.map(\.neuron)
    return RestoredNeurons(solutions + [solution])
      .collected(neurons, traces: [solution.trace] + traces(of: neurons))
  }

  /// The traces of the earlier panels that begin with one of these neurons.
  private func traces(of neurons: [Int]) -> [[Double]] {
    neurons.compactMap { neuron in
      places[neuron].flatMap { $0.row == 0 ? solutions[$0.solution].trace : nil }
    }
  }

  private func collected(_ neurons: [Int], traces: [[Double]]) -> PanelSolution<S> {
    let found = neurons.compactMap { places[$0] }
    var coefficients = Matrix<S>(
      rows: found.count, columns: found.first.map { columns(of: $0) } ?? 0)
    for (i, place) in found.enumerated() {
      coefficients.copyRow(i, from: solutions[place.solution].coefficients, place.row)
    }
    return PanelSolution(
      found.map { solutions[$0.solution].rows[$0.row] }, coefficients: coefficients,
      trace: summedTraces(traces, length: traces.map(\.count).max() ?? 0))
  }

  private func columns(of place: Place) -> Int { solutions[place.solution].coefficients.columns }
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
