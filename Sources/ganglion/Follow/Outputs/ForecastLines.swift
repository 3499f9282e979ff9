private import Foundation
private import Synchronization

/// Lines for whoever reads forecasts, written on a thread of its own: frames do not wait for a
/// reader that is slow, or stalls.
///
/// Where more wait than there is room for, the oldest are left out, and counted.
final class ForecastLines: Sendable {
  private struct State {
    var lines: [String] = []
    /// The first that was not taken.
    var first = 0
    var bytes = 0
    var written = 0
    var missed = 0
    /// Whether one is being written.
    var isWriting = false
    var isClosed = false

    var waiting: Int { lines.count - first }

    mutating func takeFirst() -> String? {
      guard waiting > 0 else { return nil }
      let line = lines[first]
      first += 1
      bytes -= line.utf8.count
      if first > 1024 || first == lines.count {
        lines.removeFirst(first)
        first = 0
      }
      return line
    }
  }

  /// Bytes that may wait: half a minute of 10 frames of 1,000 cells at 30 Hz.
  private static let mostBytes = 1 << 26
  /// Seconds after which a reader that takes nothing is given up at the end.
  private static let patience = 5

  private let state = Mutex(State())
  private let arrivals = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  /// Whether lines wait for the reader, as in a replay that has no clock of its own.
  private let waits: Bool

  /// `write` writes a line, and may take its time.
  init(waits: Bool, write: @escaping @Sendable (String) -> Void) {
    self.waits = waits
    Thread.detachNewThread { [self] in
      while let line = next() {
        write(line)
        state.withLock { state in
          state.isWriting = false
          state.written += 1
        }
      }
      ended.signal()
    }
  }

  /// Lines that were left out.
  var missed: Int { state.withLock(\.missed) }

  /// The next line, once there is one; nil at the end.
  private func next() -> String? {
    while true {
      arrivals.wait()
      let (line, isClosed) = state.withLock { state in
        let line = state.takeFirst()
        state.isWriting = line != nil
        return (line, state.isClosed)
      }
      if line != nil || isClosed { return line }
    }
  }

  /// Adds a line.
  func put(_ line: String) {
    let bytes = line.utf8.count
    while waits, state.withLock({ $0.waiting > 0 && $0.bytes + bytes > Self.mostBytes }) {
      usleep(1000)
    }
    state.withLock { state in
      state.lines.append(line)
      state.bytes += bytes
      while state.bytes > Self.mostBytes, state.waiting > 1 {
        _ = state.takeFirst()
        state.missed += 1
      }
    }
    arrivals.signal()
  }

  /// Lets the reader have what waits, unless it has stalled.
  func close() {
    state.withLock { $0.isClosed = true }
    arrivals.signal()
    if waits { return ended.wait() }
    var written = state.withLock(\.written)
    while ended.wait(timeout: .now() + .seconds(Self.patience)) == .timedOut {
      let isStalled = state.withLock { state in
        defer { written = state.written }
        guard state.written == written else { return false }
        state.missed += state.waiting + (state.isWriting ? 1 : 0)
        return true
      }
      if isStalled { return }
    }
  }
}
