/// Which number stands for the quantile q of n values in order, x[0] to x[n − 1].
package enum QuantileRule: Sendable {
  /// With `h = q (n−1)`, linear between `x[⌊h⌋]` and `x[⌈h⌉]`: numpy's `linear`.
  case linear
  /// `x[⌊q (n−1)⌋]`, one of the values itself: numpy's `lower`.
  case lower
  /// `x[min(⌊q n⌋, n−1)]`: a share q of the values, rounded down to whole ones, precedes it.
  case preceded
}

/// The value below which a share of the values lies.
///
/// - Parameters:
///   - values: in any order; NaN is left out.
///   - share: q, in [0, 1].
///   - rule: what to take between two values.
/// - Returns: nil of no values.
/// - Complexity: O(n log n) for n values.
package func quantile(
  _ values: [Double], _ share: Double, _ rule: QuantileRule = .linear
) -> Double? {
  precondition(share >= 0 && share <= 1, "a share of \(share)")
  let sorted = ordered(values)
  guard !sorted.isEmpty else { return nil }
  let last = sorted.count - 1
  let place = share * Double(last)
  let below = Int(place)
  switch rule {
  case .linear:
    let above = min(below + 1, last)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  case .lower:
    return sorted[below]
  case .preceded:
    return sorted[min(last, Int(share * Double(sorted.count)))]
  }
}

/// The values that are not NaN, in order.
func ordered(_ values: [Double]) -> [Double] { values.filter { !$0.isNaN }.sorted() }
