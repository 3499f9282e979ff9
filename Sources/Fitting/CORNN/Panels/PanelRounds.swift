internal import Collectives
internal import LinearAlgebra
internal import Runtime
private import Synchronization

/// What the outside asks of a rank that is at work on its panels.
package enum WorkRequest: Int, Sendable {
  case goOn
  /// Finish the panels in work, then synchronise with the other ranks.
  case synchronise
  /// Give up the panels in work and synchronise with the other ranks.
  case stop
}

extension PanelWork {
  /// Solves every panel in rounds, and scores it.
  ///
  /// In a round each rank solves panels until they are all done or `request` asks it to
  /// synchronise; at least one panel a thread, unless it asks to stop. As long as some rank
  /// has open panels, all ranks then call `synchronise` with what they have solved so far, which
  /// may keep it, and end the fit by throwing; at the end too, where one is asked to stop.
  /// Neurons of `restored` are not solved again.
  ///
  /// A panel's solution does not depend on the rounds, so a run that goes on from what was
  /// kept ends with the same numbers, bit for bit if the panels are the same.
  ///
  /// - Throws: what `synchronise` and `group` throw.
  /// - Collective: every rank of `group` must call it.
  func runInRounds<F: SubproblemForm & ~Copyable>(
    _ recording: borrowing PreparedRecording<F.S>, form: borrowing F,
    restored: [PanelSolution<F.S>], group: borrowing some RankGroup & ~Copyable,
    phases: Phases, request: @Sendable () -> WorkRequest,
    synchronise: (_ solved: [PanelSolution<F.S>]) throws -> Void,
    progress: @Sendable (Int) -> Void
  ) throws -> PanelOutcome<F.S> {
    let panels = panels
    let earlier = RestoredNeurons(restored)
    var slots = panels.map { earlier.whole($0) }
    let solved = Atomic(zip(slots, panels).reduce(0) { $0 + ($1.0 == nil ? 0 : $1.1.count) })
    while true {
      let open = slots.indices.filter { slots[$0] == nil }
      let solutions = try phases.measure("solve") {
        try parallelMap(count: open.count, threads: threads) { index -> PanelSolution<F.S>? in
          let asked = request()
          guard asked == .goOn || (asked == .synchronise && index < threads) else { return nil }
          let members = panels[open[index]]
          let missing = members.filter { !earlier.contains($0.neuron) }
          guard
            let solution = solve(
              missing, recording, form: form, isAbandoned: { request() == .stop })
          else { return nil }
          progress(solved.wrappingAdd(members.count, ordering: .relaxed).newValue)
          return missing.count == members.count
            ? solution : earlier.merged(with: solution, for: members)
        }
      }
      for (index, solution) in zip(open, solutions) { slots[index] = solution }
      let isOpen = try group.maximum(slots.contains { $0 == nil } ? 1 : 0) == 1
      let isStopping = try group.maximum(request() == .stop ? 1 : 0) == 1
      guard isOpen || isStopping else { break }
      // Rows of panels that are not whole yet must not be lost.
      try synchronise(slots.indices.flatMap { slots[$0].map { [$0] } ?? earlier.part(panels[$0]) })
      guard isOpen else { break }
    }
    return try scored(slots.compactMap { $0 }, recording, form: form, phases: phases)
  }
}
