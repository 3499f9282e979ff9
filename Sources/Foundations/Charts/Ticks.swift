internal import Foundation
internal import Wording

/// The ticks of an axis, and the words at them: short, and no two alike.
package struct Ticks: Equatable, Sendable {
  package private(set) var values: [Double]
  package private(set) var labels: [String]
  /// What every label leaves out: a label says the value minus this; 0 nearly always.
  package private(set) var offset = 0.0

  /// Most characters of a label in plain digits.
  private static let longest = 7
  /// Most digits after the first one of a label with a power of ten.
  private static let mostDigits = 2

  /// Powers of ten and the like.
  init(powers values: [Double]) {
    self.values = values
    labels = values.map { text($0, decimals: Swift.max(0, -exponent($0))) ?? scientific($0, 0) }
  }

  /// Multiples of a step between two values.
  ///
  /// Where the numbers are far larger than their differences, as time stamps that count from
  /// some other day, the labels count from a round number below them.
  init(from lower: Double, to upper: Double, step: Double) {
    // A tick at the very end counts, though the division may miss it by a bit.
    let first = (lower / step - 1e-9).rounded(.up)
    let count = Int(((upper / step + 1e-9).rounded(.down) - first).rounded()) + 1
    let steps = (0..<Swift.max(0, count)).map { first + Double($0) }
    // Neighbours that are one double are one tick.
    values = steps.map { $0 * step }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    let decimals = -exponent(step)
    if let plain = Self.labels(values, decimals) {
      labels = plain
      return
    }
    let unit = pow(10, log10(upper - lower).rounded(.up))
    offset = (lower / unit).rounded(.down) * unit
    let base = offset
    let rests = values.map { (($0 - base) / step).rounded() * step }
    labels = Self.labels(rests, decimals) ?? rests.map { scientific($0, 3) }
  }

  /// Labels of few characters that say the values exactly; nil if there are none.
  private static func labels(_ values: [Double], _ decimals: Int) -> [String]? {
    let plain = values.compactMap { text($0, decimals: decimals) }
    if plain.count == values.count, plain.allSatisfy({ $0.count <= longest }) { return plain }
    let digits = values.map { value in
      abs(value) * pow(10, Double(decimals)) < 0.5 ? 0 : exponent(value) + decimals
    }
    guard digits.allSatisfy({ $0 <= mostDigits }) else { return nil }
    return zip(values, digits).map { value, digits in
      abs(value) * pow(10, Double(decimals)) < 0.5 ? "0" : scientific(value, digits)
    }
  }

  /// The characters that an axis must have room for, so that the two neighbours with the longest
  /// labels stand apart by a gap.
  var width: Int {
    let pairs = zip(labels, labels.dropFirst()).map { $0.count + $1.count }
    let longest = pairs.max() ?? 2 * (labels.first?.count ?? 0)
    return labels.count * (longest + 2 * Self.gap) / 2
  }
  /// Characters between two labels.
  private static let gap = 2

  /// The label of the axis, which says what the ticks leave out.
  package func axisLabel(_ name: String) -> String {
    guard offset != 0 else { return name }
    let sign = offset < 0 ? "+" : "−"
    let size = abs(offset)
    let number = size < 1e15 ? grouped(Int(size)) : String(format: "%.15g", size)
    let exact = size == size.rounded() && size < 1e15 ? number : String(format: "%.12g", size)
    return "\(name) \(sign) \(exact)"
  }
}

/// The power of ten at or below a number's size.
private func exponent(_ value: Double) -> Int {
  value == 0 || !value.isFinite ? 0 : Int((log10(abs(value)) + 1e-9).rounded(.down))
}

/// A number in plain digits, without zeros at its end; nil where it is far from 1.
private func text(_ value: Double, decimals: Int) -> String? {
  guard abs(value) < 1e6, decimals <= 5 else { return nil }
  var text = String(format: "%.*f", Swift.max(0, decimals), value)
  if decimals > 0 {
    text = String(text.reversed().drop { $0 == "0" }.reversed())
    if text.hasSuffix(".") { text.removeLast() }
  }
  return text == "-0" ? "0" : signed(text)
}

/// A number as digits and a power of ten.
private func scientific(_ value: Double, _ digits: Int) -> String {
  guard value != 0 else { return "0" }
  let parts = String(format: "%.*e", Swift.max(0, Swift.min(15, digits)), value)
    .split(separator: "e")
  guard parts.count == 2, let power = Int(parts[1]) else { return "\(value)" }
  var digits = String(parts[0])
  if digits.contains(".") {
    digits = String(digits.reversed().drop { $0 == "0" }.reversed())
    if digits.hasSuffix(".") { digits.removeLast() }
  }
  return signed("\(digits)e\(power)")
}
