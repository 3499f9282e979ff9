internal import Collectives
internal import Foundation
private import Synchronization

/// The `--log` file: one JSON object a line, flushed line by line, appended to.
///
/// Only rank 0 has one; elsewhere, and without `--log`, every call does nothing.
final class RunLog: Sendable {
  private let handle: Mutex<FileHandle?>
  private let isOpen: Bool
  private let path: String
  private let start = ContinuousClock.now

  /// Opens the file on rank 0; `FileRoles` has looked whether it is a log.
  ///
  /// - Throws: `CommandLineError` (exit code 73) on every rank if it cannot be created.
  /// - Collective: every rank of `group` must call it.
  init(path: String?, group: borrowing some RankGroup & ~Copyable) throws {
    var handle: FileHandle?
    try group.agreeOnRoot {
      guard let path else { return }
      // A pipe that nobody reads is refused; opening it would wait for a reader.
      let descriptor = open(
        path, O_CREAT | O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        throw CommandLineError(
          exitCode: ExitCode.cannotCreate,
          description: "cannot write the log \(path): \(lastSystemError())")
      }
      _ = fcntl(descriptor, F_SETFL, O_APPEND)
      handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
    isOpen = handle != nil
    self.path = path ?? ""
    if let handle { Self.endCutLine(of: handle, self.path) }
    self.handle = Mutex(handle)
  }

  /// A run that was killed may have left half a line.
  private static func endCutLine(of handle: FileHandle, _ path: String) {
    let end = lseek(handle.fileDescriptor, 0, SEEK_END)
    guard end > 0, let reader = FileHandle(forReadingAtPath: path),
      (try? reader.seek(toOffset: UInt64(end - 1))) != nil,
      let last = try? reader.read(upToCount: 1), last != Data("\n".utf8)
    else { return }
    put("\n", to: handle, path)
  }

  /// Writes one event with the time since the log was opened; on any thread.
  func write(_ event: String, _ values: [String: any Sendable & Encodable] = [:]) {
    guard isOpen else { return }
    var object: [String: Any] = values
    object["t"] = Date.now.formatted(.iso8601)
    object["elapsed_s"] = (ContinuousClock.now - start) / .seconds(1)
    object["event"] = event
    object = object.mapValues { ($0 as? Double).map(jsonNumber) ?? $0 }
    guard
      let line = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    else { return }
    handle.withLock { handle in
      guard let handle else { return }
      Self.put(String(decoding: line, as: UTF8.self) + "\n", to: handle, path)
    }
  }

  /// The same with members that are JSON already; many numbers are quicker so.
  func write(event: String, _ members: String) {
    guard isOpen else { return }
    let time = Date.now.formatted(.iso8601)
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let line = #"{"t":"\#(time)","elapsed_s":\#(elapsed),"event":"\#(event)",\#(members)}"# + "\n"
    handle.withLock { handle in
      if let handle { Self.put(line, to: handle, path) }
    }
  }

  private static func put(_ text: String, to handle: FileHandle, _ path: String) {
    do {
      try handle.write(contentsOf: Data(text.utf8))
    } catch {
      WriteFailures.note("cannot write the log \(path): \(reason(of: error))")
    }
  }
}
