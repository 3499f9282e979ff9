internal import Foundation
internal import Statistics
internal import Wording

/// The frames of a text table that grows by a line a frame: the rules of a whole table, settled
/// by its first rows.
///
/// Its columns are told apart as `Recording.open` tells them: the clock, counters, names, what
/// words mean, a cell without a value. What the rows to come hold cannot change that any more.
package struct TableFrames: Sendable {
  /// One row.
  package struct Frame: Equatable, Sendable {
    /// A number a neuron; NaN where one is missing.
    package let values: [Double]
    /// Seconds on the table's clock; nil where it has none.
    package let time: Double?
  }

  /// The neurons' names, else their numbers from 0.
  package let labels: [String]
  /// What was decided, in words.
  package let notes: [String]
  /// The frames of the first rows.
  package private(set) var first: [Frame] = []

  /// How cells are apart and numbers written.
  private let form: DelimitedText
  /// Cells of a row.
  private let width: Int
  private let traces: [Int]
  /// Their columns, as a message names them.
  private let titles: [String]
  private let clock: Clock?

  /// The column of the time.
  private struct Clock {
    let field: Int
    let title: String
    /// The first row's date, where it holds dates.
    var firstDate: DateText?
    /// Seconds of one unit of its numbers.
    var unit = 1.0
  }

  /// Rows by which the columns are told apart: as many as the shortest warm-up has.
  package static let rowsToSettle = 20
  /// How far the table's own step may be from what --dt or --rate says.
  private static let largestDifference = 0.1

  /// Looks at the first lines of a table; nil where they are too few to tell.
  ///
  /// - Parameters:
  ///   - head: these lines, whole.
  ///   - request: the table, and what is read of it.
  ///   - isAll: whether no more will come.
  /// - Throws: `RecordingError` (64, 65, 66) as opening the whole table does, as soon as it is
  ///   certain; 64 where nothing says the time of a frame.
  package init?(_ head: [UInt8], _ request: RecordingRequest, isAll: Bool) throws {
    guard head.contains(where: { !$0.isBlank && !$0.isLineEnd }) else { return nil }
    let text = try DelimitedText(head, of: request.path)
    var scan = TableScan(text)
    try scan.run()
    guard scan.rows > scan.emptyTail, scan.rows > 1 || isAll else { return nil }
    let table = try TextTable(text)
    try table.requireNumbers(
      table.fields.filter { table.columns[$0].words > 0 && table.columns[$0].numbers > 0 })
    try Self.requireClock(table, request)
    guard isAll || scan.rows >= Self.rowsToSettle else { return nil }

    let roles = try ColumnRoles(table, request)
    try table.requireNumbers(roles.traces)
    if let axis = roles.axis, axis.axis == 1 {
      throw RecordingError.badData(
        "\(request.path): \(axis.reason), and a table that grows has a frame in each row")
    }
    guard !roles.traces.isEmpty else {
      throw RecordingError.badData("\(request.path): none of its columns may be a neuron")
    }
    form = text
    width = scan.columns.count
    traces = roles.traces
    titles = roles.traces.map(table.title)
    labels = table.labels(of: roles.traces)
    var rows: [(line: Int, cells: [DelimitedText.Cell])] = []
    text.forEachRow { line, cells in
      rows.append((line, cells))
      return true
    }
    rows.removeFirst(table.headerRows)
    (clock, notes) = try Self.clock(of: table, roles, rows.map { $0.cells }, text, request)
    first = try rows.map { try frame(of: $0.cells, in: text, line: $0.line) }
  }

  /// The frame of a line that came later.
  ///
  /// - Parameters:
  ///   - line: its bytes.
  ///   - number: its place in the file, from 1, for messages.
  /// - Returns: nil for a line that holds no row.
  /// - Throws: `RecordingError` (65) where it is no row of this table.
  package func frame(of line: [UInt8], number: Int) throws -> Frame? {
    let text = DelimitedText(line, like: form)
    var frame: Frame?
    try text.forEachRow { _, cells in
      guard cells.count == width else {
        throw RecordingError.badData(
          "\(form.file) line \(number): \(cells.count) columns, where those before have \(width)")
      }
      frame = try self.frame(of: cells, in: text, line: number)
      return false
    }
    return frame
  }

  /// The numbers of a line that is a frame of its own; NaN where one is missing.
  ///
  /// - Throws: `RecordingError` (65) for words.
  package static func values(of line: [UInt8], in path: String) throws -> [Double] {
    let text = try DelimitedText(line, of: path)
    var values: [Double] = []
    try text.forEachRow { _, cells in
      values = try cells.map { try value(of: $0, in: text, at: nil) }
      return false
    }
    return values
  }

  private static func value(
    of cell: DelimitedText.Cell, in text: DelimitedText, at place: (line: Int, column: String)?
  ) throws -> Double {
    guard let number = text.number(cell) else {
      let file = text.file + (place.map { " line \($0.line)" } ?? "")
      throw RecordingError.badData(
        "\(file): \"\(text.text(cell).prefix(40))\" is not a number"
          + (place.map { ", in \($0.column)" } ?? "") + "; a cell without a value is left empty")
    }
    return number.isFinite ? number : .nan
  }

  private func frame(
    of cells: [DelimitedText.Cell], in text: DelimitedText, line: Int
  ) throws -> Frame {
    let values = try zip(traces, titles).map { field, title in
      field < cells.count ? try Self.value(of: cells[field], in: text, at: (line, title)) : .nan
    }
    return Frame(
      values: values, time: try clock.map { try time($0, of: cells, in: text, line: line) })
  }

  private func time(
    _ clock: Clock, of cells: [DelimitedText.Cell], in text: DelimitedText, line: Int
  ) throws -> Double {
    let cell = cells[clock.field]
    let time =
      clock.firstDate.map { DateText(text.text(cell))?.seconds(since: $0) ?? .nan }
      ?? text.number(cell).map { $0 * clock.unit } ?? .nan
    guard time.isFinite else {
      throw RecordingError.badData(
        "\(form.file) line \(line): \(clock.title) holds the time, and here"
          + " \"\(text.text(cell).prefix(40))\"")
    }
    return time
  }

  // MARK: - Time

  /// Refuses a table in which no column can be the time, where no flag says it either.
  private static func requireClock(_ table: TextTable, _ request: RecordingRequest) throws {
    guard request.frameTime == nil, request.timestamps == nil else { return }
    let isNamed = table.names?.contains { TimeName($0) != nil } ?? false
    guard !isNamed, !table.columns.contains(where: \.holdsDates) else { return }
    throw noClock(request)
  }

  private static func noClock(_ request: RecordingRequest) -> RecordingError {
    .usage(
      "\(request.path): these frames have no clock, as no column is the time: give --rate HZ or"
        + " --dt S, or the column by --timestamps")
  }

  /// The clock of a table in the unit that its first rows, or the flags, say; with what was
  /// decided.
  private static func clock(
    of table: TextTable, _ roles: ColumnRoles, _ rows: [[DelimitedText.Cell]],
    _ text: DelimitedText, _ request: RecordingRequest
  ) throws -> (Clock?, [String]) {
    var notes = table.notes + roles.notes
    guard let field = roles.clock else {
      guard request.frameTime != nil else { throw noClock(request) }
      return (nil, notes)
    }
    var clock = Clock(field: field, title: table.title(field))
    if table.columns[field].holdsDates {
      clock.firstDate = rows.first.flatMap { DateText(text.text($0[field])) }
    }
    let stored = rows.map { cells in
      clock.firstDate.map { DateText(text.text(cells[field]))?.seconds(since: $0) ?? .nan }
        ?? text.number(cells[field]) ?? .nan
    }
    let source = ClockSource(
      name: clock.title, unit: roles.unit, isNamed: request.timestamps != nil)
    var times = stored
    if let note = try source.bringToSeconds(&times, dt: request.frameTime, in: request.path) {
      notes.append(note)
    }
    if clock.firstDate == nil, let last = stored.last, let begin = stored.first, last > begin {
      clock.unit = ((times.last ?? last) - (times.first ?? begin)) / (last - begin)
    }
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }
    if let asked = request.frameTime, let own = lowerMedian(steps),
      abs(own / asked - 1) > largestDifference
    {
      throw RecordingError.usage(
        "\(request.path): the frames of \(clock.title) are \(plain(own)) s apart, and --dt or"
          + " --rate says \(plain(asked)) s: leave the flag out, or the column by --traces")
    }
    return (clock, notes)
  }
}
