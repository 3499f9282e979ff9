internal import Collectives
internal import Foundation
private import Synchronization

/// The `--log` file: one JSON object a line, flushed line by line, appended to.
///
/// Only rank 0 has one; elsewhere, and without `--log`, every call does nothing.
final class RunLog: Sendable {
  private let handle: Mutex<FileHandle?>
  private let isOpen: Bool
  private let start = ContinuousClock.now

  /// Opens the file on rank 0.
  ///
  /// - Throws: `CommandLineError` (exit code 73) on every rank if it cannot be created.
  /// - Collective: every rank of `group` must call it.
  init(path: String?, group: borrowing some RankGroup & ~Copyable) throws {
    var handle: FileHandle?
    try group.agreeOnRoot {
      guard let path else { return }
      let exists = FileManager.default.fileExists(atPath: path)
      guard exists || FileManager.default.createFile(atPath: path, contents: nil),
        let opened = FileHandle(forWritingAtPath: path)
      else {
        throw CommandLineError(
          exitCode: ExitCode.cannotCreate, description: "cannot write the log \(path)")
      }
      try opened.seekToEnd()
      handle = opened
    }
    isOpen = handle != nil
    self.handle = Mutex(handle)
  }

  /// Writes one event with the time since the log was opened; on any thread.
  func write(_ event: String, _ values: [String: any Sendable & Encodable] = [:]) {
    guard isOpen else { return }
    var object: [String: Any] = values
    object["t"] = Date.now.formatted(.iso8601)
    object["elapsed_s"] = (ContinuousClock.now - start) / .seconds(1)
    object["event"] = event
    // JSON has no NaN; null says as much.
    object = object.mapValues { value in
      if let number = value as? Double, !number.isFinite { NSNull() } else { value }
    }
    guard
      let line = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    else { return }
    handle.withLock { try? $0?.write(contentsOf: line + Data("\n".utf8)) }
  }
}
