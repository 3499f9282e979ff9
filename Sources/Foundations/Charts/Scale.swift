internal import Foundation

/// An axis: how numbers map to places from 0 to 1, and where its ticks stand.
package struct Scale: Sendable {
  package let lower: Double
  package let upper: Double
  package let isLogarithmic: Bool

  /// From `lower` to `upper`; where they do not differ, a little around them.
  package init(_ lower: Double, _ upper: Double) {
    isLogarithmic = false
    guard lower.isFinite, upper.isFinite, (upper - lower).isFinite else {
      (self.lower, self.upper) = (0, 1)
      return
    }
    // Nearer to each other than doubles can count between them is not differing.
    let isEmpty = !(upper - lower > 1e-12 * max(abs(lower), abs(upper), 1e-290))
    let margin = isEmpty ? max(abs(lower) * 0.1, 1e-3) : 0
    self.lower = isEmpty ? lower - margin : lower
    self.upper = isEmpty ? lower + margin : upper
  }

  /// A logarithmic axis between two positive numbers.
  package init(logarithmicFrom lower: Double, to upper: Double) {
    precondition(lower > 0 && upper > lower, "a logarithmic axis from \(lower) to \(upper)")
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
    let known = values.filter { $0.isFinite && $0 >= .leastNormalMagnitude }
    guard let low = known.min(), let high = known.max() else { return Scale(0, 1) }
    let factor = exp(0.05 * (log(high) - log(low)))
    let margin = factor < 1 + 1e-9 ? 2 : factor
    return Scale(
      logarithmicFrom: max(low / margin, .leastNonzeroMagnitude),
      to: min(high * margin, .greatestFiniteMagnitude))
  }

  /// The place of a value, 0 at `lower` and 1 at `upper`; nil if it has none.
  package func place(_ value: Double) -> Double? {
    guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
    return isLogarithmic
      ? (log(value) - log(lower)) / (log(upper) - log(lower)) : (value - lower) / (upper - lower)
  }

  /// About three to six round numbers inside, whose labels side by side take no more than
  /// so many characters.
  package func ticks(characters: Int = .max) -> Ticks {
    let choices = [5, 4, 3, 2].map(ticks(about:))
    return choices.first { $0.width <= characters } ?? choices[3]
  }

  private func ticks(about count: Int) -> Ticks {
    guard isLogarithmic else { return round(about: count) }
    let decades = Int(log10(lower).rounded(.down))...Int(log10(upper).rounded(.up))
    func inside(_ digits: [Double], every step: Int) -> [Double] {
      var values: [Double] = []
      for decade in decades where decade.isMultiple(of: step) {
        values += digits.map { $0 * power(decade) }
      }
      return values.filter { $0 >= lower * (1 - 1e-12) && $0 <= upper * (1 + 1e-12) }
    }
    let step = max(1, Int(((log10(upper) - log10(lower)) / Double(count + 1)).rounded(.up)))
    let powers = inside([1], every: step)
    if powers.count >= 3 { return Ticks(powers: powers) }
    // Few powers of ten inside: other round numbers serve better.
    for digits in [[1.0, 3], [1, 2, 5]] {
      let values = inside(digits, every: 1)
      if values.count >= 3, values.count <= count + 2 { return Ticks(powers: values) }
    }
    let values = round(about: count)
    return values.values.count > powers.count ? values : Ticks(powers: powers)
  }

  private func round(about count: Int) -> Ticks {
    let rough = (upper - lower) / Double(count + 1)
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
    return Ticks(from: lower, to: upper, step: step)
  }
}

/// A power of ten, to the last bit where a literal would be.
private func power(_ exponent: Int) -> Double {
  Double("1e\(exponent)") ?? pow(10, Double(exponent))
}
