internal import ArgumentParser
internal import MPI
internal import Results

/// A sub-command that runs on all ranks.
protocol GroupCommand: ParsableCommand {
  /// What it reads and writes by the names that flags give, checked before it runs.
  var files: FileRoles { get }

  /// Does the job; called on every rank with the same arguments.
  func run(on world: borrowing Communicator) throws
}
