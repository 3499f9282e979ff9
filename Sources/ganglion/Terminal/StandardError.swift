internal import Foundation

/// Standard error, for what is said beside the output; what cannot be written there is lost.
enum StandardError {
  /// Writes a line.
  static func write(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

  /// Writes a warning.
  static func warn(_ warning: String) { write("ganglion: warning: \(warning)") }
}
