/// One pass over a table: equal lengths, what the columns hold, and whether the first row is
/// names.
struct TableScan {
  /// What the columns are called.
  struct Header {
    var names: [String]
    /// Whether it is a row of its own, rather than a comment.
    let isRow: Bool
    let isNumbers: Bool
  }

  private let text: DelimitedText
  private(set) var columns: [ColumnProfile] = []
  private(set) var rows = 0
  /// The rows at the end that hold no value.
  private(set) var emptyTail = 0
  private(set) var header: Header?
  /// The first row's cells.
  private(set) var first: [String] = []
  private var firstLine = 1
  private var firstNumbers: [Double?] = []
  private var firstIsWhole: [Bool] = []
  private var secondNumbers: [Double?] = []
  /// The cells of the last comment before the numbers.
  private var comment: [String] = []

  init(_ text: DelimitedText) { self.text = text }

  /// - Throws: `RecordingError` for rows of different lengths.
  mutating func run() throws {
    var firstCells: [DelimitedText.Cell] = []
    var count = 0
    var width = 0
    var found = self
    var error: RecordingError?
    text.forEachRow(
      comment: { _, cells in
        if count == 0 { found.comment = cells.map { found.text.text($0) } }
      }
    ) { line, cells in
      count += 1
      if count == 1 {
        firstCells = cells
        found.firstLine = line
        width = cells.count
        return true
      }
      if count == 2 {
        width = Self.width(first: firstCells, second: cells, text: found.text) ?? width
        found.columns = [ColumnProfile](repeating: ColumnProfile(), count: width)
        found.secondNumbers = cells.map { found.text.number($0) }
      }
      guard cells.count == width else {
        error = found.ragged(line: line, cells.count, width, comparedTo: firstCells.count)
        return false
      }
      found.add(cells, line)
      return true
    }
    if let error { throw error }
    self = found
    if columns.isEmpty {
      columns = [ColumnProfile](repeating: ColumnProfile(), count: firstCells.count)
    }
    first = firstCells.map { text.text($0) }
    firstNumbers = firstCells.map { text.number($0) }
    firstIsWhole = firstCells.map { text.isWhole($0) }
    header = findHeader()
    if header?.isRow != true { addFirst(firstCells) }
    rows = count - (header?.isRow == true ? 1 : 0)
  }

  private mutating func add(_ cells: [DelimitedText.Cell], _ line: Int) {
    var hasValue = false
    for (field, cell) in cells.enumerated() {
      columns[field].add(cell, of: text, line: line)
      if !cell.range.isEmpty { hasValue = true }
    }
    emptyTail = hasValue ? 0 : emptyTail + 1
  }

  /// Puts a first row of data before the others.
  private mutating func addFirst(_ cells: [DelimitedText.Cell]) {
    for (field, cell) in cells.enumerated() where field < columns.count {
      columns[field].addFirst(cell, of: text, line: firstLine)
    }
  }

  /// The cells of a row, where the first two rows differ by one: a delimiter at the end of one
  /// of them, or R's names of rows, which have no name themselves.
  private static func width(
    first: [DelimitedText.Cell], second: [DelimitedText.Cell], text: DelimitedText
  ) -> Int? {
    if first.count + 1 == second.count {
      let isNames = first.contains { text.number($0) == nil }
      return isNames || second.last?.range.isEmpty == true ? second.count : nil
    }
    if first.count == second.count + 1, first.last?.range.isEmpty == true { return second.count }
    return nil
  }

  private func ragged(
    line: Int, _ count: Int, _ width: Int, comparedTo first: Int
  ) -> RecordingError {
    var advice = ""
    if first == 1 || line == 2 && first < count {
      advice = "; if line \(firstLine) is a title, begin it with #"
    }
    if count == 2 * width || count == 2 * width - 1 {
      advice = "; if the commas are decimal ones, separate the columns by ; or tabs"
    }
    return .badData(
      "\(text.file) line \(line): \(count) columns, where line \(firstLine) has \(first)\(advice)")
  }

  // MARK: - Names

  /// The names of the columns: words above numbers, a comment of as many words, or numbers that
  /// can only be names.
  private func findHeader() -> Header? {
    let width = columns.count
    // Columns of words, such as names of rows, say nothing about the first row.
    let judged = first.indices.filter { $0 >= width || !columns[$0].holdsWords }
    let hasWords = judged.contains { $0 < first.count && firstNumbers[$0] == nil }
    if hasWords {
      return Header(names: fitted(first), isRow: true, isNumbers: false)
    }
    let lacksFirst = comment.count == width - 1 && !comment.isEmpty
    if comment.count == width || lacksFirst && (columns[0].counts || columns[0].holdsWords) {
      return Header(names: fitted(comment), isRow: false, isNumbers: false)
    }
    guard areNames(judged) else { return nil }
    return Header(names: fitted(first), isRow: true, isNumbers: true)
  }

  /// Names for all columns: R leaves out that of the names of rows, which stand first.
  private func fitted(_ names: [String]) -> [String] {
    let width = columns.count
    if names.count > width { return Array(names.prefix(width)) }
    let missing = [String](repeating: "", count: width - names.count)
    return columns.last?.isEmpty == true ? names + missing : missing + names
  }

  /// Whether a first row of numbers can only be names: it counts, or rises along all columns
  /// where the next row does not, or is whole where the numbers below have decimals.
  private func areNames(_ judged: [Int]) -> Bool {
    var cells = judged.filter { $0 < columns.count }
    // pandas leaves the place above its index empty.
    let hasCorner = cells.first == 0 && first[0].isEmpty && columns[0].counts
    if let place = cells.first, first[place].isEmpty || columns[place].counts {
      cells.removeFirst()
    }
    let numbers = cells.compactMap { firstNumbers[$0] }
    guard numbers.count == cells.count, !numbers.isEmpty, numbers.allSatisfy(\.isFinite) else {
      return false
    }
    if hasCorner { return true }
    func rises(_ values: [Double]) -> Bool {
      zip(values.dropFirst(), values).allSatisfy { $0 > $1 }
    }
    let below = cells.compactMap { secondNumbers.indices.contains($0) ? secondNumbers[$0] : nil }
    let isWhole = cells.allSatisfy { firstIsWhole[$0] }
    let haveDecimals = cells.allSatisfy { !columns[$0].isWhole && columns[$0].numbers > 0 }
    let isCounting =
      (numbers[0] == 0 || numbers[0] == 1)
      && zip(numbers.dropFirst(), numbers).allSatisfy { $0 == $1 + 1 }
    if isCounting, numbers.count >= 2, isWhole, haveDecimals { return true }
    if numbers.count >= 3, isWhole, haveDecimals, Set(numbers).count == numbers.count,
      numbers.allSatisfy({ $0 >= 0 })
    {
      return true
    }
    if rises(below) { return false }
    return isCounting && numbers.count >= 4 || numbers.count >= 8 && rises(numbers)
  }
}
