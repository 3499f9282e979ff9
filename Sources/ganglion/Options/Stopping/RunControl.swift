internal import CORNN
internal import Collectives
internal import Foundation
internal import Runtime
private import Synchronization
internal import Training
internal import Wording

/// When a run of `fit` or `train` is to synchronise, to write a checkpoint, and to stop.
///
/// A run that keeps something is asked to stop, and does so within seconds: between two
/// iterations of a panel or two steps of time, where all ranks agree. Where a library holds it
/// longer, in a factorisation or while reading, it is ended from outside, if nothing was done
/// since the last checkpoint. A run that keeps nothing is ended by signals on the spot.
final class RunControl: Sendable {
  private struct State {
    var request: StopRequest
    var due: ContinuousClock.Instant
    /// Whether something was done that no checkpoint has.
    var isUnsaved = false
    /// Since when this rank knows that it is to stop.
    var askedSince: ContinuousClock.Instant?
    /// Whether the run is on its way out, or writes its result.
    var isLeaving = false

    mutating func noticed() -> StopRequest.Reason? {
      let reason = request.noticedHere()
      if reason != nil, askedSince == nil { askedSince = .now }
      return reason
    }
  }

  private let state: Mutex<State>?
  private let interval: Duration
  private let watchdog: Watchdog?
  /// How long a stop waits for the run's own check.
  private let patience: Duration

  /// Starts the clock, and listens to signals if there is something to keep.
  ///
  /// - Parameters:
  ///   - options: nil where nothing is to be kept, as by a dry run.
  ///   - rank: this process's rank.
  ///   - unfinished: what becomes of the run when it stops without a checkpoint.
  init(_ options: CheckpointOptions?, rank: Int, unfinished: UnfinishedRun = .lost) {
    interval = options?.interval ?? .zero
    // The first rank comes first, so that it is the one that speaks.
    patience = .seconds(5) + .milliseconds(rank == 0 ? 0 : 500)
    watchdog = options?.watchdog.map {
      Watchdog(limit: $0, rank: rank, message: Watchdog.hangMessage(limit: $0))
    }
    guard let options, options.checkpoint != nil || unfinished.plan != nil else {
      state = nil
      if options != nil, rank == 0 {
        Interruption.describe(
          ": ended before it was done, and there is no checkpoint" + unfinished.advice)
      }
      return
    }
    Self.describeStop(rank: rank, plan: options.checkpoint == nil ? unfinished.plan : nil)
    state = Mutex(
      State(
        request: StopRequest(timeLimit: options.timeLimit), due: .now + options.interval))
    // Where memory is limited there may be no thread for it, and waiting for one has no end.
    if options.checkpoint != nil, !MemoryLimit.isSet { watchForStop(rank: rank) }
  }

  /// What the first signal says, and the second; `plan` is that of a run without a checkpoint.
  private static func describeStop(rank: Int, plan: String?) {
    guard rank == 0 else { return }
    Interruption.acknowledge(
      ": \(plan ?? "stopping at a checkpoint"). A second SIGINT ends the run at once")
    Interruption.describe(
      plan == nil
        ? ": ended at once; what was done since the last checkpoint is lost"
        : ": ended at once; there is no checkpoint, and no result")
  }

  /// Ends the run where it does not come to look at its control, and loses nothing by it.
  private func watchForStop(rank: Int) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(250)) { [weak self] in
      guard let self else { return }
      let isOver = state?.withLock { state in
        guard state.noticed() != nil, let since = state.askedSince else { return false }
        return !state.isUnsaved && !state.isLeaving && ContinuousClock.now - since > patience
      }
      if isOver == true {
        Interruption.endNow(
          exitCode: ExitCode.stopped,
          saying: "ganglion: error: stopped; nothing was done since the last checkpoint: "
            + "the same command goes on\n")
      }
      watchForStop(rank: rank)
    }
  }

  /// Tells the watchdog that something was achieved.
  func noteProgress() { watchdog?.reset() }

  /// Something was done that is lost unless it is kept.
  func noteWork() {
    watchdog?.reset()
    state?.withLock { $0.isUnsaved = true }
  }

  /// From here on the run is not ended from outside: it writes its result, or leaves.
  func noteLeaving() {
    watchdog?.reset()
    state?.withLock { $0.isLeaving = true }
  }

  /// What this rank is to do; may be asked on any thread, and tells the watchdog.
  func request() -> WorkRequest {
    watchdog?.reset()
    return state?.withLock { state in
      if state.noticed() != nil { return .stop }
      return ContinuousClock.now >= state.due ? .synchronise : .goOn
    } ?? .goOn
  }

  /// Whether this rank was asked to stop.
  var isAskedToStop: Bool { request() == .stop }

  /// The same of a training, whose checkpoint is written where it stands.
  func decision(hasCheckpoint: Bool) -> TrainDecision {
    switch request() {
    case .goOn: .goOn
    case .synchronise: hasCheckpoint ? .save : .goOn
    case .stop: .stop
    }
  }

  /// Why the run is to stop, the same on all ranks; nil to go on.
  ///
  /// - Collective: every rank of `group` must call it.
  func agreedStop(on group: borrowing some RankGroup & ~Copyable) throws -> StopRequest.Reason? {
    watchdog?.reset()
    let own = state?.withLock { $0.noticed()?.rawValue } ?? 0
    let reason = StopRequest.Reason(rawValue: try group.maximum(own))
    if reason != nil { noteLeaving() }
    return reason
  }

  /// Whether the interval has passed on any rank.
  ///
  /// - Collective: every rank of `group` must call it.
  func isDue(on group: borrowing some RankGroup & ~Copyable) throws -> Bool {
    let own = state?.withLock { ContinuousClock.now >= $0.due } ?? false
    return try group.maximum(own ? 1 : 0) == 1
  }

  /// Starts the next interval; `isSaved` if all that was done is in the checkpoint now.
  func startInterval(isSaved: Bool) {
    watchdog?.reset()
    state?.withLock { state in
      state.due = .now + interval
      if isSaved { state.isUnsaved = false }
    }
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
