private import Foundation
private import Synchronization

/// Writes one snapshot at a time on a thread of its own.
final class SnapshotWriter: Sendable {
  /// What has become of snapshots.
  struct Outcomes: Sendable {
    var written = 0
    /// Why others were not.
    var failures: [String] = []
  }

  private struct State {
    var isBusy = false
    var outcomes = Outcomes()
  }

  private let state = Mutex(State())
  private let ends = DispatchSemaphore(value: 0)

  /// Whether one is being written.
  var isBusy: Bool { state.withLock(\.isBusy) }

  /// Begins to write one; the one before must have ended.
  func start(_ body: @escaping @Sendable () throws -> Void) {
    state.withLock { state in
      precondition(!state.isBusy, "two snapshots at once")
      state.isBusy = true
    }
    let thread = Thread { [self] in
      let failure = Result { try body() }
      state.withLock { state in
        state.isBusy = false
        switch failure {
        case .success: state.outcomes.written += 1
        case .failure(let error): state.outcomes.failures.append("\(error)")
        }
      }
      ends.signal()
    }
    thread.stackSize = Self.stackBytes
    thread.start()
  }

  /// HDF5 and BLAS keep buffers on the stack.
  private static let stackBytes = 8 << 20

  /// Waits for the end of the one that is being written.
  func wait() {
    while isBusy { _ = ends.wait(timeout: .now() + .milliseconds(10)) }
  }

  /// Counts one that was written elsewhere.
  func noteWritten() { state.withLock { $0.outcomes.written += 1 } }

  /// What has become of them since this was asked last.
  func takeOutcomes() -> Outcomes {
    state.withLock { state in
      defer { state.outcomes = Outcomes() }
      return state.outcomes
    }
  }
}
