internal import Collectives
internal import LinearAlgebra

/// Squared errors by ridge (row) and leak (column), summed over neurons and folds.
///
/// A candidate counts only with a finite error wherever there was something to predict: one
/// that diverged anywhere has an infinite error, and never wins for what it lacks.
struct Tally: Codable, Sendable {
  private let alphas: Int
  private var errors: [Double]
  private var persistence = [0.0]
  /// Absolute errors, laid out like `errors`; outliers count less in them.
  private var magnitudes: [Double]
  private var persistenceMagnitude = [0.0]
  /// How many errors each candidate has, and how many there were to have.
  private var counts: [Int]
  private var expected: [Int]
  /// Shares of clipped targets by leak, summed over neurons and folds.
  private(set) var clipped: [Double]

  init(alphas: Int, lambdas: Int) {
    self.alphas = alphas
    errors = [Double](repeating: 0, count: alphas * lambdas)
    magnitudes = errors
    counts = [Int](repeating: 0, count: alphas * lambdas)
    expected = counts
    clipped = [Double](repeating: 0, count: alphas)
  }

  /// Adds the outcomes of one fold, one a ridge; their subproblems run through the leaks of
  /// a neuron before those of the next.
  mutating func add<S: Scalar>(_ outcomes: [PanelOutcome<S>], trainingCount: Int) {
    for (row, outcome) in outcomes.enumerated() {
      add(outcome.scores.flatMap { $0 }, row: row)
    }
    for (i, row) in (outcomes.first?.panels.flatMap(\.rows) ?? []).enumerated() {
      clipped[i % alphas] += Double(row.clipped) / Double(trainingCount)
    }
  }

  /// Adds the scores of one fold at one ridge.
  mutating func add(_ scores: [NeuronScore], row: Int) {
    for (i, score) in scores.enumerated() where score.persistence.isFinite {
      let place = row * alphas + i % alphas
      expected[place] += 1
      if row == 0, i.isMultiple(of: alphas) {
        persistence[0] += score.persistence
        persistenceMagnitude[0] += score.persistenceMagnitude
      }
      guard score.mse.isFinite, score.magnitude.isFinite else { continue }
      errors[place] += score.mse
      magnitudes[place] += score.magnitude
      counts[place] += 1
    }
  }

  /// Adds those of another fold of the same leaks; it may have fewer ridges.
  mutating func add(_ other: Tally) {
    for i in other.errors.indices where i < errors.count {
      errors[i] += other.errors[i]
      magnitudes[i] += other.magnitudes[i]
      counts[i] += other.counts[i]
      expected[i] += other.expected[i]
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
    try group.sum(&counts)
    try group.sum(&expected)
    try group.sum(&clipped)
  }

  /// The error of a candidate relative to that of persistence; infinite where it has not all
  /// errors that it should have.
  func relativeError(_ lambda: Int, _ alpha: Int) -> Double {
    relative(errors[lambda * alphas + alpha], to: persistence[0], lambda * alphas + alpha)
  }

  /// The mean absolute error of a candidate relative to that of persistence, likewise.
  func relativeMagnitude(_ lambda: Int, _ alpha: Int) -> Double {
    relative(
      magnitudes[lambda * alphas + alpha], to: persistenceMagnitude[0], lambda * alphas + alpha)
  }

  private func relative(_ error: Double, to persistence: Double, _ place: Int) -> Double {
    let ratio = error / persistence
    return counts[place] == expected[place] && counts[place] > 0 && ratio.isFinite
      ? ratio : .infinity
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
    let lowest = errors.placeOfLeast.map { errors[$0] } ?? .infinity
    sinceBest = lowest < best ? 0 : sinceBest + 1
    best = min(best, lowest)
    return sinceBest >= 3 && lowest > 1.3 * best
  }
}
