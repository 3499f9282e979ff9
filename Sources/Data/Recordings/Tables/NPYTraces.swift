internal import LinearAlgebra

extension NPYTraces {
  /// Neighbouring neurons' series, neurons×frames, in either order of the file.
  func read<S: Scalar>(_ neurons: Range<Int>, frames: Int, of: S.Type) throws -> Matrix<S> {
    let array = try NPYFile(file)
    if timeAxis == 1 {
      return try array.readBlock(rows: neurons, columns: 0..<frames, of: S.self)
    }
    let block = try array.readBlock(rows: 0..<frames, columns: neurons, of: S.self)
    return block.view.transposed.copy()
  }
}
