package import Collectives
package import LinearAlgebra
internal import Runtime

/// Logs what a method reaches against the time it takes, and says when it ends.
///
/// Its clock stands while quality is measured. When it measures follows from the number of the
/// iteration alone, so what a method ends with does not depend on its speed: each of the first
/// ten, then whenever a tenth more were done.
package final class MethodRecorder {
  /// When a method ends, besides where it ends itself.
  package struct Limits: Sendable {
    /// Most iterations, 0 or more.
    package var iterations: Int
    /// The correlation with the true weights that is enough; nil: none is.
    package var correlation: Double?

    package init(iterations: Int, correlation: Double? = nil) {
      self.iterations = iterations
      self.correlation = correlation
    }
  }

  /// Iterations done.
  package private(set) var iteration = 0
  package private(set) var log = MethodLog()
  /// Times the objective of the start, or of no weights if that is more, from which on a method
  /// counts as run away.
  package static let divergence = 10.0

  private let meter: QualityMeter<Double>
  private let limits: Limits
  private let isAsked: () -> Bool
  private let tell: (MethodLog.Point) -> Void
  private var hasBegun = false
  private var nextRecord = 0
  private var started = ContinuousClock.now
  private var spent = 0.0
  private var bound = Double.infinity
  private var best = Matrix<Double>(rows: 0, columns: 0)
  private var leastObjective = Double.infinity

  /// A recorder whose clock stands.
  ///
  /// - Parameters:
  ///   - meter: what measures.
  ///   - limits: when the method ends.
  ///   - tell: told of every point.
  ///   - isAsked: whether this rank was asked to stop.
  package init(
    _ meter: QualityMeter<Double>, limits: Limits,
    tell: @escaping (MethodLog.Point) -> Void = { _ in }, isAsked: @escaping () -> Bool = { false }
  ) {
    self.meter = meter
    self.limits = limits
    self.tell = tell
    self.isAsked = isAsked
  }

  /// Starts the clock.
  package func startClock() { started = .now }

  /// Whether another iteration is to be done; asked before each, the first one too.
  ///
  /// - Parameters:
  ///   - weights: as they are now.
  ///   - isDone: whether this rank's neurons need no more.
  ///   - group: all ranks.
  /// - Throws: what `group` throws.
  /// - Returns: the same on every rank.
  /// - Collective: every rank of `group` must call it.
  package func goesOn(
    from weights: borrowing Matrix<Double>, isDone: Bool = false,
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool {
    if hasBegun { iteration += 1 }
    hasBegun = true
    var wishes = [isDone ? 0 : 1, isAsked() ? 1 : 0]
    try group.maximum(&wishes)
    var isLast = true
    if wishes[0] == 0 {
      log.ending = .finished
    } else if wishes[1] == 1 {
      log.ending = .stopped
    } else {
      isLast = iteration >= limits.iterations
    }
    guard isLast || iteration >= nextRecord else { return true }
    nextRecord = max(iteration + 1, Int((1.1 * Double(iteration)).rounded(.up)))
    return try record(weights, at: Double(iteration), on: group) && !isLast
  }

  /// Measures in the middle of a long iteration, of which `share` in (0, 1) is done; returns
  /// whether to go on.
  ///
  /// - Collective: every rank of `group` must call it.
  package func goesOn(
    from weights: borrowing Matrix<Double>, share: Double,
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool {
    let isStopped = try group.maximum(isAsked() ? 1 : 0) == 1
    if isStopped { log.ending = .stopped }
    return try record(weights, at: Double(iteration) + share, on: group) && !isStopped
  }

  /// Puts the best weights in the place of those of a method that ran away.
  package func settle(_ weights: inout Matrix<Double>) {
    guard case .diverged = log.ending else { return }
    weights = best.copy()
  }

  /// Measures weights off the clock; false where this ends the method.
  private func record(
    _ weights: borrowing Matrix<Double>, at position: Double,
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool {
    spent += (ContinuousClock.now - started) / .seconds(1)
    defer { started = .now }
    let seconds = try group.maximum(spent)
    let quality = try meter.measure(weights, on: group)
    if log.points.isEmpty {
      let nothing = try meter.measure(
        Matrix(rows: weights.rows, columns: weights.columns), on: group)
      let first = quality.objective.isFinite ? quality.objective : 0
      bound = Self.divergence * max(nothing.objective, first)
    }
    let point = MethodLog.Point(iteration: position, seconds: seconds, quality: quality)
    log.points.append(point)
    tell(point)
    guard quality.objective <= bound else {
      log.ending = .diverged(iteration: position)
      if best.rows != weights.rows { best = Matrix(rows: weights.rows, columns: weights.columns) }
      return false
    }
    if quality.objective < leastObjective {
      leastObjective = quality.objective
      best = weights.copy()
    }
    if let enough = limits.correlation, quality.weightCorrelation >= enough {
      log.ending = .reached
      return false
    }
    return true
  }
}
