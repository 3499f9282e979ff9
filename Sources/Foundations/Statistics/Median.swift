/// The middle of the values in order, or the mean of the two in the middle, as
/// `numpy.median` gives it; NaN of no values.
///
/// `(x[⌊(n−1)/2⌋] + x[⌊n/2⌋]) / 2` of the n values that are not NaN, in order.
package func median(_ values: [Double]) -> Double {
  let sorted = ordered(values)
  guard !sorted.isEmpty else { return .nan }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// The middle of the values in order, of two in the middle the lower; nil of no values.
///
/// It is one of the values itself, never a mean of two: a step between two frames, or a rate
/// that was measured.
package func lowerMedian(_ values: [Double]) -> Double? { quantile(values, 0.5, .lower) }

/// The middle of the values in order, of two in the middle the upper; nil of no values.
package func upperMedian(_ values: [Double]) -> Double? { quantile(values, 0.5, .preceded) }
