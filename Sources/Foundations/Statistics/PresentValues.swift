package import LinearAlgebra

/// What is there of a part of a series in which NaN stands for what is missing.
package struct PresentValues {
  /// Entries that are not NaN.
  package let count: Int
  /// How many are missing.
  package let missing: Int
  /// The mean of the entries that are there; NaN if none is.
  package let mean: Double

  /// Counts and averages the entries `part` of a series.
  @specialized(where S == Double)
  @specialized(where S == Float)
  package init<S: Scalar>(of series: Span<S>, in part: Range<Int>) {
    var count = 0
    var sum = 0.0
    for t in part where !series[t].isNaN {
      count += 1
      sum += Double(series[t])
    }
    self.count = count
    missing = part.count - count
    mean = sum / Double(count)
  }

  /// Whether more than half is missing: then nobody else's frames are given up for the series.
  package var isMostlyMissing: Bool { missing > count }
}
