internal import Collectives
internal import MPI
internal import Runtime

/// What a run of `fit` or `train` has from its start to its end.
struct RunSession {
  /// Threads of this rank.
  let threads: Int
  let console: Console
  let control: RunControl
  let phases: Phases
  let clock: RunClock

  /// Starts threads and run control, and waits for the other ranks.
  ///
  /// - Parameters:
  ///   - common: the flags that every command has.
  ///   - checkpointing: nil where nothing is to be kept, as by a dry run.
  ///   - unfinished: what becomes of the run when it stops without a checkpoint.
  ///   - topics: what is warned of at the start.
  ///   - phases: those that were measured before.
  ///   - clock: the run's clock.
  ///   - world: all ranks.
  /// - Throws: `CommandLineError` (78) where memory is too little to begin with.
  /// - Collective: every rank of `world` must call it.
  init(
    _ common: CommonOptions, checkpointing: CheckpointOptions?, unfinished: UnfinishedRun = .lost,
    warningOf topics: Set<StartTopic> = [.threads, .kernels], phases: Phases = Phases(),
    clock: RunClock = RunClock(), on world: borrowing Communicator
  ) throws {
    threads = try common.startThreads(on: world, warningOf: topics)
    console = Console(rank: world.rank, quiet: common.quiet)
    control = RunControl(checkpointing, rank: world.rank, unfinished: unfinished)
    self.phases = phases
    self.clock = clock
    // Who hears from this run may signal it: by then every rank has its handlers.
    try world.barrier()
  }

  /// Opens the log, which hears of progress too; nil: there is none.
  ///
  /// Unless it `waits`, lines are left out where a pipe has no room.
  ///
  /// - Throws: `CommandLineError` (73) on every rank if it cannot be created.
  /// - Collective: every rank of `world` must call it.
  func openLog(
    _ path: String?, waits: Bool = true, on world: borrowing Communicator
  ) throws -> RunLog {
    let log = try RunLog(path: path, waits: waits, group: world)
    console.logProgress(to: log)
    return log
  }

  /// Says and logs where the time went.
  ///
  /// - Parameters:
  ///   - table: the phases of all ranks.
  ///   - isAsked: whether the table, and advice about it, are printed after a short run too.
  ///   - log: the run's log.
  func tell(_ table: TimingTable, isAsked: Bool, log: RunLog) {
    if isAsked || table.total >= TimingTable.longRun { console.say(table.text) }
    if isAsked || table.total >= TimingTable.runWithAdvice {
      for line in table.advice { console.say("warning: \(line)") }
    }
    log.write("timings", table.event)
  }
}
