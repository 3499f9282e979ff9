internal import Foundation
private import Synchronization

/// What a run says on standard output: rank 0 only, nothing under `--quiet`.
final class Console: Sendable {
  private let isSpeaking: Bool
  private let isTerminal = isatty(STDOUT_FILENO) != 0
  private let start = ContinuousClock.now
  private let lastProgress = Mutex(ContinuousClock.now)

  init(rank: Int, quiet: Bool) {
    isSpeaking = rank == 0 && !quiet
  }

  /// Prints a line.
  func say(_ text: String) {
    guard isSpeaking else { return }
    print(text)
    // At once also where the output is a pipe or a batch system's file.
    fflush(nil)
  }

  /// Reports progress: a bar on a terminal, elsewhere one line at most every 30 s.
  ///
  /// Can be called on any thread, as often as one likes.
  func progress(_ what: String, done: Int, of total: Int) {
    guard isSpeaking, total > 0 else { return }
    let now = ContinuousClock.now
    let pause: Duration = isTerminal ? .milliseconds(200) : .seconds(30)
    let isDue = lastProgress.withLock { last in
      guard now - last >= pause || (isTerminal && done == total) else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    let elapsed = (now - start) / .seconds(1)
    let left = done > 0 ? elapsed * Double(total - done) / Double(done) : .nan
    let share = Double(done) / Double(total)
    if isTerminal {
      let filled = Int(share * 30)
      let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: 30 - filled)
      print("\r\(what) \(bar) \(done)/\(total)", terminator: done == total ? "\n" : "")
    } else {
      print(
        "\(what) \(done)/\(total), \(String(format: "%.0f", elapsed)) s elapsed, about "
          + "\(left.isFinite ? String(format: "%.0f", left) : "?") s left")
    }
    fflush(nil)
  }
}
