/// Says when a growing file is worth another look.
struct LookTimer {
  private var next = ContinuousClock.now

  /// Time between two looks.
  private static let interval = Duration.milliseconds(2)

  /// Whether it is time; if so the next one is an interval away.
  mutating func isDue() -> Bool {
    let now = ContinuousClock.now
    guard now >= next else { return false }
    next = now + Self.interval
    return true
  }
}
