internal import Kernels

// Row operations on whole matrices: the caller names rows, and no view leaves a call.
extension Matrix {
  /// A copy of a row.
  package func array(ofRow i: Int) -> [S] {
    precondition(i >= 0 && i < rows, "row \(i) of \(rows)")
    return Array(UnsafeBufferPointer(start: base + i * columns, count: columns))
  }

  /// `row i ← numbers`.
  package mutating func setRow(_ i: Int, to numbers: [S]) {
    precondition(
      i >= 0 && i < rows && numbers.count == columns,
      "\(numbers.count) numbers into row \(i) of \(rows)×\(columns)")
    numbers.withUnsafeBufferPointer { source in
      if let first = source.baseAddress {
        (base + i * columns).update(from: first, count: columns)
      }
    }
  }

  /// The inner product of row `i` with row `j` of another matrix, accumulated in double.
  package func dot(_ i: Int, _ other: borrowing Matrix, _ j: Int) -> Double {
    Kernels.dot(row(i), other.row(j))
  }

  /// `⟨x, x⟩`, `⟨x, y⟩` and `⟨y, y⟩` of x, row `i`, and y, row `j` of another matrix.
  package func dots(
    _ i: Int, _ other: borrowing Matrix, _ j: Int
  ) -> (xx: Double, xy: Double, yy: Double) {
    Kernels.dots(row(i), other.row(j))
  }

  /// `Σ h x²` with h row `i` and x row `j` of another matrix.
  package func weightedSquare(_ i: Int, _ other: borrowing Matrix, _ j: Int) -> Double {
    Kernels.weightedSquare(row(i), other.row(j))
  }

  /// `row i ← row i + factor · row j of other`.
  package mutating func add(_ factor: S, _ other: borrowing Matrix, _ j: Int, toRow i: Int) {
    var target = mutableRow(i)
    Kernels.add(factor, other.row(j), to: &target)
  }

  /// `row i ← row i of other + factor · row i`.
  package mutating func fold(_ factor: S, intoRow i: Int, _ other: borrowing Matrix) {
    var target = mutableRow(i)
    Kernels.scale(&target, by: factor, adding: other.row(i))
  }

  /// `row i ← factor · row i`.
  package mutating func scaleRow(_ i: Int, by factor: S) {
    precondition(i >= 0 && i < rows, "row \(i) of \(rows)")
    for j in 0..<columns { base[i * columns + j] *= factor }
  }

  /// `row i ← row j of other`.
  package mutating func copyRow(_ i: Int, from other: borrowing Matrix, _ j: Int) {
    precondition(columns == other.columns, "\(columns) columns against \(other.columns)")
    precondition(
      i >= 0 && i < rows && j >= 0 && j < other.rows,
      "row \(j) of \(other.rows) into row \(i) of \(rows)")
    (base + i * columns).update(from: other.base + j * columns, count: columns)
  }

  /// `rows ← the same rows of other`, rounded or widened to this precision.
  @specialized(where S == Float, Other == Double)
  @specialized(where S == Double, Other == Float)
  @specialized(where S == Double, Other == Double)
  package mutating func round<Other: Scalar>(_ other: borrowing Matrix<Other>, rows: Range<Int>) {
    precondition(
      columns == other.columns && rows.lowerBound >= 0
        && rows.upperBound <= min(self.rows, other.rows),
      "rows \(rows) of \(other.rows)×\(other.columns) into \(self.rows)×\(columns)")
    let first = rows.lowerBound * columns
    convert(other.base + first, to: base + first, count: rows.count * columns)
  }

  /// `C[rows] ← scale · A[rows] op(B) + keep · C[rows]`, where C is this matrix.
  ///
  /// - Complexity: 2 · rows · columns · k flops.
  package mutating func multiply(
    rows: Range<Int>, _ a: borrowing Matrix, _ b: borrowing Matrix, transposingB: Bool = false,
    scale: S = 1, keep: S = 0
  ) {
    var whole = mutableView
    var target = whole.rows(rows)
    LinearAlgebra.multiply(
      a.view.rows(rows), transposingB ? b.view.transposed : b.view, into: &target,
      scale: scale, keep: keep)
  }
}

extension Matrix {
  /// `C[rows] ← A[rows] B`, taken in float64 and rounded, where C is this matrix.
  ///
  /// - Complexity: 2 · rows · columns · k flops.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package mutating func multiplyWidening(
    rows: Range<Int>, _ a: borrowing Matrix, _ b: borrowing Matrix<Double>
  ) {
    precondition(b.columns == columns, "\(b.columns) columns into \(columns)")
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= self.rows, "rows \(rows) of \(self.rows)")
    var result = Matrix<Double>(rows: rows.count, columns: columns)
    var target = result.mutableView
    if S.self == Double.self {
      multiplyNarrow(a.view.rows(rows).asDouble, b.view, into: &target)
    } else {
      let wide = a.view.rows(rows).copy().converted(to: Double.self)
      multiplyNarrow(wide.view, b.view, into: &target)
    }
    convert(result.base, to: base + rows.lowerBound * columns, count: rows.count * columns)
  }
}

extension Matrix {
  /// A copy of some rows.
  package func copy(rows: Range<Int>) -> Matrix { view.rows(rows).copy() }

  /// A copy of some columns.
  package func copy(columns: Range<Int>) -> Matrix { view.columns(columns).copy() }
}

/// `A B[rows]ᵀ` as a new matrix.
///
/// - Complexity: 2mnk flops.
package func product<S: Scalar>(
  _ a: borrowing Matrix<S>, transposingRows rows: Range<Int>, of b: borrowing Matrix<S>
) -> Matrix<S> {
  product(a.view, b.view.rows(rows).transposed)
}

/// `op(A) op(B)` as a new matrix.
///
/// - Complexity: 2mnk flops.
package func product<S: Scalar>(
  _ a: borrowing Matrix<S>, _ b: borrowing Matrix<S>, transposingB: Bool = false
) -> Matrix<S> {
  product(a.view, transposingB ? b.view.transposed : b.view)
}
