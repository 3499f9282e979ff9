internal import Collectives
internal import Foundation
internal import HDF5
internal import MPI
internal import Recordings
internal import Results
internal import Runtime
internal import Tasks
internal import Training

extension TrainRun {
  /// Where a training starts from.
  struct Begun {
    let prepared: Prepared
    /// nil where nothing is kept.
    let checkpoint: TrainCheckpoint<TrainState>?
    /// The state of an earlier run; nil: from the beginning.
    let state: TrainState?
  }

  /// What a training has learnt, and whether it did what was asked for.
  struct Trained {
    let prepared: Prepared
    let result: TrainResult
    let outcome: TrainOutcome
    /// Not nil: it stopped at its checkpoint, from which it can be gone on with.
    let stopped: Stopped?
  }

  /// Reads the checkpoint, where there is one to go on from.
  ///
  /// - Collective: every rank of `world` must call it.
  func resume(_ prepared: Prepared, on world: borrowing Communicator) throws -> Begun {
    let checkpoint = try TrainCheckpoint<TrainState>(command, prepared.record, content: content)
    let state = try checkpoint?.resume(command.checkpointing, session.console, on: world) {
      "at iteration \($0.iteration)"
    }
    return Begun(prepared: prepared, checkpoint: checkpoint, state: state)
  }

  /// Trains to the end, or to where the run is stopped.
  ///
  /// - Throws: `Stopped` where it can be gone on from the checkpoint, and nobody has the time for
  ///   scores and a result.
  /// - Collective: every rank of `world` must call it.
  func train(
    _ begun: Begun, log: RunLog, on world: borrowing Communicator
  ) throws -> Trained {
    let (console, control) = (session.console, session.control)
    let (checkpoint, settings) = (begun.checkpoint, begun.prepared.settings)
    func show(done: Int) {
      console.progress("train", done: done, of: settings.iterations, unit: "iterations")
    }
    show(done: begun.state?.iteration ?? 0)
    var result = try Trainer.run(
      task, settings, on: world, precision: S.self, phases: session.phases,
      resuming: begun.state,
      pacer: StopPacer(proceeds: { console.beat() }, isAsked: { control.isAskedToStop }),
      save: { state in
        try checkpoint?.write(state, on: world)
        control.startInterval(isSaved: checkpoint != nil)
      }
    ) { progress in
      control.noteWork()
      if let line = progress.line(of: settings.iterations) { console.say(line) }
      log.write("iteration", progress.entry)
      show(done: progress.iteration + 1)
      return control.decision(hasCheckpoint: checkpoint != nil)
    }
    control.noteLeaving()
    let reason = try result.wasStopped ? control.agreedStop(on: world) ?? .signal : nil
    let stopped = checkpoint == nil ? nil : reason.map(Stopped.init)
    // A time limit is planned: what was learned until then is judged. Others want the run to end.
    let isPlanned = reason == .timeLimit && !result.log.iteration.isEmpty
    if let stopped, !isPlanned { throw stopped }
    // What was learnt since the last evaluation would not be in the result.
    if reason != nil, !result.log.iteration.isEmpty {
      try Trainer.evaluateLast(
        &result, task, settings, on: world, precision: S.self, phases: session.phases,
        pacer: StopPacer(proceeds: {
          console.beat()
          control.noteProgress()
        }))
    }
    if isPlanned { result.judge(by: task, seed: settings.seed, session.phases) }
    return Trained(
      prepared: begun.prepared, result: result,
      outcome: TrainOutcome(
        result, iterations: settings.iterations, until: settings.until, stoppedBy: reason),
      stopped: stopped)
  }
}

extension Trainer.Progress {
  /// The line of an iteration that was evaluated; nil for the others.
  fileprivate func line(of iterations: Int) -> String? {
    guard let heldOutLoss else { return nil }
    var text = String(
      format: "%6d/%d  loss %.6g  held-out %.6g  %.2f s", iteration, iterations, loss,
      heldOutLoss, elapsed)
    if let accuracy { text += String(format: "  accuracy %.1f %%", 100 * accuracy) }
    if let damping, let learningRate {
      text += String(format: "  damping %.1e  rate %g", damping, learningRate)
    }
    return text
  }

  /// The iteration as an event of the log.
  fileprivate var entry: [String: any Sendable & Encodable] {
    var entry: [String: any Sendable & Encodable] = [
      "iteration": iteration, "loss": loss, "elapsed_s": elapsed,
      "held_out_loss": heldOutLoss ?? .nan, "damping": damping ?? .nan,
      "learning_rate": learningRate ?? .nan,
    ]
    if let accuracy { entry["held_out_accuracy"] = accuracy }
    return entry
  }
}
