internal import Foundation

/// An axis: how numbers map to places from 0 to 1, and where its ticks stand.
package struct Scale: Sendable {
  package let lower: Double
  package let upper: Double
  package let isLogarithmic: Bool

  /// From `lower` to `upper`; where they do not differ, a little around them.
  package init(_ lower: Double, _ upper: Double) {
    let isEmpty = !(upper > lower)
    let margin = isEmpty ? max(abs(lower) * 0.1, 1e-3) : 0
    self.lower = isEmpty ? lower - margin : lower
    self.upper = isEmpty ? lower + margin : upper
    isLogarithmic = false
  }

  private init(logarithmicFrom lower: Double, to upper: Double) {
    self.lower = lower
    self.upper = upper
    isLogarithmic = true
  }

  /// An axis that just holds the finite ones of the values, with a margin.
  package static func around(
    _ values: some Sequence<Double>, margin: Double = 0.05, including extra: Double? = nil
  ) -> Scale {
    let known = values.filter(\.isFinite) + (extra.map { [$0] } ?? [])
    guard let low = known.min(), let high = known.max() else { return Scale(0, 1) }
    let space = margin * (high - low)
    return Scale(low - space, high + space)
  }

  /// A logarithmic axis that holds the positive ones of the values.
  package static func logarithmic(around values: some Sequence<Double>) -> Scale {
    let known = values.filter { $0.isFinite && $0 > 0 }
    guard let low = known.min(), let high = known.max() else { return Scale(0, 1) }
    let factor = pow(high / low, 0.05)
    return low == high
      ? Scale(logarithmicFrom: low / 2, to: high * 2)
      : Scale(logarithmicFrom: low / factor, to: high * factor)
  }

  /// The place of a value, 0 at `lower` and 1 at `upper`; nil if it has none.
  func place(_ value: Double) -> Double? {
    guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
    return isLogarithmic
      ? log(value / lower) / log(upper / lower) : (value - lower) / (upper - lower)
  }

  /// About four to six round numbers inside.
  var ticks: [Double] {
    guard isLogarithmic else { return Self.round(lower, upper) }
    let decades =
      Int(
        log10(lower).rounded(.up))...max(
        Int(log10(lower).rounded(.up)), Int(log10(upper).rounded(.down)))
    // Less than two powers of ten inside: round numbers serve better.
    if log10(upper / lower) < 1.6 { return Self.round(lower, upper).filter { $0 >= lower } }
    let step = max(1, (decades.count + 5) / 6)
    return decades.filter { $0.isMultiple(of: step) }.map { pow(10, Double($0)) }
      .filter { $0 >= lower && $0 <= upper }
  }

  private static func round(_ lower: Double, _ upper: Double) -> [Double] {
    let rough = (upper - lower) / 5
    let power = pow(10, log10(rough).rounded(.down))
    let step = ([1, 2, 5, 10].map { $0 * power }.first { $0 >= rough }) ?? rough
    let first = Int((lower / step).rounded(.up))
    let last = Int((upper / step).rounded(.down))
    guard first <= last else { return [] }
    return (first...last).map { Double($0) * step }
  }
}
