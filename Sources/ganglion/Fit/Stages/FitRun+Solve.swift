internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Rivals

extension FitRun {
  /// The loss, the leaks and the ridge that are fitted, and so the solver's configuration.
  struct Chosen {
    let loaded: Loaded
    let choice: ModelChoice
    let configuration: Configuration
  }

  /// The fitted network.
  struct Solution: ~Copyable {
    let chosen: Chosen
    let fit: Fit<S>
    /// Quality against wall time; nil where none was logged.
    let log: MethodLog?
  }

  /// Chooses on held-out blocks what was not given.
  ///
  /// - Throws: `Stopped`; what the search throws.
  /// - Collective: every rank of `world` must call it.
  func choose(
    _ loaded: Loaded, keeping keeper: FitKeeper<S>, on world: borrowing Communicator
  ) throws -> Chosen {
    let planned = loaded.planned
    let transitions = loaded.problem.transitions.count
    let candidates = planned.candidates.sampled(transitions: transitions)
    let folds = candidates.expectedFolds(transitions: transitions)
    let choice = try keeper.searching(folds: folds, on: world) {
      try ModelSearch(
        candidates: candidates, problem: loaded.problem,
        configuration: planned.configuration, constraints: planned.constraints,
        threads: session.threads, phases: session.phases, memory: $0
      ).choose(on: world)
    }
    for note in choice.notes(leaks: try world.gather(choice.leaks)) { session.console.say(note) }
    return Chosen(
      loaded: loaded, choice: choice,
      configuration: command.configuration(
        in: arithmetic, lambda: choice.lambda, targets: choice.targets))
  }

  /// Solves this rank's neurons by the method that was asked for.
  ///
  /// - Throws: `Stopped`; what the method throws.
  /// - Collective: every rank of `world` must call it.
  func solve(
    _ chosen: Chosen, keeping keeper: FitKeeper<S>, on world: borrowing Communicator
  ) throws -> Solution {
    if let rival = command.method.rival(
      tolerance: command.solution.tolerance, margin: chosen.configuration.initialMargin)
    {
      return try solve(chosen, by: rival, on: world)
    }
    if command.method.curve { return try solveWithCurve(chosen, on: world) }
    let (console, control) = (session.console, session.control)
    let (loaded, choice) = (chosen.loaded, chosen.choice)
    let count = loaded.planned.local.count
    console.progress("solve", done: 0, of: count, unit: "neurons of this rank")
    let fit = try loaded.problem.fit(
      loss: choice.loss.loss, alpha: choice.leaks, configuration: chosen.configuration,
      constraints: loaded.planned.constraints, group: world, threads: session.threads,
      phases: session.phases, widestPanel: keeper.widestPanel,
      start: try start(of: chosen, on: world), restored: keeper.kept.panels,
      request: {
        console.beat()
        return control.request()
      }, synchronise: { try keeper.keep($0, on: world) },
      progress: {
        control.noteWork()
        console.progress("solve", done: $0, of: count, unit: "neurons of this rank")
      })
    control.noteProgress()
    return Solution(chosen: chosen, fit: fit, log: nil)
  }
}
