internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Recordings
internal import Results
internal import Runtime
internal import Tasks
internal import Training
internal import Wording

extension TrainRun {
  /// Writes the result, where one is wanted and there is one.
  ///
  /// - Collective: every rank of `world` must call it.
  func write(_ trained: Trained, on world: borrowing Communicator) throws {
    guard let output = command.output, trained.outcome.hasResult else { return }
    let prepared = trained.prepared
    try session.phases.measure("write") {
      try TrainResultFile(
        task: command.task.rawValue, precision: command.precision.rawValue,
        provenance: Provenance(
          ranks: world.size, threads: session.threads, kernels: try world.kernelFamilies(),
          seed: Int(clamping: prepared.settings.seed),
          configuration: try prepared.record.adding(["grid": prepared.grid]).json),
        isHeldOut: task.hasHeldOutTrials
      ).write(
        trained.result, trained.outcome, peakMemory: world.maximum(PeakMemory.bytes), to: output,
        on: world)
    }
  }

  /// Says how it went and what is next.
  ///
  /// - Throws: `Stopped` or `CommandLineError` where it ended early.
  /// - Collective: every rank of `world` must call it.
  func tell(
    _ trained: Trained, in former: FormerResult, log: RunLog, on world: borrowing Communicator
  ) throws {
    let (console, result) = (session.console, trained.result)
    let table = try TimingTable(
      session.phases, spent: session.clock.spent, peak: PeakRate(measuring: S.self), group: world)
    console.say(
      "best held-out loss \(plain(result.bestLoss)) at iteration \(result.bestIteration); "
        + "work space \(result.bytes >> 10) kB a rank")
    if let until = trained.outcome.until {
      console.say("ended \(trained.outcome.words)")
      log.write(
        "ended",
        [
          "how": trained.outcome.words, "until": until,
          "goal_reached": trained.outcome.hasReachedGoal,
        ])
    }
    for score in result.scores {
      console.say("  \(score.name) = \(plain(score.value)): \(score.meaning)")
    }
    for warning in trained.outcome.warnings { console.say("warning: \(warning)") }
    session.tell(table, isAsked: command.timings, log: log)
    if let stopped = trained.stopped {
      if let output = command.output {
        console.say(former.line(output) + ", of the training so far")
      }
      throw stopped
    }
    if let output = command.output, trained.outcome.hasResult {
      console.say(former.line(output))
      console.say(Citation.line(trained.prepared.settings.method.citation))
      if task is any RecordableTask {
        console.next(
          "ganglion", "simulate", output, "-o", NextStep.file(beside: output, "-recording.h5"))
      } else {
        console.next(
          "ganglion", "report", output, "-o", NextStep.file(beside: output, "-report.html"))
      }
    }
    let method = trained.prepared.settings.method
    if let error = trained.outcome.error(method: method, output: command.output) { throw error }
  }
}
