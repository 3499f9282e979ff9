internal import Collectives

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
  /// Values, then sums of x, y, xx, yy and xy, series by series.
  private var sums: [Double]

  private static var width: Int { 6 }

  init(series: Int) { sums = [Double](repeating: 0, count: Self.width * series) }

  /// Adds a value of x and the value of y that it should be; a missing one does not count.
  mutating func add(_ x: Double, against y: Double, series: Int) {
    guard x.isFinite, y.isFinite else { return }
    let first = Self.width * series
    sums[first] += 1
    sums[first + 1] += x
    sums[first + 2] += y
    sums[first + 3] += x * x
    sums[first + 4] += y * y
    sums[first + 5] += x * y
  }

  /// Variation of x and y about their means, of both, and of their difference, over all series.
  private var totals: [Double] {
    var totals = [0.0, 0, 0, 0]
    for first in stride(from: 0, to: sums.count, by: Self.width) where sums[first] > 0 {
      let (n, x, y) = (sums[first], sums[first + 1], sums[first + 2])
      let (xx, yy, xy) = (sums[first + 3], sums[first + 4], sums[first + 5])
      totals[0] += xx - x * x / n
      totals[1] += yy - y * y / n
      totals[2] += xy - x * y / n
      totals[3] += xx - 2 * xy + yy
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

  private static func closeness(of totals: [Double]) -> Closeness {
    Closeness(
      r2: 1 - totals[3] / totals[1], pearson: totals[2] / (totals[0] * totals[1]).squareRoot())
  }
}
