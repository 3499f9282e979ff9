/// An error that knows the exit code of the program it ends.
///
/// Its `description` is the whole message a user sees: what failed, where, actual
/// against expected, and what to do. An error of another type ends the program with
/// `ExitCode.internalError`.
package protocol ExitCoded: Error, CustomStringConvertible {
  /// One of `ExitCode`'s values, never 0.
  var exitCode: Int32 { get }
}

/// The exit codes of the program; most are those of sysexits.h.
package enum ExitCode {
  /// A result that is not what was asked for: a fit that `--strict` refuses because it did not
  /// converge, a training that diverged, or that its time limit or a file STOP cut short.
  package static let notConverged: Int32 = 1
  package static let usage: Int32 = 64
  package static let badData: Int32 = 65
  package static let missingInput: Int32 = 66
  package static let internalError: Int32 = 70
  package static let cannotCreate: Int32 = 73
  package static let inputOutput: Int32 = 74
  /// Stopped at a checkpoint: submit the same command again.
  package static let stopped: Int32 = 75
  package static let configuration: Int32 = 78
  /// Ended by SIGINT (Ctrl-C) without a checkpoint, as shells have it: 128 + 2.
  package static let interrupted: Int32 = 130
  /// Ended by SIGTERM without a checkpoint: 128 + 15.
  package static let terminated: Int32 = 143

  /// The code with which an error ends the program.
  package static func of(_ error: any Error) -> Int32 {
    (error as? any ExitCoded)?.exitCode ?? internalError
  }
}
