internal import Collectives
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Ends the process if it makes no progress for a while.
///
/// A rank that waits for one that is stopped, or hangs in a file system, waits for ever:
/// MPI reports no error. A thread of the watchdog's own then writes one message and ends
/// the process, and the launcher ends the job. Higher ranks wait a little longer, so that
/// normally one rank speaks for all.
///
/// It watches until it is released.
package final class Watchdog: Sendable {
  private let lastProgress = Atomic(DispatchTime.now().uptimeNanoseconds)

  /// Starts watching.
  ///
  /// - Parameters:
  ///   - limit: seconds that may pass without progress; longer than any step takes.
  ///   - rank: this process's rank.
  ///   - message: what happened, and what the user should do.
  ///   - exitCode: one of `ExitCode`'s values.
  package init(
    limit: Double, rank: Int, message: String, exitCode: Int32 = ExitCode.internalError
  ) {
    let patience = UInt64((limit + 0.05 * Double(min(rank, 40))) * 1e9)
    let thread = Thread(patience: patience, line: "ganglion: error: rank \(rank): \(message)\n")
    thread.watch(self, exitCode)
  }

  /// Notes that something was achieved; cheap, from any thread.
  package func reset() {
    lastProgress.store(DispatchTime.now().uptimeNanoseconds, ordering: .relaxed)
  }

  private struct Thread: Sendable {
    let patience: UInt64
    let line: String

    /// Looks at the watchdog from time to time, without keeping it alive.
    func watch(_ watchdog: Watchdog, _ exitCode: Int32) {
      weak let weakly = watchdog
      let pause = DispatchTimeInterval.nanoseconds(Int(min(patience / 10 + 1, 1_000_000_000)))
      DispatchQueue.global().asyncAfter(deadline: .now() + pause) {
        guard let watchdog = weakly else { return }
        let last = watchdog.lastProgress.load(ordering: .relaxed)
        if DispatchTime.now().uptimeNanoseconds - last > patience {
          let bytes = Array(line.utf8)
          _ = write(STDERR_FILENO, bytes, bytes.count)
          _exit(exitCode)
        }
        watch(watchdog, exitCode)
      }
    }
  }
}
