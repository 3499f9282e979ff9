package import Collectives

/// Looks now and then, in the middle of a long iteration, whether the run is to stop.
///
/// Ranks have to agree on it, for one that leaves alone lets the others wait for ever. They
/// meet after the same number of steps, which they choose so that half a second passes between
/// two meetings: many short steps cost no messages, and a long one is followed by a look.
package final class StopPacer {
  /// Thrown on all ranks alike.
  package struct Interrupted: Error {}

  /// What a step is; each kind has a pace of its own, as one may take a thousand times as long
  /// as another.
  package enum Kind: Int, CaseIterable, Sendable {
    case inputs, tangents, candidates, tape, force, evaluation
  }

  private struct Pace {
    /// Steps from one meeting to the next, and until the next one.
    var steps = 1
    var left = 1
  }

  /// Seconds between two meetings.
  private static let interval = 0.5

  private let isAsked: () -> Bool
  private let clock: () -> Double
  /// Told after every meeting that goes on.
  private let proceeds: () -> Void
  private var paces = [Pace](repeating: Pace(), count: Kind.allCases.count)
  private var lastMeeting: Double

  /// - Parameters:
  ///   - proceeds: told after every meeting that goes on.
  ///   - clock: seconds that pass; a test has its own.
  ///   - isAsked: whether this rank was asked to stop; asked often.
  package init(
    proceeds: @escaping () -> Void = {}, clock: @escaping () -> Double = StopPacer.seconds,
    isAsked: @escaping () -> Bool = { false }
  ) {
    self.isAsked = isAsked
    self.clock = clock
    self.proceeds = proceeds
    lastMeeting = clock()
  }

  /// Notes that a step is done, on every rank as often.
  ///
  /// - Throws: `Interrupted` on every rank if any was asked to stop; what `group` throws.
  /// - Collective: every rank of `group` must call it.
  package func step(
    _ kind: Kind, on group: borrowing some RankGroup & ~Copyable
  ) throws {
    paces[kind.rawValue].left -= 1
    guard paces[kind.rawValue].left <= 0 else { return }
    let now = clock()
    // Any rank's wish, and the time of the slowest one.
    var report: [Double] = [isAsked() ? 1 : 0, max(1e-6, now - lastMeeting)]
    try group.maximum(&report)
    lastMeeting = now
    if report[0] > 0 { throw Interrupted() }
    // Not many times as many as were timed: the next may be slower.
    let growth = min(8, Self.interval / report[1])
    let steps = max(1, Int((Double(paces[kind.rawValue].steps) * growth).rounded()))
    paces[kind.rawValue] = Pace(steps: steps, left: steps)
    proceeds()
  }

  /// Seconds of a clock that runs on.
  package static func seconds() -> Double {
    (ContinuousClock.now - origin) / .seconds(1)
  }

  private static let origin = ContinuousClock.now
}
