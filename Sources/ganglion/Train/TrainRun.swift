internal import Collectives
internal import Differentiation
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Planning
internal import Recordings
internal import SOFO
internal import Tasks
internal import Training
internal import Wording

/// One run of `ganglion train` in one precision.
struct TrainRun<S: Scalar & Transferable & Storable> {
  let command: TrainCommand
  /// Not nil: nothing but the plan is wanted, for this job.
  var planning: TrainPlanning?
  /// Digests of what the task has read, which a checkpoint must agree with.
  var content: [String: String] = [:]

  /// - Collective: every rank of `world` must call it.
  func run(_ task: some LearningTask, on world: borrowing Communicator) throws {
    let clock = RunClock()
    let own = try command.common.startThreads(
      on: world, warningOf: planning == nil ? [.threads, .kernels] : [])
    let threads = planning?.job.threads ?? own
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    let isPlanOnly = command.dryRun || planning != nil
    let control = RunControl(
      isPlanOnly ? nil : command.checkpointing, rank: world.rank, keepsResult: true)
    // Who hears from this run may signal it: by then every rank has its handlers.
    try world.barrier()
    var settings = command.optimizer.settings(for: task)
    let program = task.record()
    let usesGrid = settings.method.usesDirections
    if usesGrid && settings.grid == nil {
      settings.grid = settings.automaticGrid(
        ranks: planning?.job.ranks ?? world.size, program)
    }
    console.say(
      "\(command.task.rawValue): \(program.freeParameterCount) parameters, \(task.steps) steps, "
        + "batch \(settings.batch); \(settings.method.rawValue)"
        + (usesGrid
          ? ", \(settings.subspace.tangents) tangents, \(settings.subspace.kind.rawValue), "
            + "grid \(settings.grid?.description ?? "1x1")" : "")
        + "; \(planning?.job.ranks ?? world.size) ranks × \(threads) threads")
    if !task.hasHeldOutTrials {
      console.say(
        "note: no trial is held out, there is only one: losses called held-out are of the trial "
          + "that is trained on. --steps cuts a long one into several")
    }
    if usesGrid, let grid = settings.grid {
      try settings.subspace.validate(program, batch: settings.batch, grid: grid)
    }
    if isPlanOnly {
      let planning =
        try planning
        ?? TrainPlanning(
          machine: MachineDescription(
            measuring: world, hostOfRank: [Int](repeating: 0, count: world.size), directory: nil,
            effort: .least),
          job: Job(nodes: 1, ranksPerNode: world.size, threads: threads))
      let training = PlannedTraining(task, settings, precision: S.self)
      let plan = TrainPlan(training, in: planning.job)
      console.say(TrainPrediction(plan, on: planning.machine).text(memory: planning.memory))
      console.say("next: the same without \(command.dryRun ? "--dry-run" : "plan")")
      return
    }
    let log = try RunLog(path: command.log, group: world)
    console.logProgress(to: log)
    let phases = Phases()
    let record = record(settings, task, program, grid: settings.grid?.description ?? "")
    // A run may be resumed on other ranks: the grid is not part of what must agree.
    let options = command.taskOptions
    let identity = try self.record(settings, task, program, grid: "").adding([
      "checkpoint-format": 2, "hidden": options.hidden ?? 0, "classes": options.classes,
      "leak": options.leak, "force-alpha": settings.alpha,
    ]).adding(content).json
    var resumed: TrainState?
    let checkpoint = command.checkpointing.checkpoint.map {
      TrainCheckpoint(file: CheckpointFile(path: $0, identity: identity))
    }
    if let checkpoint, command.checkpointing.resumes {
      let found = try checkpoint.read(on: world)
      for note in found.notes { console.say("note: \(note)") }
      resumed = found.state
      if let resumed {
        console.say("resuming \(checkpoint.file.path) at iteration \(resumed.iteration)")
      }
    }
    let iterations = settings.iterations
    console.progress(
      "train", done: resumed?.iteration ?? 0, of: iterations, unit: "iterations")

    let result = try Trainer.run(
      task, settings, on: world, precision: S.self, phases: phases, resuming: resumed,
      pacer: StopPacer(proceeds: { console.beat() }, isAsked: { control.isAskedToStop }),
      save: { state in
        try checkpoint?.write(state, on: world)
        control.startInterval(isSaved: checkpoint != nil)
      }
    ) { progress in
      control.noteWork()
      if let heldOut = progress.heldOutLoss {
        console.say(Self.line(progress, heldOut, of: settings.iterations))
      }
      log.write("iteration", Self.entry(progress))
      console.progress(
        "train", done: progress.iteration + 1, of: iterations, unit: "iterations")
      return control.decision(hasCheckpoint: checkpoint != nil)
    }
    control.noteLeaving()
    let reason = try result.wasStopped ? control.agreedStop(on: world) ?? .signal : nil
    if let reason, checkpoint != nil { throw Stopped(reason) }
    let outcome = TrainOutcome(result, iterations: iterations, stoppedBy: reason)
    if let output = command.output, outcome.hasResult {
      try phases.measure("write") {
        try TrainResultFile(
          task: command.task.rawValue, precision: command.precision.rawValue,
          provenance: Provenance(
            ranks: world.size, threads: threads, kernels: try world.kernelFamilies(),
            seed: Int(clamping: settings.seed),
            configuration: try record.json),
          isHeldOut: task.hasHeldOutTrials
        ).write(
          result, outcome, peakMemory: world.maximum(PeakMemory.bytes), to: output, on: world)
      }
    }
    try checkpoint?.file.remove(on: world)
    let table = try TimingTable(
      phases, spent: clock.spent, peak: PeakRate(measuring: S.self), group: world)
    console.say(
      "best held-out loss \(plain(result.bestLoss)) at iteration \(result.bestIteration); "
        + "work space \(result.bytes >> 10) kB a rank")
    for score in result.scores {
      console.say("  \(score.name) = \(plain(score.value)): \(score.meaning)")
    }
    if command.timings || table.total >= TimingTable.longRun { console.say(table.text) }
    for line in table.advice { console.say("warning: \(line)") }
    log.write("timings", table.event)
    if let output = command.output, outcome.hasResult {
      console.say("wrote \(output)")
      console.next(
        "ganglion", "report", output, "-o", NextStep.file(beside: output, "-report.html"))
    }
    if let error = outcome.error(method: settings.method, output: command.output) { throw error }
  }

