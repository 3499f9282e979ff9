/// Where a text stands in a column that is wider.
package enum Alignment: Sendable { case left, right }

/// A text with blanks up to a width, in characters; as it is where it is as wide already.
package func padded(_ text: String, to width: Int, _ alignment: Alignment = .left) -> String {
  let blanks = String(repeating: " ", count: max(0, width - text.count))
  return alignment == .left ? text + blanks : blanks + text
}

/// The columns of a table in a terminal, whose lines are written cell by cell.
///
/// ```
/// let columns = TextColumns([.left(8), .right(6)])
/// columns.line(["solve", "1.25"])   // "solve     1.25"
/// ```
package struct TextColumns: Sendable {
  /// A column of at least this many characters.
  package struct Column: Sendable {
    let width: Int
    let alignment: Alignment

    /// A column whose cells begin at its left edge.
    package static func left(_ width: Int) -> Column { Column(width: width, alignment: .left) }
    /// A column whose cells end at its right edge.
    package static func right(_ width: Int) -> Column { Column(width: width, alignment: .right) }
  }

  private let columns: [Column]
  private let gap: String

  /// Columns with so many blanks between two of them.
  package init(_ columns: [Column], gap: Int = 0) {
    self.columns = columns
    self.gap = String(repeating: " ", count: gap)
  }

  /// Columns as wide as their widest cell.
  package init(fitting rows: [[String]], _ alignments: [Alignment], gap: Int) {
    self.init(
      alignments.enumerated().map { column, alignment in
        Column(width: rows.map { $0[column].count }.max() ?? 0, alignment: alignment)
      }, gap: gap)
  }

  /// A line of a cell a column.
  package func line(_ cells: [String]) -> String {
    precondition(cells.count == columns.count, "\(cells.count) cells, \(columns.count) columns")
    return zip(cells, columns).map { padded($0, to: $1.width, $1.alignment) }
      .joined(separator: gap)
  }

  /// A line a row, one below the other.
  package func text(_ rows: [[String]]) -> String { rows.map(line).joined(separator: "\n") }
}
