internal import Collectives
internal import HDF5
internal import LinearAlgebra

/// Neurons' series as a file holds them; each rank reads its own.
struct StoredTraces: Codable, Sendable {
  let path: String
  let layout: TraceLayout
  let calibration: Calibration
  let neurons: Int
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
    if !calibration.isIdentity { calibrate(&result) }
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
        let file = try File.open(path)
        return try file.openDataset(name).readBlock(rows: stripe, columns: 0..<self.neurons)
      } catch let error as HDF5Error {
        throw unreadable(path, error)
      }
    }
  }

  /// One rank reads its part by itself.
  private func readAlone<S: Scalar & Storable>(_ neurons: Range<Int>) throws -> Matrix<S> {
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

  @specialized(where S == Double) @specialized(where S == Float)
  private func calibrate<S: Scalar>(_ traces: inout Matrix<S>) {
    let scale = S(calibration.conversion)
    let offset = S(calibration.offset)
    var values = traces.mutableElements
    for i in values.indices { values[i] = values[i] * scale + offset }
  }
}
