internal import Foundation

/// The form of a table of numbers in a text file, found from all its lines.
struct TextTable: Codable, Equatable, Sendable {
  let file: String
  /// The rows of names above the numbers: 0 or 1, or 0 where a comment holds the names.
  let headerRows: Int
  /// Rows of numbers.
  let rows: Int
  /// Cells in a row.
  let width: Int
  /// The names of all columns, if the file has them.
  let names: [String]?
  /// Whether the names are numbers: those of frames, cells or pandas' own.
  let namesAreNumbers: Bool
  /// What the columns hold, names apart; known only where the file was looked at.
  private(set) var columns: [ColumnProfile] = []
  /// The columns that are read as the recording's, if not all: neurons, or frames where each
  /// row is a neuron.
  var fields: [Int]
  /// What was decided, in words.
  private(set) var notes: [String] = []

  enum CodingKeys: CodingKey { case file, headerRows, rows, width, names, namesAreNumbers, fields }

  /// Looks at every line of a file once.
  ///
  /// - Throws: `RecordingError` with the line that is wrong: rows must be equally long.
  init(_ file: String) throws { try self.init(DelimitedText(file)) }

  /// Looks at every line of what was read of a file.
  ///
  /// - Throws: `RecordingError` with the line that is wrong: rows must be equally long.
  init(_ text: DelimitedText) throws {
    var scan = TableScan(text)
    try scan.run()
    file = text.file
    let header = scan.header
    headerRows = header?.isRow == true ? 1 : 0
    rows = scan.rows - scan.emptyTail
    guard rows > 0 else {
      let line = scan.first.joined(separator: " ")
      throw RecordingError.badData(
        "\(file): no table of numbers: its first line is \"\(line.prefix(40))\"")
    }
    var columns = scan.columns
    var names = header?.names
    while columns.count > 1, columns[columns.count - 1].isEmpty,
      names?.last?.isEmpty ?? true
    {
      columns.removeLast()
      names?.removeLast()
    }
    width = columns.count
    self.columns = columns
    self.names = names
    namesAreNumbers = header?.isNumbers ?? false
    fields = Array(0..<width)
    if namesAreNumbers, let names {
      let shown = names.filter { !$0.isEmpty }.prefix(3).joined(separator: ", ")
      notes.append("the first line (\(shown), ...) names the columns and is no data")
    }
    if scan.emptyTail > 0 {
      notes.append("\(scan.emptyTail) rows without a value at the end are left out")
    }
    if scan.columns.count > width {
      notes.append("\(scan.columns.count - width) columns without a name or a value are left out")
    }
  }

  /// A column as a message names it.
  func title(_ field: Int) -> String {
    guard let name = names?[field], !name.isEmpty else {
      return field == 0 ? "the first column" : "column \(field) (from 0)"
    }
    return "the column \"\(name)\""
  }

  /// What columns that are neurons are called: by their names, else by their places from 0.
  func labels(of fields: [Int]) -> [String] {
    fields.enumerated().map { place, field in
      names.flatMap { $0[field].isEmpty ? nil : $0[field] } ?? "\(place)"
    }
  }

  /// Refuses columns that hold words where numbers are needed.
  ///
  /// - Throws: `RecordingError` (65) with the first such cell.
  func requireNumbers(_ fields: [Int]) throws {
    guard let bad = fields.first(where: { columns[$0].words > 0 }),
      let word = columns[bad].firstWord
    else { return }
    let advice =
      columns[bad].holdsWords
      ? "; \(title(bad)) holds words: choose the neurons' columns by --traces"
      : ", in \(title(bad)); a cell without a value is left empty"
    throw RecordingError.badData(
      "\(file) line \(word.line): \"\(word.text)\" is not a number\(advice)")
  }

  /// Calls `body` with the numbers in `fields` of each row of a range, all by default.
  func forEachRow(
    in range: Range<Int>? = nil, _ fields: [Int], _ body: (_ row: Int, _ values: [Double]) -> Void
  ) throws {
    let text = try DelimitedText(file)
    let wanted = range ?? 0..<rows
    var values = [Double](repeating: 0, count: fields.count)
    var row = -headerRows
    text.forEachRow { _, cells in
      if wanted.contains(row) {
        for (i, field) in fields.enumerated() {
          values[i] = field < cells.count ? text.number(cells[field]) ?? .nan : .nan
        }
        body(row, values)
      }
      row += 1
      return row < wanted.upperBound
    }
  }

  /// One column's numbers; dates are seconds since the first one.
  func column(_ field: Int) throws -> [Double] {
    guard columns[field].holdsDates else {
      var values: [Double] = []
      try forEachRow([field]) { values.append($1[0]) }
      return values
    }
    let dates = try texts(field).map { DateText($0) }
    guard let first = dates.first.flatMap({ $0 }) else { return dates.map { _ in .nan } }
    return dates.map { $0?.seconds(since: first) ?? .nan }
  }

  /// One column's cells as they are written.
  func texts(_ field: Int) throws -> [String] {
    let text = try DelimitedText(file)
    var result: [String] = []
    var row = -headerRows
    text.forEachRow { _, cells in
      if row >= 0 { result.append(field < cells.count ? text.text(cells[field]) : "") }
      row += 1
      return row < rows
    }
    return result
  }
}