  private static func line(
    _ progress: Trainer.Progress, _ heldOut: Double, of iterations: Int
  ) -> String {
    var text = String(
      format: "%6d/%d  loss %.6g  held-out %.6g  %.2f s", progress.iteration, iterations,
      progress.loss, heldOut, progress.elapsed)
    if let damping = progress.damping, let rate = progress.learningRate {
      text += String(format: "  damping %.1e  rate %g", damping, rate)
    }
    return text
  }

  private static func entry(
    _ progress: Trainer.Progress
  ) -> [String: any Sendable & Encodable] {
    [
      "iteration": progress.iteration, "loss": progress.loss, "elapsed_s": progress.elapsed,
      "held_out_loss": progress.heldOutLoss ?? .nan, "damping": progress.damping ?? .nan,
      "learning_rate": progress.learningRate ?? .nan,
    ]
  }

  /// Every setting as it is used.
  private func record(
    _ settings: Trainer.Settings, _ task: some LearningTask, _ program: Program, grid: String
  ) -> Settings {
    let subspace = settings.subspace
    let options = command.taskOptions
    return Settings([
      "command": "train", "task": command.task.rawValue, "optimizer": settings.method.rawValue,
      "batch": settings.batch, "steps": task.steps, "iterations": settings.iterations,
      "tangents": subspace.tangents, "tangent-kind": subspace.kind.rawValue,
      "damping": subspace.damping, "damping-rule": subspace.rule.rawValue,
      "learning-rate": settings.method == .adam ? settings.learningRate : subspace.learningRate,
      "orthonormal": subspace.orthonormal, "whitening": subspace.whitening, "grid": grid,
      "seed": Int(clamping: settings.seed),
      "clip": settings.clip, "eval-every": settings.evaluateEvery, "held-out": settings.heldOut,
      "precision": command.precision.rawValue, "bits": options.bits,
      "trained": command.trainedPart.rawValue,
      "dimensions": options.dimensions, "supervision": options.supervision.rawValue,
      "cell": options.cell.rawValue, "parameters": program.freeParameterCount,
    ])
  }
}
