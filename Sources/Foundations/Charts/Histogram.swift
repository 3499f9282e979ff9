/// Counts of values in bins of equal width.
package struct Histogram: Sendable {
  package let lower: Double
  package let upper: Double
  package private(set) var counts: [Int]
  /// Values below the first and above the last bin.
  package private(set) var below = 0
  package private(set) var above = 0

  /// Empty bins.
  package init(from lower: Double, to upper: Double, bins: Int) {
    precondition(upper > lower && bins > 0, "\(bins) bins from \(lower) to \(upper)")
    self.lower = lower
    self.upper = upper
    counts = [Int](repeating: 0, count: bins)
  }

  /// Counts that are known.
  package init(from lower: Double, to upper: Double, counts: [Int]) {
    self.init(from: lower, to: upper, bins: counts.count)
    self.counts = counts
  }

  /// Counts a value; NaN is not counted, and `upper` belongs to the last bin.
  package mutating func add(_ value: Double) {
    guard !value.isNaN else { return }
    if value < lower {
      below += 1
    } else if value > upper {
      above += 1
    } else {
      let place = (value - lower) / (upper - lower) * Double(counts.count)
      counts[min(counts.count - 1, Int(place))] += 1
    }
  }

  /// The lower edge of bin `i`, which is the upper one of the bin before it.
  package func edge(_ i: Int) -> Double {
    lower + (upper - lower) * Double(i) / Double(counts.count)
  }
}
