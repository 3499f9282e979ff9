internal import Foundation

/// The cells of a text file of rows and columns: quotes, comments, byte order marks and line
/// ends are dealt with here, and nothing is known of what the cells mean.
///
/// SwiftCSV keeps every cell as a string, which for a file of 100 MB is gigabytes; here a cell
/// is a range of the file's bytes.
struct DelimitedText {
  /// One cell: its bytes without blanks and quotes around them.
  struct Cell {
    let range: Range<Int>
    let isQuoted: Bool
  }

  let file: String
  /// The character between columns; nil for any run of blanks.
  private(set) var separator: UInt8?
  /// Whether numbers are written 0,5.
  private(set) var hasDecimalCommas = false
  private let bytes: [UInt8]
  private var start = 0

  /// Reads a file and finds out how its columns are apart.
  ///
  /// - Throws: `RecordingError` if it cannot be read, is empty or is no text.
  init(_ file: String) throws {
    self.file = file
    guard let data = FileManager.default.contents(atPath: file) else {
      throw RecordingError.missing("\(file): cannot be read")
    }
    if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]),
      let text = String(data: data, encoding: .utf16)
    {
      bytes = Array(text.utf8)
    } else {
      bytes = [UInt8](data)
    }
    guard !bytes.prefix(4096).contains(0) else {
      throw RecordingError.badData(
        "\(file): a binary file of an unknown kind; Ganglion reads HDF5 (NWB, MATLAB v7.3), NPY,"
          + " CSV and Suite2p folders")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
    takeSeparatorLine()
    let head = self.head
    guard !head.isEmpty else { throw RecordingError.badData("\(file) is empty") }
    if separator == nil { separator = Self.separator(of: head) }
    hasDecimalCommas = separator != .comma && areDecimalCommas(head)
  }

  /// The lines from which the form is found.
  private static let headLines = 30

  /// Excel's first line "sep=;" names the separator.
  private mutating func takeSeparatorLine() {
    let end = bytes[start...].firstIndex(where: \.isLineEnd) ?? bytes.endIndex
    let line = String(decoding: bytes[start..<end], as: UTF8.self).lowercased()
    guard line.hasPrefix("sep="), line.utf8.count == 5 else { return }
    separator = bytes[end - 1]
    start = end
  }

  /// The first lines that hold cells.
  private var head: [ArraySlice<UInt8>] {
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

  /// The character of which most lines have the same number, outside quotes; of several a tab
  /// before a semicolon before a comma, which may be a decimal one.
  private static func separator(of lines: [ArraySlice<UInt8>]) -> UInt8? {
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
    let consistent = all.first { separator in
      let counts = lines.map { count(separator, $0) }
      let usual = Dictionary(grouping: counts, by: { $0 }).max { $0.value.count < $1.value.count }
      return (usual?.key ?? 0) > 0 && 3 * (usual?.value.count ?? 0) >= 2 * counts.count
    }
    return consistent ?? all.first { count($0, lines[0]) > 0 }
  }

  private func areDecimalCommas(_ lines: [ArraySlice<UInt8>]) -> Bool {
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

  /// Calls `body` with each row of cells and its line, from 1, until it returns false.
  ///
  /// Blank lines and comments are no rows; `comment` gets the cells of each comment.
  func forEachRow(
    comment: (_ line: Int, _ cells: [Cell]) -> Void = { _, _ in },
    _ body: (_ line: Int, _ cells: [Cell]) throws -> Bool
  ) rethrows {
    var cells: [Cell] = []
    var place = start
    var line = 1
    while place < bytes.count {
      if bytes[place].isLineEnd {
        if isNewLine(place) { line += 1 }
        place += 1
        continue
      }
      let first = line
      let begin = place
      cells.removeAll(keepingCapacity: true)
      if isComment(bytes[begin...]) {
        let end = bytes[begin...].firstIndex(where: \.isLineEnd) ?? bytes.endIndex
        var mark = begin
        while mark < end, bytes[mark].isBlank || bytes[mark].isCommentMark { mark += 1 }
        if mark < end { _ = split(from: mark, into: &cells) }
        comment(first, cells)
        place = end
        continue
      }
      let lines = split(from: begin, into: &cells)
      place = lines.end
      line += lines.breaks
      if cells.count <= 1, cells.allSatisfy({ $0.range.isEmpty && !$0.isQuoted }) { continue }
      guard try body(first, cells) else { return }
    }
  }

  /// Whether a line ends here: "\r\n" is one end.
  private func isNewLine(_ place: Int) -> Bool {
    bytes[place] == .newLine || !(place + 1 < bytes.count && bytes[place + 1] == .newLine)
  }

  /// A line that begins with # or %, unless it is one of Excel's errors such as #N/A.
  private func isComment(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.firstIndex(where: { !$0.isBlank }), line[first].isCommentMark else {
      return false
    }
    let word = String(decoding: line[first...].prefix(8), as: UTF8.self)
    return !Self.spreadsheetErrors.contains { word.hasPrefix($0) }
  }

  private static let spreadsheetErrors = [
    "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?", "#NULL!",
  ]

  /// Splits one row; says where it ends, and how many line ends stand inside of quotes.
  private func split(from begin: Int, into cells: inout [Cell]) -> (end: Int, breaks: Int) {
    var place = begin
    var breaks = 0
    while true {
      while place < bytes.count, bytes[place].isBlank, bytes[place] != separator { place += 1 }
      if separator == nil, place == bytes.count || bytes[place].isLineEnd { return (place, breaks) }
      if place < bytes.count, bytes[place] == .quote {
        let first = place + 1
        place = first
        while place < bytes.count {
          if bytes[place] == .quote {
            guard place + 1 < bytes.count, bytes[place + 1] == .quote else { break }
            place += 1
          }
          if bytes[place].isLineEnd, isNewLine(place) { breaks += 1 }
          place += 1
        }
        cells.append(trimmed(first..<min(place, bytes.count), isQuoted: true))
        while place < bytes.count, !isEnd(place) { place += 1 }
      } else {
        let first = place
        while place < bytes.count, !isEnd(place) { place += 1 }
        cells.append(trimmed(first..<place, isQuoted: false))
      }
      guard place < bytes.count, !bytes[place].isLineEnd else { return (place, breaks) }
      place += 1
    }
  }

  /// Whether a cell ends here.
  private func isEnd(_ place: Int) -> Bool {
    let byte = bytes[place]
    if let separator { return byte == separator || byte.isLineEnd }
    return byte.isBlank || byte.isLineEnd
  }

  private func trimmed(_ range: Range<Int>, isQuoted: Bool) -> Cell {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, bytes[low].isBlank { low += 1 }
    while low < high, bytes[high - 1].isBlank { high -= 1 }
    return Cell(range: low..<high, isQuoted: isQuoted)
  }

  /// A cell as text; doubled quotes are single ones.
  func text(_ cell: Cell) -> String {
    let text = String(decoding: bytes[cell.range], as: UTF8.self)
    return cell.isQuoted ? text.replacing("\"\"", with: "\"") : text
  }

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

extension UInt8 {
  fileprivate static let newLine = UInt8(ascii: "\n")
  fileprivate static let quote = UInt8(ascii: "\"")
  fileprivate static let tab = UInt8(ascii: "\t")
  fileprivate static let semicolon = UInt8(ascii: ";")
  fileprivate static let comma = UInt8(ascii: ",")
  fileprivate static let point = UInt8(ascii: ".")
  fileprivate static let bar = UInt8(ascii: "|")

  fileprivate var isLineEnd: Bool { self == .newLine || self == UInt8(ascii: "\r") }
  fileprivate var isBlank: Bool { self <= UInt8(ascii: " ") && !isLineEnd }
  fileprivate var isCommentMark: Bool { self == UInt8(ascii: "#") || self == UInt8(ascii: "%") }
}
