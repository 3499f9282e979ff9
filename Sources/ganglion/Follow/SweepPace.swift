/// How much of the sweep is done after a frame.
///
/// Where there is a clock, parts are refined until the budget of the frame is spent, or all of
/// them are solved. Without one each frame is followed by as many parts as make a sweep in a
/// twentieth of the window.
struct SweepPace {
  private let parts: Int
  /// Seconds after a frame's arrival; nil without a clock.
  private let budget: Double?
  /// Parts a frame without a clock.
  private let quota: Int
  /// Parts that are still to be done after this frame, without a clock.
  private(set) var owed = 0
  private var deadline: ContinuousClock.Instant?
  /// Parts done of the present sweep, and its largest residual.
  private var done = 0
  private var worst = 0.0
  private var isSolved = false

  /// A neuron is solved when its relative optimality residual is below this, as in a fit.
  private static let tolerance = 1e-4
  /// A window where there is none, in transitions.
  static let usualWindow = 1000
  /// Sweeps in a window without a clock.
  private static let sweepsInWindow = 20

  /// No `parts`: nothing is refined.
  init(parts: Int, window: Int, budget: Double?) {
    self.parts = parts
    self.budget = budget
    quota = min(parts, (Self.sweepsInWindow * parts + window - 1) / window)
  }

  /// A frame has been taken.
  mutating func begin(arrival: ContinuousClock.Instant) {
    isSolved = false
    if let budget { deadline = arrival + .seconds(budget) } else { owed = quota }
  }

  /// Whether there is time for a part.
  func hasTime(at now: ContinuousClock.Instant) -> Bool {
    guard let deadline, !isSolved, parts > 0 else { return false }
    return now < deadline
  }

  /// Notes parts that were refined; whether a sweep has ended with them.
  mutating func note(parts count: Int, residual: Double) -> Bool {
    owed = max(0, owed - count)
    done += count
    worst = max(worst, residual)
    guard done >= parts else { return false }
    isSolved = worst < Self.tolerance
    (done, worst) = (done - parts, 0)
    return true
  }
}
