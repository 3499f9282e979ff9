internal import Collectives
internal import LinearAlgebra

/// Squared errors by ridge (row) and leak (column), summed over neurons and folds.
struct Tally: Codable, Sendable {
  private let alphas: Int
  private var errors: [Double]
  private var persistence = [0.0]
  /// Absolute errors, laid out like `errors`; outliers count less in them.
  private var magnitudes: [Double]
  private var persistenceMagnitude = [0.0]
  /// Shares of clipped targets by leak, summed over neurons and folds.
  private(set) var clipped: [Double]

  init(alphas: Int, lambdas: Int) {
    self.alphas = alphas
    errors = [Double](repeating: 0, count: alphas * lambdas)
    magnitudes = errors
    clipped = [Double](repeating: 0, count: alphas)
  }

  /// Adds the outcomes of one fold, one a ridge; their subproblems run through the leaks of
  /// a neuron before those of the next.
  mutating func add<S: Scalar>(_ outcomes: [PanelOutcome<S>], trainingCount: Int) {
    for (row, outcome) in outcomes.enumerated() {
      for (i, score) in outcome.scores.joined().enumerated() where score.mse.isFinite {
        errors[row * alphas + i % alphas] += score.mse
        magnitudes[row * alphas + i % alphas] += score.magnitude
        guard row == 0, i.isMultiple(of: alphas) else { continue }
        persistence[0] += score.persistence
        persistenceMagnitude[0] += score.persistenceMagnitude
      }
    }
    for (i, count) in (outcomes.first?.panels.flatMap(\.clipped) ?? []).enumerated() {
      clipped[i % alphas] += Double(count) / Double(trainingCount)
    }
  }

  /// Adds those of another fold of the same leaks; it may have fewer ridges.
  mutating func add(_ other: Tally) {
    for (i, error) in other.errors.enumerated() where i < errors.count { errors[i] += error }
    for (i, error) in other.magnitudes.enumerated() where i < magnitudes.count {
      magnitudes[i] += error
    }
    persistence[0] += other.persistence[0]
    persistenceMagnitude[0] += other.persistenceMagnitude[0]
    for (i, count) in other.clipped.enumerated() { clipped[i] += count }
  }

  /// Adds up the ranks' tallies (collective).
  mutating func sum(over group: borrowing some RankGroup & ~Copyable) throws {
    try group.sum(&errors)
    try group.sum(&persistence)
    try group.sum(&magnitudes)
    try group.sum(&persistenceMagnitude)
    try group.sum(&clipped)
  }

  /// The error of a candidate relative to that of persistence.
  func relativeError(_ lambda: Int, _ alpha: Int) -> Double {
    errors[lambda * alphas + alpha] / persistence[0]
  }

  /// The mean absolute error of a candidate relative to that of persistence.
  func relativeMagnitude(_ lambda: Int, _ alpha: Int) -> Double {
    magnitudes[lambda * alphas + alpha] / persistenceMagnitude[0]
  }
}

/// Whether weaker ridges still pay, judged by the best leak at each.
///
/// One fold judges for all: only an error well above its best ends the descent, for the
/// other folds may have theirs further down.
struct Descent {
  private var best = Double.infinity
  private var sinceBest = 0

  /// Takes the errors at one ridge.
  mutating func isOver(after errors: [Double]) -> Bool {
    let lowest = errors.min() ?? .infinity
    sinceBest = lowest < best ? 0 : sinceBest + 1
    best = min(best, lowest)
    return sinceBest >= 3 && lowest > 1.3 * best
  }
}
