/// A number as people write it: rounded to `digits` significant digits, no zeros at its end.
///
/// Whole parts are not rounded, and numbers far from 1 get a power of ten: 0.83, 1200, 2.5e-7.
package func plain(_ value: Double, digits: Int = 6) -> String {
  guard value.isFinite else { return "\(value)" }
  var decimal = Decimal(abs(value))
  decimal.round(to: max(digits, decimal.point))
  let text = decimal.text
  return value < 0 && text != "0" ? "-" + text : text
}

/// A number that a user gave, with every digit given: 3, 0.1, 1e-5.
package func asGiven(_ value: Double) -> String { plain(value, digits: 17) }

/// A number of 0 or more, 0.d₁d₂d₃… × 10^point.
private struct Decimal {
  /// Without zeros at either end; empty for 0.
  private var digits: [Int]
  private(set) var point: Int

  /// Beyond these numbers of digits before the point, and of zeros on either side of it, a
  /// power of ten reads better.
  private static let mostWhole = 15
  private static let mostZerosBefore = 5
  private static let mostZerosBehind = 3

  /// The shortest decimal that reads back as the same number.
  init(_ value: Double) {
    let parts = "\(value)".split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let all = mantissa.joined().compactMap(\.wholeNumberValue)
    let leading = all.prefix { $0 == 0 }.count
    digits = Array(all.dropFirst(leading))
    point = mantissa[0].count - leading + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    dropZeros()
  }

  /// Keeps the first digits, rounded half up.
  mutating func round(to count: Int) {
    guard digits.count > count else { return }
    let isUp = digits[count] >= 5
    digits.removeLast(digits.count - count)
    if isUp {
      var place = count - 1
      while place >= 0, digits[place] == 9 {
        digits[place] = 0
        place -= 1
      }
      if place >= 0 {
        digits[place] += 1
      } else {
        digits.insert(1, at: 0)
        point += 1
      }
    }
    dropZeros()
  }

  private mutating func dropZeros() {
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { point = 1 }
  }

  var text: String {
    guard !digits.isEmpty else { return "0" }
    let written = digits.map(String.init)
    guard point <= Self.mostWhole, point - digits.count <= Self.mostZerosBefore,
      point >= -Self.mostZerosBehind
    else {
      let tail = written.count > 1 ? "." + written.dropFirst().joined() : ""
      return written[0] + tail + "e\(point - 1)"
    }
    guard point > 0 else {
      return "0." + String(repeating: "0", count: -point) + written.joined()
    }
    let whole = written.prefix(point).joined()
    guard digits.count > point else {
      return whole + String(repeating: "0", count: point - digits.count)
    }
    return whole + "." + written.dropFirst(point).joined()
  }
}
