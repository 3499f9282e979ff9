internal import Collectives
internal import HDF5

/// A table that the ranks keep in a file together: a dataset for each field of its rows.
///
/// What is written, read and checked follows from the columns alone.
struct CheckpointTable<Row> {
  /// A row before its fields are read.
  let blank: Row
  let columns: [Column]

  /// A dataset with one field of each row.
  struct Column {
    let name: String
    fileprivate let write: ([Row], RankShare, borrowing File) throws -> Void
    fileprivate let read: (inout [Row], borrowing File) throws -> Void

    init<Field: Storable>(_ name: String, _ field: WritableKeyPath<Row, Field>) {
      self.name = name
      write = { rows, share, file in
        try file.writeShare(name, rows.map { $0[keyPath: field] }, share)
      }
      read = { rows, file in
        let values = try file.openDataset(name).read(Field.self)
        guard values.count == rows.count else {
          throw CommandLineError(
            exitCode: ExitCode.badData,
            description: """
              \(file.filePath): \(name) has \(values.count) entries, expected \(rows.count); remove \
              this checkpoint
              """)
        }
        for i in values.indices { rows[i][keyPath: field] = values[i] }
      }
    }
  }

  /// Writes this rank's rows at its place among those of all ranks.
  ///
  /// - Collective: every rank of the file must call it.
  func write(_ rows: [Row], _ share: RankShare, in file: borrowing File) throws {
    for column in columns { try column.write(rows, share, file) }
  }

  /// Whether a file has this table.
  func isKept(in file: borrowing File) throws -> Bool { try file.kind(of: columns[0].name) != nil }

  /// The rows of all ranks.
  ///
  /// - Throws: `CommandLineError` if a column is longer or shorter than the first.
  /// - Collective: every rank of the file must call it.
  func read(from file: borrowing File) throws -> [Row] {
    let count = try file.openDataset(columns[0].name).shape[0]
    var rows = [Row](repeating: blank, count: count)
    for column in columns { try column.read(&rows, file) }
    return rows
  }
}

/// This rank's part of a list that the ranks write together.
struct RankShare {
  let first: Int
  let total: Int

  /// - Collective: every rank of `group` must call it.
  init(_ own: Int, on group: borrowing some RankGroup & ~Copyable) throws {
    let counts = try group.gather(own)
    first = counts[..<group.rank].reduce(0, +)
    total = counts.reduce(0, +)
  }
}

extension File {
  /// Writes the ranks' parts of a list.
  ///
  /// - Collective: every rank of the file must call it.
  func writeShare<T: Storable>(_ name: String, _ values: [T], _ share: RankShare) throws {
    let dataset = try createDataset(name, shape: [share.total], of: T.self)
    try dataset.write(values, at: share.first)
    try dataset.close()
  }
}
