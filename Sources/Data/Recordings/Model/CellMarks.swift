/// Which neurons of a file that marks cells are taken (`--cells`).
package enum CellChoice: String, Sendable, CaseIterable {
  /// Those that a person or a classifier took for cells.
  case accepted
  /// All that it holds.
  case all
}

/// What a file says about which of its neurons are cells.
struct CellMarks: Codable, Equatable, Sendable {
  /// What says so: "iscell.npy", "/estimates/idx_components".
  let source: String
  /// One entry a neuron of the file.
  let isCell: [Bool]
}

/// The regions of a table that a series belongs to.
struct Regions: Codable, Equatable, Sendable {
  /// The table's path.
  let table: String
  /// The table's row of each neuron.
  let rows: [Int]
}

extension RecordingPlan {
  /// Leaves out the neurons that are marked as no cells, unless all were asked for.
  ///
  /// It is called when everything else about the file's neurons is known.
  ///
  /// - Throws: `RecordingError`, 65, if no neuron is accepted.
  mutating func keepCells(_ marks: CellMarks?, _ choice: CellChoice?) throws {
    guard let marks else { return }
    marksCells = true
    let cells = marks.isCell.indices.filter { marks.isCell[$0] }
    let counts = "\(cells.count) of \(neurons) neurons are accepted as cells (\(marks.source))"
    guard choice != .all else {
      notes.append(counts + ": all are taken (--cells all)")
      return
    }
    guard !cells.isEmpty else {
      throw RecordingError.badData(
        "\(path): none of the \(neurons) neurons is accepted as a cell (\(marks.source)): give"
          + " --cells all to take them all")
    }
    notes.append(
      counts + (cells.count < neurons ? ": the others are left out (--cells all takes them)" : ""))
    guard cells.count < neurons else { return }
    kept = cells
    neurons = cells.count
    labels = cells.map { labels[$0] }
    calibration = calibration.of(cells)
    regions = regions.map { all in
      Regions(table: all.table, rows: cells.map { all.rows[$0] })
    }
  }
}
