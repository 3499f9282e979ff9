// How the columns of a file are apart, and how its numbers are written, from its first lines.
extension DelimitedText {
  /// The lines from which the form is found.
  private static let headLines = 30

  /// Excel's first line "sep=;" names the separator.
  mutating func takeSeparatorLine() {
    let end = bytes[start...].firstIndex(where: \.isLineEnd) ?? bytes.endIndex
    let line = String(decoding: bytes[start..<end], as: UTF8.self).lowercased()
    guard line.hasPrefix("sep="), line.utf8.count == 5 else { return }
    separator = bytes[end - 1]
    start = end
  }

  /// The first lines that hold cells.
  var head: [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var place = start
    while place < bytes.count, lines.count < Self.headLines {
      let end = bytes[place...].firstIndex(where: \.isLineEnd) ?? bytes.endIndex
      let line = bytes[place..<end]
      if line.contains(where: { !$0.isBlank }), !isComment(line) { lines.append(line) }
      place = end + 1
    }
    return lines
  }

  /// The character of which most lines have the same number, outside quotes, the first line among
  /// them if there is such a one; of several a tab before a semicolon before a comma, which may be a
  /// decimal one.
  static func separator(of lines: [ArraySlice<UInt8>]) -> UInt8? {
    func count(_ separator: UInt8, _ line: ArraySlice<UInt8>) -> Int {
      var isInside = false
      var count = 0
      for byte in line {
        if byte == .quote { isInside.toggle() }
        if byte == separator, !isInside { count += 1 }
      }
      return count
    }
    let all: [UInt8] = [.tab, .semicolon, .comma, .bar]
    var consistent: [(separator: UInt8, inFirst: Bool)] = []
    for separator in all {
      let counts = lines.map { count(separator, $0) }
      let usual = Dictionary(grouping: counts, by: { $0 }).max { $0.value.count < $1.value.count }
      guard let usual, usual.key > 0, 3 * usual.value.count >= 2 * counts.count else { continue }
      consistent.append((separator, counts[0] == usual.key))
    }
    return consistent.first(where: \.inFirst)?.separator ?? consistent.first?.separator
      ?? all.first { count($0, lines[0]) > 0 }
  }

  /// Whether the numbers of these lines have commas, and none has a point.
  func areDecimalCommas(_ lines: [ArraySlice<UInt8>]) -> Bool {
    var commas = 0
    var points = 0
    for line in lines {
      var cells: [Cell] = []
      _ = split(from: line.startIndex, into: &cells)
      for cell in cells {
        let text = String(decoding: bytes[cell.range], as: UTF8.self)
        if text.wholeMatch(of: /[-+]?\d*,\d+([eE][-+]?\d+)?/) != nil { commas += 1 }
        if text.wholeMatch(of: /[-+]?\d*\.\d+([eE][-+]?\d+)?/) != nil { points += 1 }
      }
    }
    return commas > 0 && points == 0
  }
}
