internal import Foundation

/// Standard error, for what is said beside the output; what cannot be written there is lost.
enum StandardError {
  /// Writes a line; unless it `waits`, it is lost where its reader would have to be waited for.
  static func write(_ line: String, waits: Bool = true) {
    guard waits || hasRoom(STDERR_FILENO) else { return }
    FileHandle.standardError.write(Data("\(line)\n".utf8))
  }

  /// Writes a warning.
  static func warn(_ warning: String, waits: Bool = true) {
    write("ganglion: warning: \(warning)", waits: waits)
  }
}
