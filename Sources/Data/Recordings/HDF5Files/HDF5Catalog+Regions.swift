internal import HDF5

/// The neurons of an NWB series: rows of a table of regions or of electrodes.
extension HDF5Catalog {
  /// Adds what the file says about a series' neurons: how many, which, and whether they are
  /// cells.
  ///
  /// A response series without `rois` is that of the file's only table of regions, if it has
  /// as many.
  func addNeurons(of group: String, to candidate: inout Candidate) throws {
    var lists: [NeuronList] = []
    for name in ["rois", "electrodes", "channel_conversion"] {
      guard let summary = summary(of: "\(group)/\(name)"), summary.shape.count == 1 else {
        continue
      }
      lists.append(NeuronList(path: "\(group)/\(name)", count: summary.shape[0]))
    }
    if let regions = try rois(of: group) {
      candidate.regions = regions
    } else if lists.isEmpty, candidate.kind == .roiResponseSeries, let only = onlyTable(),
      let count = summary(of: only + "/id")?.shape.first, candidate.shape.contains(count)
    {
      lists.append(NeuronList(path: only + "/id", count: count))
      candidate.regions = Regions(table: only, rows: Array(0..<count))
    }
    let times = candidate.timestamps.flatMap { summary(of: $0)?.shape.first }
    try candidate.orient(by: lists, times: times, in: file.filePath)
    guard let regions = candidate.regions else { return }
    candidate.labels = labels(of: regions)
    candidate.marks = try marks(of: regions)
  }

  /// The table of regions, where the file has one alone.
  private func onlyTable() -> String? {
    let tables = groups.filter { neurodataType(of: $0) == "PlaneSegmentation" }
    return tables.count == 1 ? tables[0] : nil
  }

  /// The rows that `rois` holds, with their table; nil where there are none to read.
  private func rois(of group: String) throws -> Regions? {
    let path = group + "/rois"
    guard let summary = summary(of: path), summary.type.isNumeric, summary.shape.count == 1,
      summary.shape[0] > 0
    else { return nil }
    let table = try open(path).referenceTarget("table") ?? onlyTable() ?? ""
    let rows = try vector(path).map { Int(exactly: $0) ?? -1 }
    return Regions(table: table, rows: rows)
  }

  /// The regions' labels, from the table's `id`.
  ///
  /// Nil where a part of that is missing, leads nowhere or repeats: such labels tell nothing
  /// apart.
  private func labels(of regions: Regions) -> [String]? {
    guard let ids = try? file.openDataset(regions.table + "/id").read(Int.self),
      regions.rows.allSatisfy({ ids.indices.contains($0) })
    else { return nil }
    let labels = regions.rows.map { "\(ids[$0])" }
    return Set(labels).count == labels.count ? labels : nil
  }

  /// Which of the regions are cells, from a column of their table as Suite2p, CaImAn and
  /// their exporters name it.
  private func marks(of regions: Regions) throws -> CellMarks? {
    func column(_ names: [String]) throws -> CellMarks? {
      let path = datasets.map(\.path).first { path in
        guard path.hasPrefix(regions.table + "/"), !regions.table.isEmpty else { return false }
        let name = path.dropFirst(regions.table.count + 1).lowercased()
        return names.contains(name.filter { $0.isLetter })
      }
      guard let path, let summary = summary(of: path), summary.type.isNumeric,
        (1...2).contains(summary.shape.count), !summary.shape.contains(0),
        regions.rows.allSatisfy({ (0..<summary.shape[0]).contains($0) })
      else { return nil }
      // Suite2p writes two columns: whether it is a cell, and how probably.
      let values =
        summary.shape.count == 1
        ? try vector(path)
        : try read(try numbers(path), seriesAlong: 0)[0]
      return CellMarks(source: path, isCell: regions.rows.map { values[$0] > 0 })
    }
    let accepted = try column(["accepted"]) ?? column(["iscell"])
    let rejected = try column(["rejected"])
    if let accepted, accepted.isCell.contains(true) || rejected?.isCell.contains(true) ?? true {
      return accepted
    }
    // Neither the one nor the other: nobody has looked yet.
    guard let rejected, rejected.isCell.contains(true) else { return nil }
    return CellMarks(source: rejected.source, isCell: rejected.isCell.map { !$0 })
  }
}
