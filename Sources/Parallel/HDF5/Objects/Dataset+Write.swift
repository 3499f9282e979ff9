package import LinearAlgebra

extension Dataset {
  /// Writes values from `offset` on in a 1-D dataset, or the value of a scalar.
  ///
  /// - Collective on shared files unless `.independent`; a rank may have no values.
  ///   C: `H5Dwrite`.
  package func write<T: Storable>(
    _ values: [T], at offset: Int = 0, transfer: Transfer = .collective
  ) throws(HDF5Error) {
    try requireNumbers(rank: 1)
    precondition(
      offset >= 0 && offset + values.count <= count,
      "\(values.count) values at \(offset) of \(describe()), which is \(shape)")
    let bytes = MemoryLayout<T>.stride
    let pieces = access.pieces(
      own: values.count * bytes, dataset: count * bytes, transfer: transfer)
    for piece in 0..<pieces {
      let part = cut(0..<values.count, piece: piece, of: pieces)
      try values.span.withUnsafeBytes { buffer throws(HDF5Error) in
        let start = buffer.baseAddress.map { $0 + part.lowerBound * bytes }
        let block = (part.lowerBound + offset)..<(part.upperBound + offset)
        try move(
          "H5Dwrite", shape.isEmpty ? [] : [block], count: part.count, transfer,
          buffer: UnsafeMutableRawPointer(mutating: start), T.memoryType)
      }
    }
  }

  /// Writes all entries of a dataset of any rank, the last index fastest; of a rank that has none,
  /// nothing.
  ///
  /// - Collective on shared files. C: `H5Dwrite`.
  package func writeWhole<T: Storable>(_ values: [T]) throws(HDF5Error) {
    precondition(
      values.isEmpty || values.count == count,
      "\(values.count) values for \(describe()), which is \(shape)")
    let part = shape.map { 0..<(values.isEmpty ? 0 : $0) }
    try values.span.withUnsafeBytes { buffer throws(HDF5Error) in
      try move(
        "H5Dwrite", part, count: values.count, .collective,
        buffer: UnsafeMutableRawPointer(mutating: buffer.baseAddress), T.memoryType)
    }
  }

  /// Writes a matrix as the block whose first entry stands at (`row`, `column`).
  ///
  /// - Collective on shared files unless `.independent`; a rank's matrix may be empty.
  ///   C: `H5Dwrite`.
  package func writeBlock<S: Scalar & Storable>(
    _ matrix: borrowing Matrix<S>, row: Int = 0, column: Int = 0,
    transfer: Transfer = .collective
  ) throws(HDF5Error) {
    try requireNumbers(rank: 2)
    let rows = row..<(row + matrix.rows)
    let columns = column..<(column + matrix.columns)
    if matrix.rows > 0 && matrix.columns > 0 { requireInside(rows, columns) }
    let bytes = MemoryLayout<S>.stride
    let pieces = access.pieces(
      own: matrix.rows * matrix.columns * bytes, dataset: count * bytes, transfer: transfer)
    for piece in 0..<pieces {
      let part = cut(rows, piece: piece, of: pieces)
      let offset = (part.lowerBound - row) * matrix.columns
      try matrix.elements.withUnsafeBytes { buffer throws(HDF5Error) in
        let start = buffer.baseAddress.map { $0 + offset * bytes }
        try move(
          "H5Dwrite", [part, columns], count: part.count * columns.count, transfer,
          buffer: UnsafeMutableRawPointer(mutating: start), S.memoryType)
      }
    }
  }
}
