internal import Collectives
internal import Differentiation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Planning
internal import Recordings
internal import Results
internal import SOFO
internal import Tasks
internal import Training
internal import Wording

/// One run of `ganglion train` in one precision: stages, each of which makes a value for the next.
///
/// `prepare` → `Prepared`, `resume` → `Begun`, `train` → `Trained`, which is written. There is one
/// file a stage.
struct TrainRun<S: Scalar & Transferable & Storable, Task: LearningTask> {
  let command: TrainCommand
  let task: Task
  /// Digests of what the task has read, which a checkpoint must agree with.
  let content: [String: String]
  let session: RunSession
  /// Not nil: nothing but the plan is wanted, for this job.
  let planning: TrainPlanning?

  /// Starts the run's session.
  ///
  /// - Collective: every rank of `world` must call it.
  init(
    _ command: TrainCommand, _ task: Task, content: [String: String],
    planning: TrainPlanning?, on world: borrowing Communicator
  ) throws {
    self.command = command
    self.task = task
    self.content = content
    self.planning = planning
    session = try command.session(isPlanning: planning != nil, on: world)
  }

  /// Threads of a rank: of the job that is planned, or of this one.
  private var threads: Int { planning?.job.threads ?? session.threads }

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let prepared = try prepare(on: world)
    guard !command.dryRun, planning == nil else { return try show(prepared, on: world) }
    let log = try session.openLog(command.log, on: world)
    let begun = try resume(prepared, on: world)
    let trained = try train(begun, log: log, on: world)
    let former = FormerResult(command.output, on: world)
    try write(trained, on: world)
    if trained.stopped == nil { try begun.checkpoint?.file.remove(on: world) }
    try tell(trained, in: former, log: log, on: world)
  }

  /// What the flags mean for this task.
  struct Prepared {
    let program: Program
    let settings: Trainer.Settings
    /// Every setting as it is used, but for the grid.
    let record: Settings

    /// The grid in words; empty where the method has none.
    var grid: String { settings.grid?.description ?? "" }
  }

  /// Checks the flags against the task.
  ///
  /// - Throws: `SOFOError` with what to change.
  private func prepare(on world: borrowing Communicator) throws -> Prepared {
    let ranks = planning?.job.ranks ?? world.size
    let program = task.record()
    let settings = command.optimizer.settings(
      for: task, program, command.precision, ranks: ranks)
    session.console.say(introduction(settings, program, ranks: ranks))
    if !task.hasHeldOutTrials {
      session.console.say(
        "note: no trial is held out, there is only one: losses called held-out are of the trial "
          + "that is trained on. --steps cuts a long one into several")
    }
    if let note = task.note { session.console.say("note: \(note)") }
    try Trainer.checkRanks(settings, ranks)
    if settings.method.usesDirections, let grid = settings.grid {
      try settings.subspace.validate(program, batch: settings.batch, grid: grid)
    }
    return Prepared(
      program: program, settings: settings, record: command.record(settings, task, program))
  }

  /// What is trained, and how, in a line.
  private func introduction(
    _ settings: Trainer.Settings, _ program: Program, ranks: Int
  ) -> String {
    let directions =
      settings.method.usesDirections
      ? ", \(settings.subspace.tangents) tangents, \(settings.subspace.kind.rawValue), "
        + "grid \(settings.grid?.description ?? "1x1")"
        + (settings.subspace.rounded ? ", \(rounding(of: program))" : "")
      : ""
    return "\(command.task.rawValue): \(program.freeParameterCount) parameters, "
      + "\(task.steps) steps, batch \(settings.batch); \(settings.method.rawValue)" + directions
      + "; \(counted(ranks, "rank")) × \(counted(threads, "thread"))"
  }

  /// What `--precision mixed` does.
  private func rounding(of program: Program) -> String {
    program.hasRoundedProducts
      ? "large products in bfloat16" : "products too small to round: float32"
  }

  /// Says what the training would take.
  private func show(_ prepared: Prepared, on world: borrowing Communicator) throws {
    let planning =
      try planning
      ?? TrainPlanning(
        machine: MachineDescription(
          measuring: world, hostOfRank: [Int](repeating: 0, count: world.size), directory: nil,
          effort: .least),
        job: Job(nodes: 1, ranksPerNode: world.size, threads: threads))
    let training = PlannedTraining(task, prepared.settings, precision: S.self)
    let plan = TrainPlan(training, in: planning.job)
    session.console.say(TrainPrediction(plan, on: planning.machine).text(memory: planning.memory))
    session.console.say("next: the same without \(command.dryRun ? "--dry-run" : "plan")")
  }
}
