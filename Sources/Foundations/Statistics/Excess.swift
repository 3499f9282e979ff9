package import LinearAlgebra

/// How many values of a series exceed a magnitude, and the largest of them; NaN does not.
package struct Excess {
  package let count: Int
  /// Its magnitude; 0 if there is none.
  package let largest: Double

  /// Looks at every value of a series.
  @specialized(where S == Double)
  @specialized(where S == Float)
  package init<S: Scalar>(of series: Span<S>, beyond limit: Double) {
    var count = 0
    var largest = 0.0
    for t in 0..<series.count {
      let magnitude = Double(series[t].magnitude)
      guard magnitude > limit else { continue }
      count += 1
      largest = max(largest, magnitude)
    }
    self.count = count
    self.largest = largest
  }
}
