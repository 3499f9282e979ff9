internal import LinearAlgebra

// Entries of rows set by index: what projections onto index sets need.

/// `row ← 0`, then `row[indices] ← compact`.
@specialized(where S == Double)
@specialized(where S == Float)
func scatter<S: Scalar>(
  _ compact: Span<Double>, _ indices: [Int], into row: inout MutableSpan<S>
) {
  for j in 0..<row.count { row[j] = 0 }
  for (a, j) in indices.enumerated() { row[j] = S(compact[a]) }
}

/// `row[indices] ← 0`.
@specialized(where S == Double)
@specialized(where S == Float)
func clear<S: Scalar>(_ indices: [Int], in row: inout MutableSpan<S>) {
  for j in indices { row[j] = 0 }
}

extension Matrix {
  /// `row i ← 0`, then its entries at `indices` from row r of `values`.
  mutating func scatter(
    _ values: borrowing Matrix<Double>, _ r: Int, at indices: [Int], intoRow i: Int
  ) {
    var row = mutableRow(i)
    CORNN.scatter(values.row(r), indices, into: &row)
  }

  /// The entries of row i at `indices` become zero.
  mutating func clear(row i: Int, at indices: [Int]) {
    var row = mutableRow(i)
    CORNN.clear(indices, in: &row)
  }

  /// All entries of row i become zero.
  mutating func clear(row i: Int) {
    scale(row: i, by: 0)
  }

  /// `row i ← factor · row i`.
  mutating func scale(row i: Int, by factor: S) {
    var row = mutableRow(i)
    CORNN.scale(&row, by: factor)
  }
}

@specialized(where S == Double)
@specialized(where S == Float)
private func scale<S: Scalar>(_ row: inout MutableSpan<S>, by factor: S) {
  for j in 0..<row.count { row[j] = factor == 0 ? 0 : factor * row[j] }
}
