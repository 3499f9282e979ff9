internal import ArgumentParser
internal import MPI

/// A sub-command that runs on all ranks.
protocol GroupCommand: ParsableCommand {
  /// Does the job; called on every rank with the same arguments.
  func run(on world: borrowing Communicator) throws
}
