internal import Foundation
internal import Reports
internal import Runtime
private import Synchronization

/// What a run says on standard output: rank 0 only, nothing under `--quiet`.
final class Console: Sendable {
  private let isFirst: Bool
  private let isSpeaking: Bool
  /// mpirun gives a rank a terminal of its own even where its own output is a file.
  private let isTerminal = isatty(STDOUT_FILENO) != 0 && !LaunchEnvironment.current.isUnderMPIRun
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  private struct State {
    var meter = ProgressMeter()
    var shown = Pacing()
    var logged = Pacing()
    /// Whether the cursor stands behind a bar.
    var isOpen = false
    var log: RunLog?
  }

  init(rank: Int, quiet: Bool) {
    isFirst = rank == 0
    isSpeaking = isFirst && !quiet
  }

  /// From now on progress is an event of the log, too.
  func logProgress(to log: RunLog) { state.withLock { $0.log = log } }

  /// Prints a line.
  func say(_ text: String) {
    guard isSpeaking else { return }
    state.withLock { state in
      close(&state)
      StandardOutput.write(text + "\n")
    }
  }

  /// Reports progress: a bar on a terminal, elsewhere a line now and then.
  ///
  /// Can be called on any thread, as often as one likes; a phase begins with its first call.
  func progress(_ phase: String, done: Int, of total: Int, unit: String) {
    guard isFirst, total > 0 else { return }
    state.withLock { state in
      state.meter.note(phase, done: done, of: total, unit: unit, at: now)
      show(&state)
    }
  }

  /// Lets the time pass that is shown, while a phase is at work; on any thread.
  func beat() {
    guard isFirst else { return }
    state.withLock { show(&$0) }
  }

  private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

  private func show(_ state: inout State) {
    let now = now
    let meter = state.meter
    let isAtWork = meter.total > 0 && meter.done < meter.total
    if isSpeaking, isTerminal, meter.total > 0, !isAtWork {
      close(&state)
    }
    guard isAtWork else { return }
    let elapsed = meter.elapsed(at: now)
    if isSpeaking,
      state.shown.isDue(
        at: now, elapsed: elapsed,
        first: isTerminal ? ProgressMeter.terminalPause : ProgressMeter.firstLine,
        pause: isTerminal ? ProgressMeter.terminalPause : ProgressMeter.linePause)
    {
      if isTerminal {
        close(&state)
        StandardOutput.write(meter.bar(at: now))
        state.isOpen = true
      } else {
        StandardOutput.write(meter.line(at: now) + "\n")
      }
    }
    if let log = state.log,
      state.logged.isDue(
        at: now, elapsed: elapsed, first: ProgressMeter.firstLine, pause: ProgressMeter.linePause)
    {
      log.write(
        "progress",
        [
          "phase": meter.phase, "done": meter.done, "of": meter.total,
          "phase_s": elapsed, "left_s": meter.left(at: now) ?? .nan,
        ])
    }
  }

  /// Wipes the bar.
  private func close(_ state: inout State) {
    if state.isOpen { StandardOutput.write("\r\u{1B}[K") }
    state.isOpen = false
  }
}
