internal import CORNN
internal import Collectives
internal import Foundation
private import Synchronization
internal import Wording

/// When a run is to meet, to write a checkpoint, and to stop.
///
/// Without `--checkpoint` it never asks for anything, and signals end the process.
final class RunControl: Sendable {
  private struct State {
    var request: StopRequest
    var due: ContinuousClock.Instant
  }

  private let state: Mutex<State>?
  private let interval: Duration
  private let watchdog: Watchdog?

  init(_ options: CheckpointOptions, rank: Int) {
    let interval = Duration.seconds(60 * options.checkpointEvery)
    self.interval = interval
    state = options.checkpoint.map { _ in
      Mutex(
        State(
          request: StopRequest(timeLimit: options.maxTime.map { .seconds(60 * $0) }),
          due: .now + interval))
    }
    watchdog = options.watchdog.map {
      Watchdog(limit: $0, rank: rank, message: Watchdog.hangMessage(limit: $0))
    }
  }

  /// Tells the watchdog that something was achieved.
  func noteProgress() { watchdog?.reset() }

  /// What this rank is to do; may be asked on any thread, and tells the watchdog.
  func urge() -> Urge {
    watchdog?.reset()
    return state?.withLock { state in
      if state.request.noticedHere() != nil { return .stop }
      return ContinuousClock.now >= state.due ? .meet : .goOn
    } ?? .goOn
  }

  /// Why the run is to stop, the same on all ranks; nil to go on.
  ///
  /// - Collective: every rank of `group` must call it.
  func agreedStop(on group: borrowing some RankGroup & ~Copyable) throws -> StopRequest.Reason? {
    watchdog?.reset()
    let own = state?.withLock { $0.request.noticedHere()?.rawValue } ?? 0
    return StopRequest.Reason(rawValue: try group.maximum(own))
  }

  /// Whether the interval has passed on any rank.
  ///
  /// - Collective: every rank of `group` must call it.
  func isDue(on group: borrowing some RankGroup & ~Copyable) throws -> Bool {
    let own = state?.withLock { ContinuousClock.now >= $0.due } ?? false
    return try group.maximum(own ? 1 : 0) == 1
  }

  /// Starts the next interval.
  func checkpointWritten() {
    watchdog?.reset()
    state?.withLock { $0.due = .now + interval }
  }
}

extension Watchdog {
  /// What a rank that hangs says of itself.
  static func hangMessage(limit: Double) -> String {
    """
    no progress for \(asGiven(limit)) s: a rank or a file system hangs, or --watchdog is too short; \
    submit the same command again
    """
  }
}
