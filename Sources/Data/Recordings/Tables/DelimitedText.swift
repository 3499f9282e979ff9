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
  var separator: UInt8?
  /// Whether numbers are written 0,5.
  private(set) var hasDecimalCommas = false
  let bytes: [UInt8]
  /// Where the rows begin.
  var start = 0

  /// Reads a file and finds out how its columns are apart.
  ///
  /// - Throws: `RecordingError` if it cannot be read, is empty or is no text.
  init(_ file: String) throws {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw RecordingError.missing("\(file): cannot be read")
    }
    try self.init(data, of: file)
  }

  /// Takes the bytes of a file, or those of its first lines.
  ///
  /// - Throws: `RecordingError` if they are none, or no text.
  init(_ data: some DataProtocol, of file: String) throws {
    self.file = file
    if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]),
      let text = String(data: Data(data), encoding: .utf16)
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

  /// Takes lines of a file whose form is known.
  init(_ bytes: [UInt8], like other: DelimitedText) {
    file = other.file
    separator = other.separator
    hasDecimalCommas = other.hasDecimalCommas
    self.bytes = bytes
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
  func isComment(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.firstIndex(where: { !$0.isBlank }), line[first].isCommentMark else {
      return false
    }
    let word = String(decoding: line[first...].prefix(8), as: UTF8.self)
    return !Self.spreadsheetErrors.contains { word.hasPrefix($0) }
  }

  static let spreadsheetErrors = [
    "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?", "#NULL!",
  ]

  /// Splits one row; says where it ends, and how many line ends stand inside of quotes.
  func split(from begin: Int, into cells: inout [Cell]) -> (end: Int, breaks: Int) {
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
}
