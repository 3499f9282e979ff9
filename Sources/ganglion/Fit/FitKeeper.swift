internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import Runtime

/// Keeps the work of a fit in its checkpoint, and ends it there when it is asked to.
///
/// Without `--checkpoint` it does nothing.
final class FitKeeper<S: Scalar & Transferable & Storable> {
  /// What is done so far, the work of earlier runs included.
  var kept = FitCheckpoint<S>.Kept()

  /// Whether this run has added to what is kept.
  private var hasAdvanced = false
  private let checkpoint: FitCheckpoint<S>?
  private let control: RunControl
  private let neurons: Int
  private let console: Console
  private let log: RunLog
  private let phases: Phases

  /// Most neurons that are solved together, and lost together if the run is killed: few where
  /// work is to be kept, as many as memory allows where none is.
  var widestPanel: Int { checkpoint == nil ? .max : 128 }

  /// Reads the checkpoint where there is one; `identity` is asked where it is needed.
  ///
  /// - Collective: every rank of `world` must call it.
  init(
    _ options: CheckpointOptions, _ session: RunSession, log: RunLog, local: Range<Int>,
    neurons: Int, on world: borrowing Communicator, identity: () throws -> String
  ) throws {
    control = session.control
    console = session.console
    phases = session.phases
    self.neurons = neurons
    self.log = log
    guard let path = options.checkpoint else {
      checkpoint = nil
      return
    }
    let checkpoint = FitCheckpoint<S>(
      file: CheckpointFile(path: path, identity: try identity()), local: local)
    self.checkpoint = checkpoint
    guard options.resumes else { return }
    let found = try phases.measure("checkpoint") { try checkpoint.read(on: world) }
    for note in found.notes { console.say("note: \(note)") }
    guard let stored = found.kept else { return }
    kept = stored
    console.say(
      "resumed from \(path): \(stored.solved) of \(neurons) neurons are solved")
    log.write("resumed", ["solved": stored.solved, "folds": stored.search.count])
  }

  /// Keeps the solved neurons if it is time, and stops if the ranks agree to.
  ///
  /// - Throws: `Stopped`.
  /// - Collective: every rank of `world` must call it.
  func keep(_ panels: [PanelSolution<S>], on world: borrowing Communicator) throws {
    let solved = try world.sum(panels.reduce(0) { $0 + $1.neurons.count })
    let isProgress = solved > kept.solved
    kept.panels = panels
    kept.solved = solved
    try keep(isProgress: isProgress, on: world)
  }

  /// Runs a search for settings, from what is kept of it, keeping its folds now and then.
  ///
  /// `folds` are those it will do, as far as one knows.
  ///
  /// - Throws: `Stopped`; what `search` throws.
  /// - Collective: every rank of `world` must call it.
  func searching<Choice>(
    folds: Int, on world: borrowing Communicator, _ search: (SearchMemory) throws -> Choice
  ) throws -> Choice {
    let control = control
    let console = console
    // Reading may have taken as long as the run may.
    try keep(isProgress: false, on: world)
    console.progress("select", done: kept.search.count, of: folds, unit: "folds")
    while true {
      let known = kept.search.count
      let memory = SearchMemory(
        kept.search,
        request: {
          console.beat()
          return control.request()
        },
        progress: { done in
          control.noteWork()
          console.progress("select", done: done, of: max(done, folds), unit: "folds")
        })
      do {
        let choice = try search(memory)
        kept.search = memory.entries
        // The factorisation of the fit comes next, which cannot be stopped.
        if kept.search.count > known { try write(on: world) }
        return choice
      } catch is SearchPaused {
        kept.search = memory.entries
        try keep(isProgress: kept.search.count > known, on: world)
      }
    }
  }

  private func keep(isProgress: Bool, on world: borrowing Communicator) throws {
    guard let checkpoint else { return }
    let reason = try control.agreedStop(on: world)
    let isDue = try control.isDue(on: world)
    guard reason != nil || isDue else { return }
    if isProgress {
      try write(on: world)
      console.say("checkpoint: \(kept.solved) of \(neurons) neurons are solved")
    }
    control.startInterval(isSaved: false)
    guard let reason else { return }
    if !hasAdvanced { try noteFruitlessStop(checkpoint, reason, on: world) }
    throw Stopped(reason)
  }

  /// Writes what is kept.
  private func write(on world: borrowing Communicator) throws {
    guard let checkpoint else { return }
    hasAdvanced = true
    kept.fruitlessStops = 0
    try phases.measure("checkpoint") { try checkpoint.write(kept, on: world) }
    log.write(
      "checkpoint", ["solved": kept.solved, "neurons": neurons, "folds": kept.search.count])
    control.startInterval(isSaved: true)
  }

  /// Counts a stop before anything new was done.
  ///
  /// Once may be chance; a run that is put back into the queue each time would never end.
  private func noteFruitlessStop(
    _ checkpoint: FitCheckpoint<S>, _ reason: StopRequest.Reason, on world: borrowing Communicator
  ) throws {
    // A person who stops a run twice goes round in no circle.
    kept.fruitlessStops += reason == .interrupt ? 0 : 1
    try checkpoint.write(kept, on: world)
    guard kept.fruitlessStops >= 2, reason != .interrupt else { return }
    let remedy =
      reason == .stopFile
      ? "Remove it, which stops every run in this folder" : "Allow more time, or take more ranks"
    throw CommandLineError(
      exitCode: ExitCode.configuration,
      description: """
        stopped by \(reason.cause), for the second time before a panel of neurons was solved: \
        going on like this has no end. \(remedy); \(kept.solved) of \
        \(neurons) neurons are kept in \(checkpoint.file.path)
        """)
  }

  /// Removes the checkpoints: the result is written.
  ///
  /// - Collective: every rank of `world` must call it.
  func finish(on world: borrowing Communicator) throws {
    try checkpoint?.file.remove(on: world)
  }
}
