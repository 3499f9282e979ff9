internal import Foundation
private import Synchronization

/// What a run says on standard output: rank 0 only, nothing under `--quiet`.
final class Console: Sendable {
  private let isSpeaking: Bool
  /// mpirun gives a rank a terminal of its own even where its own output is a file.
  private let isTerminal =
    isatty(STDOUT_FILENO) != 0
    && ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_SIZE"] == nil
  private let start = ContinuousClock.now
  private let bar = Mutex(Bar())

  /// The progress last shown.
  private struct Bar {
    var time = ContinuousClock.now
    /// Whether the cursor stands behind it.
    var isOpen = false
  }

  init(rank: Int, quiet: Bool) {
    isSpeaking = rank == 0 && !quiet
  }

  /// Prints a line.
  func say(_ text: String) {
    guard isSpeaking else { return }
    let wasOpen = bar.withLock { bar in
      defer { bar.isOpen = false }
      return bar.isOpen
    }
    StandardOutput.write((wasOpen ? "\n" : "") + text + "\n")
  }

  /// Reports progress: a bar on a terminal, elsewhere one line at most every 30 s.
  ///
  /// Can be called on any thread, as often as one likes.
  func progress(_ what: String, done: Int, of total: Int) {
    guard isSpeaking, total > 0 else { return }
    let now = ContinuousClock.now
    let pause: Duration = isTerminal ? .milliseconds(200) : .seconds(30)
    let isDue = bar.withLock { bar in
      guard now - bar.time >= pause || (isTerminal && done == total) else { return false }
      bar.time = now
      bar.isOpen = isTerminal && done < total
      return true
    }
    guard isDue else { return }
    let elapsed = (now - start) / .seconds(1)
    let left = done > 0 ? elapsed * Double(total - done) / Double(done) : .nan
    let share = Double(done) / Double(total)
    if isTerminal {
      let filled = Int(share * 30)
      let drawn = String(repeating: "█", count: filled) + String(repeating: "·", count: 30 - filled)
      StandardOutput.write(
        "\r\(what) \(drawn) \(done)/\(total)" + (done == total ? "\n" : ""))
    } else {
      StandardOutput.write(
        "\(what) \(done)/\(total), \(String(format: "%.0f", elapsed)) s elapsed, about "
          + "\(left.isFinite ? String(format: "%.0f", left) : "?") s left\n")
    }
  }
}
