internal import Wording

/// Tells how far a warm-up is, every few seconds, so that a sender that hangs is seen; on rank 0.
struct WarmUpProgress {
  /// When the latest frame came, or the wait began.
  var lastFrame = ContinuousClock.now
  private var next: ContinuousClock.Instant
  private let seconds: Double
  private let source: String
  private let isQuiet: Bool
  private let log: RunLog

  private static let interval = Duration.seconds(5)

  init(_ command: FollowCommand, log: RunLog) {
    next = .now + Self.interval
    seconds = command.following.warmup
    source = command.awaitedSource
    isQuiet = command.common.quiet
    self.log = log
  }

  /// Tells it if it is time.
  mutating func tell(frames: Int) {
    let now = ContinuousClock.now
    guard now >= next else { return }
    next = now + Self.interval
    let silent = (now - lastFrame) / .seconds(1)
    log.write("warm-up", ["frames": frames, "silent_s": silent])
    guard !isQuiet else { return }
    StandardError.write(
      frames == 0
        ? "waiting \(Int(silent)) s for the first frame of \(source)"
        : "warm-up of \(asGiven(seconds)) s: \(counted(frames, "frame"))"
          + (silent >= 1 ? ", none for \(Int(silent)) s" : ""), waits: false)
  }
}
