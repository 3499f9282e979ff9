internal import Collectives

/// A file of the user that cannot be read, or cannot be written, with what to do.
package struct RecordingError: ExitCoded, Equatable {
  package let exitCode: Int32
  package let description: String

  private init(_ exitCode: Int32, _ description: String) {
    self.exitCode = exitCode
    self.description = description
  }

  /// The file is there, but what it holds cannot be used (exit code 65).
  package static func badData(_ description: String) -> RecordingError {
    RecordingError(ExitCode.badData, description)
  }

  /// The file, or something named in it, is not there (exit code 66).
  package static func missing(_ description: String) -> RecordingError {
    RecordingError(ExitCode.missingInput, description)
  }

  /// The flags contradict each other or the file (exit code 64).
  package static func usage(_ description: String) -> RecordingError {
    RecordingError(ExitCode.usage, description)
  }

  /// The checkpoint is that of another run (exit code 78).
  package static func foreignCheckpoint(_ description: String) -> RecordingError {
    RecordingError(ExitCode.configuration, description)
  }

  /// The output cannot be created where it was asked for (exit code 73).
  package static func cannotCreate(_ description: String) -> RecordingError {
    RecordingError(ExitCode.cannotCreate, description)
  }

  /// The output was created and could not be written to its end (exit code 74).
  package static func cannotWrite(_ description: String) -> RecordingError {
    RecordingError(ExitCode.inputOutput, description)
  }
}
