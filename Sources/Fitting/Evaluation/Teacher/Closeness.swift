internal import Collectives
internal import Statistics

/// How close series are to others, one to one, over all of them together.
///
/// With means of each series of its own,
/// ```
/// R² = 1 − Σ (x − y)² / Σ (y − ȳ)²,   r = Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² Σ (y − ȳ)²)
/// ```
package struct Closeness: Sendable, Equatable {
  package let r2: Double
  /// Pearson's correlation.
  package let pearson: Double
}

/// The sums that `Closeness` is made of, by series.
struct ClosenessSums {
  private var series: [PairSums]

  init(series: Int) { self.series = [PairSums](repeating: PairSums(), count: series) }

  /// Adds a value of x and the value of y that it should be; a missing one does not count.
  mutating func add(_ x: Double, against y: Double, series: Int) {
    guard x.isFinite, y.isFinite else { return }
    self.series[series].add(x, y)
  }

  /// Variation of x and y about their means, of both, and of their difference, over all series.
  private var totals: [Double] {
    var totals = [0.0, 0, 0, 0]
    for sums in series where sums.count > 0 {
      totals[0] += sums.firstVariation
      totals[1] += sums.secondVariation
      totals[2] += sums.covariation
      totals[3] += sums.squaredDifference
    }
    return totals
  }

  /// The closeness of the series of all ranks.
  ///
  /// - Collective: every rank of `group` must call it.
  func closeness(over group: borrowing some RankGroup & ~Copyable) throws -> Closeness {
    var totals = totals
    try group.sum(&totals)
    return Self.closeness(of: totals)
  }

  /// The closeness of series that every rank has.
  var closeness: Closeness { Self.closeness(of: totals) }

  /// NaN where the true series do not vary, and the correlation where the others do not.
  private static func closeness(of totals: [Double]) -> Closeness {
    let (x, y) = (totals[0], totals[1])
    return Closeness(
      r2: y > 0 ? 1 - totals[3] / y : .nan,
      pearson: PairSums.correlation(totals[2], of: x, y))
  }
}
