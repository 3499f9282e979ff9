internal import Statistics

/// Notices that a network has changed: forecasts are suddenly worse than they used to be.
///
/// It compares the error of the latest frames, by that of persistence, with what the same
/// figure was over a longer time: above its mean by some standard deviations is an alarm.
package struct ChangeAlarm: Sendable {
  /// Frames of the figure, of its history, those without which there is none, and deviations.
  private static let latest = 20
  private static let memory = 600
  private static let least = 200
  private static let deviations = 4.0

  private var errors: [Double] = []
  private var persistence: [Double] = []
  private var history: [Double] = []
  /// Frames until the next alarm can be told from the last one.
  private var rest = 0
  /// Alarms so far.
  package private(set) var count = 0

  package init() {}

  /// Takes the sums over neurons of a frame; whether it raises an alarm.
  package mutating func note(error: Double, persistence p: Double) -> Bool {
    errors.append(error)
    persistence.append(p)
    guard errors.count >= Self.latest else { return false }
    let ratio = errors.reduce(0, +) / persistence.reduce(0, +)
    errors.removeFirst()
    persistence.removeFirst()
    guard ratio.isFinite else { return false }
    defer {
      history.append(ratio)
      if history.count > Self.memory { history.removeFirst() }
    }
    rest = max(0, rest - 1)
    guard rest == 0, history.count >= Self.least, isBeyond(ratio) else { return false }
    rest = Self.memory
    count += 1
    return true
  }

  private func isBeyond(_ ratio: Double) -> Bool {
    let usual = Moments(of: history.span, in: history.indices)
    return ratio > usual.mean + Self.deviations * usual.deviation
  }
}
