internal import CORNN
internal import Collectives
internal import HDF5
internal import Kernels
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Recordings
internal import Results
internal import Runtime

extension FitRun {
  /// A solution with what the held-out frames say of it.
  struct Scored: ~Copyable {
    let solution: Solution
    /// nil where nothing was held out.
    let heldOut: HeldOutScores?
    let report: FitReport
  }

  /// Holds the network against its yardsticks on the held-out frames.
  ///
  /// - Collective: every rank of `world` must call it.
  func score(
    _ solution: consuming Solution, on world: borrowing Communicator
  ) throws -> Scored {
    let chosen = solution.chosen
    let console = session.console
    let heldOut = try session.phases.measure("evaluate") {
      try HeldOutScores(
        solution.fit, chosen.loaded.problem, starts: command.rolloutStarts, group: world
      ) {
        console.progress("evaluate", done: $0, of: $1, unit: "frames ahead")
      }
    }
    session.control.noteLeaving()
    returnFreedMemory()
    let report = try FitReport(
      solution.fit, heldOut: heldOut, labels: recording.labels,
      isLeakChosen: chosen.choice.isLeakChosen, targets: chosen.configuration.targetRange,
      group: world)
    log.write("fitted", report.values)
    return Scored(solution: solution, heldOut: heldOut, report: report)
  }

  /// Writes the result, where one is wanted.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(_ scored: borrowing Scored, on world: borrowing Communicator) throws {
    guard let output = command.output else { return }
    try session.phases.measure("write") {
      let chosen = scored.solution.chosen
      try FitResultFile(
        recording: recording, scaling: chosen.loaded.scaling,
        configuration: chosen.configuration, choice: chosen.choice, heldOut: scored.heldOut,
        regions: chosen.loaded.regions, provenance: provenance(of: chosen, on: world),
        storage: command.solution.weights, method: (command.method, scored.solution.log),
        isRoot: world.rank == 0
      ).write(scored.solution.fit, to: output, on: world)
    }
  }

  /// How the result was made.
  private func provenance(
    of chosen: Chosen, on world: borrowing Communicator
  ) throws -> Provenance {
    let digest = try world.digest(ofFiles: command.recordings)
    let settings = chosen.loaded.planned.settings.adding([
      "recordings": command.recordings, "alpha": chosen.choice.alpha,
      "lambda": chosen.configuration.lambda, "loss": chosen.choice.loss.name,
      "targets": chosen.configuration.targetRange.rawValue,
    ])
    return Provenance(
      ranks: world.size, threads: session.threads, kernels: try world.kernelFamilies(),
      input: (command.recordings.joined(separator: "\n"), digest),
      configuration: try settings.json)
  }
}
