internal import Collectives
internal import Differentiation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Planning
internal import Results
internal import Runtime
internal import SOFO
internal import Tasks
internal import Training
internal import Wording

/// One run of `ganglion train --against`: trainings by turns, each as long as the others.
struct AgainstRun<S: Scalar & Transferable & Storable, Task: LearningTask> {
  let command: TrainCommand
  let task: Task
  /// Digests of what the task has read, which a checkpoint must agree with.
  let content: [String: String]
  let session: RunSession
  /// Not nil: nothing but the plan is wanted, for this job.
  let planning: TrainPlanning?

  /// What a comparison keeps of itself.
  struct State: Codable {
    var comparison: Comparison
    /// The training under way; nil between two.
    var current: TrainState?
  }

  /// What the flags mean for this task.
  struct Prepared {
    /// The usual settings of every method.
    let usual: [Trainer.Method: Trainer.Settings]
    let comparison: Comparison
    /// Every setting as it is used; what methods do not share, of each.
    let record: Settings
  }

  /// Evaluations of a run, evenly spread over its time.
  static var evaluations: Int { 40 }

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

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let prepared = try prepare(ranks: planning?.job.ranks ?? world.size)
    session.console.say(cost(of: prepared.comparison))
    guard !command.dryRun, planning == nil else { return }
    let log = try session.openLog(command.log, on: world)
    let checkpoint = try TrainCheckpoint<State>(command, prepared.record, content: content)
    let (comparison, reason) = try compare(prepared, checkpoint, log: log, on: world)
    try write(comparison, prepared, stoppedBy: reason, on: world)
    try checkpoint?.file.remove(on: world)
    try tell(comparison, stoppedBy: reason, log: log)
  }

  /// Checks the flags against the task, for every method.
  ///
  /// - Throws: `SOFOError` with what to change.
  private func prepare(ranks: Int) throws -> Prepared {
    let program = task.record()
    var usual: [Trainer.Method: Trainer.Settings] = [:]
    var records: [(name: String, settings: Settings)] = []
    let methods = try methods()
    for method in methods {
      var options = command.optimizer
      options.optimizer = method
      var settings = options.settings(
        for: task, program, command.precision, ranks: ranks, isCompared: true)
      settings.budget = TimeBudget(
        seconds: command.comparison.runTime, evaluations: Self.evaluations)
      try Trainer.checkRanks(settings, ranks)
      if settings.method.usesDirections, let grid = settings.grid {
        try settings.subspace.validate(program, batch: settings.batch, grid: grid)
      }
      usual[method] = settings
      records.append((method.rawValue, command.comparedRecord(settings, task, program)))
    }
    let record = Settings([
      "against": command.comparison.against ?? "", "seeds": command.comparison.seeds,
      "run-time": command.comparison.runTime, "tuning-runs": command.comparison.tuningRuns,
    ]).adding(Settings(of: records))
    let seed = command.optimizer.seed
    let comparison = Comparison(
      methods, searches: usual.mapValues(\.search),
      seeds: (0..<UInt64(command.comparison.seeds)).map { seed &+ $0 },
      tuningRuns: command.comparison.tuningRuns)
    return Prepared(usual: usual, comparison: comparison, record: record)
  }

  /// The methods: those that are named, or all that the task can have.
  private func methods() throws -> [Trainer.Method] {
    let named = command.comparison.names ?? []
    let canForce = task.readout != nil && command.trainedPart == .readout
    guard command.comparison.against != "all" else {
      return named.filter { $0 != .force || canForce }
    }
    guard canForce || !named.contains(.force) else {
      throw SOFOError.configuration(
        "--against has force, which trains a readout only: use flipflop --trained readout, or "
          + "leave it out")
    }
    return named
  }

  /// What the comparison will take.
  private func cost(of comparison: Comparison) -> String {
    let options = command.comparison
    let minutes = Double(comparison.mostRuns) * options.runTime / 60
    let methods = comparison.methods.map(\.rawValue).joined(separator: ", ")
    return """
      \(command.task.rawValue): \(methods)
      each tuned by at most \(counted(comparison.tuningRuns, "run")) on seed \
      \(comparison.tuningSeed), then \(counted(comparison.seeds.count, "run")) on seeds \
      \(comparison.seeds[0]) to \(comparison.seeds[comparison.seeds.count - 1])
      at most \(counted(comparison.mostRuns, "run")) of \(plain(options.runTime)) s: \
      \(short(minutes)) min of training, and \(Self.evaluations + 1) evaluations on \
      \(counted(command.optimizer.heldOut, "held-out trial")) in each
      """
  }
}
