internal import Collectives
internal import Foundation
internal import MPI
internal import Results
internal import Runtime
internal import Tasks
internal import Training
internal import Wording

extension AgainstRun {
  /// Runs what is left of the comparison, to its end or to where it is stopped.
  ///
  /// - Returns: the comparison, and why it stopped early without a checkpoint.
  /// - Throws: `Stopped` where it can be gone on from the checkpoint.
  /// - Collective: every rank of `world` must call it.
  func compare(
    _ prepared: Prepared, _ checkpoint: TrainCheckpoint<State>?, log: RunLog,
    on world: borrowing Communicator
  ) throws -> (Comparison, StopRequest.Reason?) {
    let (console, control) = (session.console, session.control)
    var state =
      try checkpoint?.resume(command.checkpointing, console, on: world) {
        "after \(counted($0.comparison.runs.count, "run"))"
      } ?? State(comparison: prepared.comparison)
    while let job = state.comparison.next {
      console.progress(
        "against", done: state.comparison.runs.count, of: state.comparison.mostRuns, unit: "runs")
      let settings = settings(of: job, prepared)
      let result = try Trainer.run(
        task, settings, on: world, precision: S.self, phases: session.phases,
        resuming: state.current,
        pacer: StopPacer(proceeds: { console.beat() }, isAsked: { control.isAskedToStop }),
        save: { training in
          state.current = training
          try checkpoint?.write(state, on: world)
          control.startInterval(isSaved: checkpoint != nil)
        }
      ) { _ in
        control.noteWork()
        return control.decision(hasCheckpoint: checkpoint != nil)
      }
      if result.wasStopped {
        control.noteLeaving()
        let reason = try control.agreedStop(on: world) ?? .signal
        if checkpoint != nil { throw Stopped(reason) }
        return (state.comparison, reason)
      }
      let run = ComparedRun(job, settings.tunedSettings, result)
      state.current = nil
      state.comparison.add(run)
      note(run, log: log)
      try checkpoint?.write(state, on: world)
    }
    control.noteLeaving()
    return (state.comparison, nil)
  }

  private func settings(of job: ComparisonJob, _ prepared: Prepared) -> Trainer.Settings {
    guard var settings = prepared.usual[job.method]?.tuned(to: job.point) else {
      preconditionFailure("no settings of \(job.method)")
    }
    settings.seed = job.seed
    settings.afterwards = job.isTuning ? .nothing : .scores
    return settings
  }

  /// Says and logs how a run went.
  private func note(_ run: ComparedRun, log: RunLog) {
    let flags = run.settings.flags(of: run.job.method)
      .map { "\($0.name) \(plain($0.value, digits: 3))" }
    let words = [run.job.isTuning ? "tuning " : "counted", run.job.method.rawValue] + flags
    session.console.say(
      words.joined(separator: " ") + ", seed \(run.job.seed): held-out loss "
        + "\(plain(run.loss, digits: 4)) after \(counted(run.iterations, "iteration"))"
        + (run.isDiverged ? "; diverged" : ""))
    if run.seconds > 1.5 * command.comparison.runTime {
      session.console.say(
        "warning: an iteration of \(run.job.method.rawValue) takes longer than --run-time: its run "
          + "took \(short(run.seconds)) s")
    }
    log.write(
      "run",
      [
        "optimizer": run.job.method.rawValue, "tuning": run.job.isTuning,
        "seed": Int(clamping: run.job.seed), "rate": run.settings.rate,
        "damping": run.settings.damping ?? .nan, "held_out_loss": run.loss, "score": run.score,
        "iterations": run.iterations, "training_s": run.seconds, "diverged": run.isDiverged,
      ])
  }

  /// Says who is first, in a table.
  ///
  /// - Throws: `CommandLineError`: 1, or 130 and 143 for signals, where it ended early; 1 where a
  ///   run diverged under `--strict`.
  func tell(
    _ comparison: Comparison, stoppedBy reason: StopRequest.Reason?, log: RunLog
  ) throws {
    let table = ComparisonTable(comparison)
    if let text = table.text(seconds: command.comparison.runTime) { session.console.say(text) }
    if let output = command.output, !comparison.runs.isEmpty {
      session.console.say("wrote \(output)")
      let papers = comparison.methods.compactMap(\.citation)
      session.console.say(Citation.line(papers.first))
      session.console.next(Companion.command("figures"), output)
    }
    if let reason {
      let left =
        comparison.runs.isEmpty
        ? "there is no result" : "\(command.output ?? "the result") holds those that are over"
      throw CommandLineError(
        exitCode: reason.codeWithoutCheckpoint,
        description: "stopped by \(reason.cause) after \(comparison.runs.count) of at most "
          + "\(counted(comparison.mostRuns, "run")), without a checkpoint to go on from "
          + "(--checkpoint FILE); \(left)")
    }
    let diverged = comparison.runs.filter { !$0.job.isTuning && $0.isDiverged }
    guard !command.comparison.strict || diverged.isEmpty else {
      throw CommandLineError(
        exitCode: ExitCode.notConverged,
        description: "\(counted(diverged.count, "run")) that counted diverged ("
          + Set(diverged.map(\.job.method.rawValue)).sorted().joined(separator: ", ")
          + "): their losses are the best before that. Give more --tuning-time")
    }
  }
}
