internal import CORNN
internal import Collectives
internal import HDF5
internal import Kernels
internal import LinearAlgebra
internal import MPI
internal import Planning
internal import Recordings
internal import Rivals
internal import Runtime
internal import Wording

/// One run of `ganglion fit` in one precision: stages, each of which makes a value for the next.
///
/// `plan` → `Planned`, `load` → `Loaded`, `choose` → `Chosen`, `solve` → `Solution`, `score` →
/// `Scored`, which is written. There is one file a stage.
struct FitRun<S: Scalar & Transferable & Storable> {
  let command: FitCommand
  let recording: Recording
  let arithmetic: Arithmetic
  let session: RunSession
  let log: RunLog
  /// Whether it says which command is next.
  let leadsOn: Bool
  /// What is fitted, as a person calls it; nil: the files that the command names.
  var title: String?

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let planned = try plan(on: world)
    guard !command.dryRun else { return try show(planned, on: world) }
    try planned.fit.requireMemory(
      under: planned.constraints, threads: session.threads, on: world)
    try requireTruth(on: world)
    log.write("started", planned.fit.event)
    keepFreedMemory()

    let former = FormerResult(command.output, on: world)
    let loaded = try load(planned, on: world)
    let keeper = try keeper(of: loaded, on: world)
    let chosen = try choose(loaded, keeping: keeper, on: world)
    let scored = try score(solve(chosen, keeping: keeper, on: world), on: world)
    try write(scored, on: world)
    try keeper.finish(on: world)
    try tell(scored, in: former, on: world)
    guard scored.solution.log?.ending == .stopped,
      let reason = try session.control.agreedStop(on: world), reason != .timeLimit
    else { return }
    throw StoppedMethod(method: command.method.method, reason: reason)
  }

  /// What is kept of the work in a checkpoint, and what is there of an earlier run.
  private func keeper(
    of loaded: Loaded, on world: borrowing Communicator
  ) throws -> FitKeeper<S> {
    try FitKeeper(
      command.checkpointing, session, log: log, local: loaded.planned.local,
      neurons: recording.neurons, on: world
    ) {
      try identity(content: loaded.content, on: world)
    }
  }

  /// Says how it went and what is next.
  ///
  /// - Throws: `CommandLineError` (1) where neurons are not solved that had to be.
  private func tell(
    _ scored: borrowing Scored, in former: FormerResult, on world: borrowing Communicator
  ) throws {
    let (console, report) = (session.console, scored.report)
    let table = try TimingTable(
      session.phases, spent: session.clock.spent,
      peak: PeakRate(
        measuring: S.self, packed: scored.solution.fit.productKernel),
      group: world)
    console.say(report.text)
    let log = scored.solution.log
    if let log { console.say(log.text(of: command.method.method)) }
    session.tell(table, isAsked: command.timings, log: self.log)
    if let output = command.output {
      console.say(former.line(output))
      console.say(Citation.line(command.method.method.citation))
      if leadsOn { console.next(command.next(after: output)) }
    }
    guard command.solution.strict else { return }
    if let log { try log.requireNoDivergence(of: command.method.method) }
    guard report.unconverged > 0 else { return }
    throw CommandLineError(
      exitCode: ExitCode.notConverged,
      description: """
        \(report.unconverged) of \(recording.neurons) neurons did not reach the tolerance \
        \(asGiven(command.solution.tolerance)); raise --iterations or --lambda
        """)
  }
}
