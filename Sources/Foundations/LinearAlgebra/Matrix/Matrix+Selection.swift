// Rows and columns picked by index.
extension Matrix {
  /// The given rows, one after the other.
  package func selectedRows(_ indices: [Int]) -> Matrix {
    var result = Matrix(rows: indices.count, columns: columns)
    for (a, i) in indices.enumerated() { result.copyRow(a, from: self, i) }
    return result
  }

  /// The given columns, side by side.
  package func selectedColumns(_ indices: [Int]) -> Matrix {
    var result = Matrix(rows: rows, columns: indices.count)
    for i in 0..<rows {
      var target = result.mutableRow(i)
      gather(row(i), indices, into: &target)
    }
    return result
  }

  /// The block at the given rows and columns, in float64.
  package func selectedBlock(_ rows: [Int], _ columns: [Int]) -> Matrix<Double> {
    var result = Matrix<Double>(rows: rows.count, columns: columns.count)
    for (a, i) in rows.enumerated() {
      var target = result.mutableRow(a)
      gather(row(i), columns, into: &target)
    }
    return result
  }
}

/// `compact ← row[indices]`.
@specialized(where S == Double, To == Double)
@specialized(where S == Float, To == Float)
@specialized(where S == Float, To == Double)
private func gather<S: Scalar, To: Scalar>(
  _ row: Span<S>, _ indices: [Int], into compact: inout MutableSpan<To>
) {
  for (a, j) in indices.enumerated() { compact[a] = To(row[j]) }
}
