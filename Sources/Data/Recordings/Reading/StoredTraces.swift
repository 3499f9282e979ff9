internal import Collectives
internal import HDF5
internal import LinearAlgebra

/// Neurons' series as a file holds them; each rank reads its own.
struct StoredTraces: Codable, Sendable {
  let path: String
  let layout: TraceLayout
  var calibration: Calibration
  var neurons: Int
  /// The file's neurons that are the recording's, in its order; nil for all.
  var kept: [Int]?
  /// The frames in the file.
  let frames: Int
  /// Frames in a chunk of the dataset; nil if it is stored in one piece.
  let chunkHeight: Int?
}

extension StoredTraces {
  /// Some neurons' series, calibrated, n×frames.
  ///
  /// - Throws: on every rank alike if any rank could not read its part.
  /// - Collective: every rank of the group must call it.
  func read<S: Scalar & Storable>(
    _ neurons: Range<Int>, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    var result: Matrix<S> = try readUncalibrated(neurons, on: group)
    if !calibration.isIdentity { calibration.apply(to: &result, neurons) }
    return result
  }

  /// Some of the recording's neurons, in an order of one's own.
  func picking(_ places: [Int]) -> StoredTraces {
    var result = self
    result.kept = places.map { kept?[$0] ?? $0 }
    result.neurons = places.count
    result.calibration = calibration.of(places)
    return result
  }

  /// The series as they stand in the file.
  private func readUncalibrated<S: Scalar & Storable>(
    _ neurons: Range<Int>, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    guard group.size > 1, case .dataset(let name, 0) = layout else {
      return try group.agree { try readAlone(neurons) }
    }
    let read = StripedRead(frames: frames, neurons: self.neurons, unit: chunkHeight ?? 1)
    return try read.series(neurons, on: group) { stripe in
      if stripe.isEmpty { return Matrix(rows: 0, columns: self.neurons) }
      do {
        let traces = try File.open(path).openDataset(name)
        guard let kept, let span = span(of: kept) else {
          return try traces.readBlock(rows: stripe, columns: 0..<self.neurons)
        }
        let block: Matrix<S> = try traces.readBlock(rows: stripe, columns: span)
        return pick(kept.map { $0 - span.lowerBound }, of: block.view.transposed.copy())
          .view.transposed.copy()
      } catch let error as HDF5Error {
        throw unreadable(path, error)
      }
    }
  }

  /// One rank reads its part by itself.
  ///
  /// Neurons that are kept need not be neighbours: what lies between them is read as well.
  private func readAlone<S: Scalar & Storable>(_ neurons: Range<Int>) throws -> Matrix<S> {
    guard let kept else { return try readNeighbours(neurons) }
    let wanted = Array(kept[neurons])
    guard let span = span(of: wanted) else { return Matrix(rows: 0, columns: frames) }
    let block: Matrix<S> = try readNeighbours(span)
    return wanted == Array(span) ? block : pick(wanted.map { $0 - span.lowerBound }, of: block)
  }

  /// The range from the first to the last of some places; nil if there are none.
  private func span(of places: [Int]) -> Range<Int>? {
    guard let first = places.min(), let last = places.max() else { return nil }
    return first..<(last + 1)
  }

  @specialized(where S == Double) @specialized(where S == Float)
  private func pick<S: Scalar>(_ rows: [Int], of block: borrowing Matrix<S>) -> Matrix<S> {
    var picked = Matrix<S>(rows: rows.count, columns: block.columns)
    for (row, source) in rows.enumerated() {
      for t in 0..<block.columns { picked[row, t] = block[source, t] }
    }
    return picked
  }

  /// Neighbouring neurons of the file.
  private func readNeighbours<S: Scalar & Storable>(_ neurons: Range<Int>) throws -> Matrix<S> {
    if neurons.isEmpty { return Matrix(rows: 0, columns: frames) }
    do {
      switch layout {
      case .dataset(let dataset, let axis):
        let file = try File.open(path)
        let traces = try file.openDataset(dataset)
        return axis == 0
          ? try traces.readTransposed(rows: 0..<frames, columns: neurons)
          : try traces.readBlock(rows: neurons, columns: 0..<frames)
      case .series(let paths): return try readSeries(paths, neurons)
      case .spikes(let trains):
        return try trains.read(neurons, from: File.open(path), of: S.self)
      case .npy(let traces): return try traces.read(neurons, frames: frames, of: S.self)
      case .frames(let file): return try FrameFile(file).read(neurons, of: S.self)
      case .nested(let file, let axis):
        return try readNested(NestedLists(file), axis, neurons)
      case .table(let table, let axis): return try readTable(table, axis, neurons)
      }
    } catch let error as HDF5Error {
      throw unreadable(path, error)
    }
  }

  @specialized(where S == Double) @specialized(where S == Float)
  private func readSeries<S: Scalar & Storable>(
    _ paths: [String], _ neurons: Range<Int>
  ) throws -> Matrix<S> {
    let file = try File.open(path)
    var result = Matrix<S>(rows: neurons.count, columns: frames)
    for (row, series) in paths[neurons].enumerated() {
      let values: [S] = try file.openDataset(series).read()
      for t in 0..<frames { result[row, t] = values[t] }
    }
    return result
  }

  @specialized(where S == Double) @specialized(where S == Float)
  private func readNested<S: Scalar>(
    _ lists: NestedLists, _ axis: Int, _ neurons: Range<Int>
  ) throws -> Matrix<S> {
    var result = Matrix<S>(rows: neurons.count, columns: frames)
    for (row, neuron) in neurons.enumerated() {
      for t in 0..<frames {
        result[row, t] = S(axis == 0 ? lists.rows[t][neuron] : lists.rows[neuron][t])
      }
    }
    return result
  }

  @specialized(where S == Double) @specialized(where S == Float)
  private func readTable<S: Scalar>(
    _ table: TextTable, _ axis: Int, _ neurons: Range<Int>
  ) throws -> Matrix<S> {
    var result = Matrix<S>(rows: neurons.count, columns: frames)
    let wanted = axis == 1 ? table.fields : Array(table.fields[neurons])
    try table.forEachRow(in: axis == 1 ? neurons : nil, wanted) { row, values in
      if axis == 1 {
        for t in 0..<frames { result[row - neurons.lowerBound, t] = S(values[t]) }
      } else {
        for i in 0..<neurons.count { result[i, row] = S(values[i]) }
      }
    }
    return result
  }
}
