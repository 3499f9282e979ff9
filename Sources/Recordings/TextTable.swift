internal import Foundation

/// The form of a table of numbers in a text file, found from its first lines.
struct TextTable: Codable, Equatable, Sendable {
  let file: String
  /// The character between columns; nil for any run of blanks.
  let separator: UInt8?
  /// The names of the columns of numbers, if the first line holds names.
  let header: [String]?
  /// The column that holds seconds, if the header names one so.
  let timeColumn: Int?
  let rows: Int
  /// Columns of numbers, without the time column.
  let columns: Int

  /// Looks at every line of a file once: equal lengths, and numbers wherever they should be.
  ///
  /// - Throws: `RecordingError` with the line that is wrong.
  init(_ file: String) throws {
    let lines = try textLines(file)
    guard let first = lines.first else { throw RecordingError.badData("\(file) is empty") }
    separator = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")].first {
      first.contains($0)
    }
    self.file = file
    let fields = split(first, by: separator)
    let isHeader = fields.contains { number($0) == nil }
    if isHeader, lines.count == 1 {
      throw RecordingError.badData(
        "\(file): no table of numbers: its first line is \"\(String(decoding: first.prefix(40), as: UTF8.self))\""
      )
    }
    let names = isHeader ? fields.map { String(decoding: $0, as: UTF8.self) } : nil
    let clock = names?.firstIndex { isTimeName($0) }
    timeColumn = clock
    header = names.map { $0.enumerated().filter { $0.offset != clock }.map(\.element) }
    rows = lines.count - (isHeader ? 1 : 0)
    columns = fields.count - (clock == nil ? 0 : 1)
    for (index, line) in lines.enumerated().dropFirst(isHeader ? 1 : 0) {
      let own = split(line, by: separator)
      guard own.count == fields.count else {
        throw RecordingError.badData(
          "\(file) line \(index + 1): \(own.count) columns, where line 1 has \(fields.count)")
      }
      if let bad = own.first(where: { number($0) == nil }) {
        throw RecordingError.badData(
          "\(file) line \(index + 1): \"\(String(decoding: bad.prefix(40), as: UTF8.self))\" is not a number"
        )
      }
    }
  }

  /// Calls `body` with each row of numbers, the time column apart.
  func forEachRow(
    in range: Range<Int>? = nil, _ body: (_ row: Int, _ values: [Double], _ time: Double?) -> Void
  ) throws {
    let lines = try textLines(file).dropFirst(header == nil ? 0 : 1)
    for (row, line) in lines.enumerated() where range?.contains(row) ?? true {
      var values = split(line, by: separator).map { number($0) ?? .nan }
      let time = timeColumn.map { values.remove(at: $0) }
      body(row, values, time)
    }
  }
}

/// Whether a column or a dataset of this name holds time.
func isTimeName(_ name: String) -> Bool {
  let word = name.lowercased().trimmingCharacters(in: .whitespaces)
  return ["t", "time", "times", "timestamp", "timestamps", "time_s", "time (s)", "seconds"]
    .contains(word)
}

/// The lines of a text file that are not blank, without their ends.
private func textLines(_ file: String) throws -> [ArraySlice<UInt8>] {
  guard let data = FileManager.default.contents(atPath: file) else {
    throw RecordingError.missing("\(file): cannot be read")
  }
  let bytes = [UInt8](data)
  guard !bytes.prefix(4096).contains(0) else {
    throw RecordingError.badData(
      "\(file): a binary file of an unknown kind; Ganglion reads HDF5 (NWB, MATLAB v7.3), NPY,"
        + " CSV and Suite2p folders")
  }
  let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0  // a byte order mark
  return bytes[start...]
    .split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    .filter { $0.contains { $0 > UInt8(ascii: " ") } }
}

private func split(_ line: ArraySlice<UInt8>, by separator: UInt8?) -> [ArraySlice<UInt8>] {
  guard let separator else {
    return line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }
  return line.split(separator: separator, omittingEmptySubsequences: false).map { field in
    let blank = { (byte: UInt8) in byte <= UInt8(ascii: " ") || byte == UInt8(ascii: "\"") }
    let start = field.firstIndex { !blank($0) } ?? field.endIndex
    let end = field.lastIndex { !blank($0) }.map { $0 + 1 } ?? start
    return field[start..<max(start, end)]
  }
}

/// A field's number; NaN for an empty one and the usual words for a missing value.
private func number(_ field: ArraySlice<UInt8>) -> Double? {
  if field.isEmpty { return .nan }
  let text = String(decoding: field, as: UTF8.self)
  if let value = Double(text) { return value }
  return ["na", "n/a", "null", "missing", "-"].contains(text.lowercased()) ? .nan : nil
}
