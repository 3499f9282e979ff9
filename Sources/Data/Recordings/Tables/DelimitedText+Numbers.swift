extension DelimitedText {
  /// A cell's number: NaN where it is empty or says that the value is missing; nil for words.
  func number(_ cell: Cell) -> Double? {
    if cell.range.isEmpty { return .nan }
    if let value = plainNumber(cell.range) { return value }
    var text = String(decoding: bytes[cell.range], as: UTF8.self)
    if hasDecimalCommas { text = text.replacing(",", with: ".") }
    if let value = Double(text) { return value }
    return Self.missing.contains(text.lowercased()) || Self.spreadsheetErrors.contains(text)
      ? .nan : nil
  }

  private static let missing: Set<String> = [
    "na", "n/a", "<na>", "null", "none", "missing", "-", ".", "?",
  ]

  /// Digits with at most one point, exactly as `strtod` reads them.
  ///
  /// Up to 2⁵³ the digits are exact as a whole number, powers of ten up to 10²² are too, and
  /// one division rounds once (Clinger 1990).
  private func plainNumber(_ range: Range<Int>) -> Double? {
    var place = range.lowerBound
    let isNegative = bytes[place] == UInt8(ascii: "-")
    if isNegative { place += 1 }
    var digits = 0
    var count = 0
    var behind = 0
    var isBehind = false
    while place < range.upperBound {
      let byte = bytes[place]
      if byte == (hasDecimalCommas ? .comma : .point), !isBehind {
        isBehind = true
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), count < 15 {
        digits = 10 * digits + Int(byte - UInt8(ascii: "0"))
        count += 1
        if isBehind { behind += 1 }
      } else {
        return nil
      }
      place += 1
    }
    guard count > 0 else { return nil }
    let value = Double(digits) / Self.powersOfTen[behind]
    return isNegative ? -value : value
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  /// Whether a cell is written without a decimal point or an exponent.
  func isWhole(_ cell: Cell) -> Bool {
    bytes[cell.range].allSatisfy {
      $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "-")
    }
  }
}
