package import LinearAlgebra

/// Count, mean and variance of values that come one after the other.
///
/// Welford's recursion: a large mean cancels nothing. `PresentValues` has the mean as sum over
/// count instead, which differs in the last bits; scores and stand-ins rest on that one.
///
/// Reference: Welford (1962), Technometrics 4, 419.
package struct Moments: Sendable {
  package var count = 0.0
  /// 0 of no values.
  package var mean = 0.0
  /// `Σ (x − mean)²`.
  package var squares = 0.0

  @inlinable
  package init() {}

  /// Of the entries of a part of a series that are not NaN.
  @specialized(where S == Double)
  @specialized(where S == Float)
  package init<S: Scalar>(of series: Span<S>, in part: Range<Int>) {
    self.init()
    for t in part where !series[t].isNaN { add(Double(series[t])) }
  }

  /// Takes in one more value.
  @inlinable
  package mutating func add(_ value: Double) {
    count += 1
    let difference = value - mean
    mean += difference / count
    squares += difference * (value - mean)
  }

  /// `Σ (x − mean)² / n`; 0 of no values.
  package var variance: Double { count > 0 ? squares / count : 0 }

  /// That of the mean, from the scatter of the values: `√(Σ (x − mean)² / (n − 1) / n)`.
  package var standardError: Double { (squares / max(1, count - 1) / count).squareRoot() }

  /// The square root of the variance.
  package var deviation: Double { variance.squareRoot() }
}
