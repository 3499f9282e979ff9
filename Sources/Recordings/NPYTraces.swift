internal import LinearAlgebra

extension NPYTraces {
  /// Some neurons' series, neurons×frames.
  ///
  /// Neurons that are kept need not be neighbours: what lies between them is read as well.
  func read<S: Scalar>(_ neurons: Range<Int>, frames: Int, of: S.Type) throws -> Matrix<S> {
    let array = try NPYFile(file)
    let wanted = kept.map { Array($0[neurons]) }
    let span = wanted.map { ($0.first ?? 0)..<(($0.last ?? -1) + 1) } ?? neurons
    let block: Matrix<S> = try readAll(array, span, frames: frames)
    guard let wanted, wanted.count < span.count else { return block }
    return pick(wanted.map { $0 - span.lowerBound }, of: block)
  }

  /// Neighbouring neurons' series, neurons×frames, in either order of the file.
  private func readAll<S: Scalar>(
    _ array: NPYFile, _ neurons: Range<Int>, frames: Int
  ) throws -> Matrix<S> {
    if timeAxis == 1 {
      return try array.readBlock(rows: neurons, columns: 0..<frames, of: S.self)
    }
    let block = try array.readBlock(rows: 0..<frames, columns: neurons, of: S.self)
    return block.view.transposed.copy()
  }

  @specialized(where S == Double) @specialized(where S == Float)
  private func pick<S: Scalar>(_ rows: [Int], of block: borrowing Matrix<S>) -> Matrix<S> {
    var picked = Matrix<S>(rows: rows.count, columns: block.columns)
    for (row, source) in rows.enumerated() {
      for t in 0..<block.columns { picked[row, t] = block[source, t] }
    }
    return picked
  }
}
