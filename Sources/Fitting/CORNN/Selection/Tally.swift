internal import Collectives
internal import LinearAlgebra

/// Errors by ridge (row) and leak (column), summed over neurons and folds.
///
/// A candidate counts only with a finite error wherever there was something to predict: one
/// that diverged anywhere has an infinite error, and never wins for what it lacks.
struct Tally: Codable, Sendable {
  private let alphas: Int
  /// Squared errors, and those of persistence on the same neurons and folds.
  private var errors: [Double]
  private var persistence: [Double]
  /// The same of absolute errors; outliers count less in them.
  private var magnitudes: [Double]
  private var persistenceMagnitudes: [Double]
  /// How many errors each candidate has, and how many there were to have.
  private var counts: [Int]
  private var expected: [Int]
  /// Shares of clipped targets by leak, summed over neurons and folds, and how many these are.
  private var clipped: [Double]
  private var sampled: [Int]

  init(alphas: Int, lambdas: Int) {
    self.alphas = alphas
    errors = [Double](repeating: 0, count: alphas * lambdas)
    persistence = errors
    magnitudes = errors
    persistenceMagnitudes = errors
    counts = [Int](repeating: 0, count: alphas * lambdas)
    expected = counts
    clipped = [Double](repeating: 0, count: alphas)
    sampled = [Int](repeating: 0, count: alphas)
  }

  /// For each leak, the mean share of clipped targets.
  var clippedShares: [Double] { zip(clipped, sampled).map { $0 / Double($1) } }

  /// Adds what a loss gave on one fold, one outcome a ridge; their subproblems run through the
  /// losses at a leak, and through the leaks of a neuron before those of the next.
  mutating func add<S: Scalar>(
    _ outcomes: [PanelOutcome<S>], place: LossPlace, trainingCount: Int
  ) {
    for (row, outcome) in outcomes.enumerated() {
      add(place.own(outcome.scores.flatMap { $0 }), row: row)
    }
    let rows = place.own(outcomes.first?.panels.flatMap(\.rows) ?? [])
    for (i, row) in rows.enumerated() {
      clipped[i % alphas] += Double(row.clipped) / Double(trainingCount)
      sampled[i % alphas] += 1
    }
  }

  /// Adds the scores of one fold at one ridge.
  mutating func add(_ scores: [NeuronScore], row: Int) {
    for (i, score) in scores.enumerated() where score.persistence.isFinite {
      let place = row * alphas + i % alphas
      expected[place] += 1
      persistence[place] += score.persistence
      persistenceMagnitudes[place] += score.persistenceMagnitude
      guard score.mse.isFinite, score.magnitude.isFinite else { continue }
      errors[place] += score.mse
      magnitudes[place] += score.magnitude
      counts[place] += 1
    }
  }

  /// Adds those of another fold, of some ridges and leaks only: row k of the other belongs to
  /// `rows[k]`.
  mutating func add(_ other: Tally, rows: [Int], columns: [Int]) {
    for (k, row) in rows.enumerated() {
      for (l, column) in columns.enumerated() {
        let (to, from) = (row * alphas + column, k * other.alphas + l)
        errors[to] += other.errors[from]
        persistence[to] += other.persistence[from]
        magnitudes[to] += other.magnitudes[from]
        persistenceMagnitudes[to] += other.persistenceMagnitudes[from]
        counts[to] += other.counts[from]
        expected[to] += other.expected[from]
      }
    }
    for (l, column) in columns.enumerated() {
      clipped[column] += other.clipped[l]
      sampled[column] += other.sampled[l]
    }
  }

  /// Adds up the ranks' tallies (collective).
  mutating func sum(over group: borrowing some RankGroup & ~Copyable) throws {
    try group.sum(&errors)
    try group.sum(&persistence)
    try group.sum(&magnitudes)
    try group.sum(&persistenceMagnitudes)
    try group.sum(&counts)
    try group.sum(&expected)
    try group.sum(&clipped)
    try group.sum(&sampled)
  }

  /// The error of a candidate relative to that of persistence; infinite where it has not all
  /// errors that it should have.
  func relativeError(_ lambda: Int, _ alpha: Int) -> Double {
    relative(errors, to: persistence, lambda * alphas + alpha)
  }

  /// The mean absolute error of a candidate relative to that of persistence, likewise.
  func relativeMagnitude(_ lambda: Int, _ alpha: Int) -> Double {
    relative(magnitudes, to: persistenceMagnitudes, lambda * alphas + alpha)
  }

  private func relative(_ errors: [Double], to persistence: [Double], _ place: Int) -> Double {
    let ratio = errors[place] / persistence[place]
    return counts[place] == expected[place] && counts[place] > 0 && ratio.isFinite
      ? ratio : .infinity
  }
}

/// Which subproblems of a search are those of a loss.
struct LossPlace {
  private let place: Int
  private let count: Int

  /// The loss at a place among `count`, through which subproblems run.
  init(_ place: Int, of count: Int) {
    self.place = place
    self.count = count
  }

  /// Those of the loss, of one a subproblem.
  func own<Element>(_ all: [Element]) -> [Element] {
    stride(from: place, to: all.count, by: count).map { all[$0] }
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
