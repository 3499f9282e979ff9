internal import Collectives
internal import Foundation
private import Synchronization

/// The `--log` file: one JSON object a line, flushed line by line, appended to.
///
/// Only rank 0 has one; elsewhere, and without `--log`, every call does nothing. A line that cannot
/// be written is left out whole, and ends the program with an error once its work is done.
final class RunLog: Sendable {
  private struct State {
    var handle: FileHandle?
    /// Why the latest line is missing; nil where it is not.
    var failure: String?
  }

  private let state: Mutex<State>
  private let isOpen: Bool
  private let path: String
  /// Whether a reader that is slow is waited for.
  private let waits: Bool
  private let start = ContinuousClock.now

  /// Opens the file on rank 0; `FileRoles` has looked whether it is a log.
  ///
  /// Unless it `waits` for the reader of a pipe, lines for which there is no room are left out.
  ///
  /// - Throws: `CommandLineError` (exit code 73) on every rank if it cannot be created.
  /// - Collective: every rank of `group` must call it.
  init(path: String?, waits: Bool = true, group: borrowing some RankGroup & ~Copyable) throws {
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
    self.waits = waits
    let isCut = handle.map { Self.endsWithinALine($0, path ?? "") } ?? false
    state = Mutex(State(handle: handle))
    if isCut { put("") }
  }

  /// Why the latest line is missing; nil where it is not.
  var failure: String? { state.withLock(\.failure) }

  /// A run that was killed may have left half a line.
  private static func endsWithinALine(_ handle: FileHandle, _ path: String) -> Bool {
    let end = lseek(handle.fileDescriptor, 0, SEEK_END)
    guard end > 0, let reader = FileHandle(forReadingAtPath: path),
      (try? reader.seek(toOffset: UInt64(end - 1))) != nil,
      let last = try? reader.read(upToCount: 1)
    else { return false }
    return last != Data("\n".utf8)
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
    put(String(decoding: line, as: UTF8.self))
  }

  /// A line of an event whose members are JSON already, for `put`; many numbers are quicker so.
  func line(event: String, _ members: String) -> String {
    let time = Date.now.formatted(.iso8601)
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    return #"{"t":"\#(time)","elapsed_s":\#(elapsed),"event":"\#(event)",\#(members)}"#
  }

  /// Writes a line; on any thread.
  func put(_ line: String) {
    state.withLock { state in
      guard let handle = state.handle else { return }
      state.failure = write(line + "\n", to: handle)
      if let failure = state.failure {
        WriteFailures.note("cannot write the log \(path): \(failure)")
      }
    }
  }

  /// Why it could not be written; nil where it was.
  private func write(_ text: String, to handle: FileHandle) -> String? {
    guard waits || hasRoom(handle.fileDescriptor) else { return "its reader is too slow" }
    let end = lseek(handle.fileDescriptor, 0, SEEK_END)
    do {
      try handle.write(contentsOf: Data(text.utf8))
      return nil
    } catch {
      let failure = reason(of: error)
      // No half a line stays.
      if end >= 0 { ftruncate(handle.fileDescriptor, end) }
      return failure
    }
  }
}
