internal import ArgumentParser

/// A sub-command that starts ranks rather than running on them: MPI is not started here.
protocol LocalCommand: ParsableCommand {
  /// Does the job, in one process.
  func perform() throws
}
