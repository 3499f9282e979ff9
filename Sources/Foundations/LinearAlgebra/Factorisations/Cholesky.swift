/// The Cholesky factor of a symmetric positive definite matrix, `A = L Lᵀ`.
///
/// Holds L in the lower triangle of an n×n matrix; what stands above the diagonal is
/// not meaningful.
package struct Cholesky<S: Scalar>: ~Copyable {
  package let factor: Matrix<S>

  /// Factorises A (its lower triangle is read), consuming its storage.
  ///
  /// - Throws: `NotPositiveDefinite` with the pivot that failed.
  /// - Complexity: n³/3 flops, no extra memory.
  package init(_ a: consuming Matrix<S>) throws(NotPositiveDefinite) {
    precondition(a.rows == a.columns, "A is \(a.rows)×\(a.columns)")
    let info = S.potrf(a.rows, a.base, max(1, a.rows))
    factor = a
    if info != 0 { throw NotPositiveDefinite(pivot: info - 1) }
  }

  /// `B ← A⁻¹ B`.
  ///
  /// - Complexity: 2n² flops a column of B.
  package func solve(_ b: inout MutableMatrixView<S>) {
    precondition(b.rows == factor.rows, "A is \(factor.rows)², B has \(b.rows) rows")
    let n = max(1, factor.columns)
    S.trsm(false, false, b.rows, b.columns, factor.base, n, b.base, max(1, b.stride))
    S.trsm(false, true, b.rows, b.columns, factor.base, n, b.base, max(1, b.stride))
  }

  /// `B ← B A⁻¹`.
  ///
  /// - Complexity: 2n² flops a row of B.
  package func solveFromRight(_ b: inout MutableMatrixView<S>) {
    precondition(b.columns == factor.rows, "A is \(factor.rows)², B has \(b.columns) columns")
    let n = max(1, factor.columns)
    S.trsm(true, true, b.rows, b.columns, factor.base, n, b.base, max(1, b.stride))
    S.trsm(true, false, b.rows, b.columns, factor.base, n, b.base, max(1, b.stride))
  }

  /// `B ← B L⁻ᵀ`, half of `solveFromRight`.
  ///
  /// - Complexity: n² flops a row of B.
  package func halfSolveFromRight(_ b: inout MutableMatrixView<S>) {
    precondition(b.columns == factor.rows, "A is \(factor.rows)², B has \(b.columns) columns")
    S.trsm(
      true, true, b.rows, b.columns, factor.base, max(1, factor.columns), b.base,
      max(1, b.stride))
  }

  /// The full inverse `A⁻¹`, in the factor's storage.
  ///
  /// - Complexity: 2n³/3 flops.
  package consuming func inverse() -> Matrix<S> {
    var result = factor
    let info = S.potri(result.rows, result.base, max(1, result.rows))
    precondition(info == 0, "the factor has a zero on its diagonal (potri \(info))")
    var view = result.mutableView
    mirrorLower(&view)
    return result
  }
}

/// `B ← B L⁻ᵀ` for a lower triangular L.
///
/// - Complexity: n² flops a row of B.
package func solveTransposedFromRight<S: Scalar>(
  lower l: MatrixView<S>, _ b: inout MutableMatrixView<S>
) {
  precondition(
    l.rows == l.columns && b.columns == l.rows && !l.isTransposed,
    "L is \(l.rows)×\(l.columns), B is \(b.rows)×\(b.columns)")
  S.trsm(true, true, b.rows, b.columns, l.base, max(1, l.stride), b.base, max(1, b.stride))
}

/// A matrix that Cholesky found not to be positive definite.
package struct NotPositiveDefinite: Error, Equatable, CustomStringConvertible {
  /// The first row, from 0, at which the leading minor is not positive.
  package let pivot: Int

  package init(pivot: Int) { self.pivot = pivot }

  package var description: String {
    "matrix is not positive definite (pivot \(pivot)); raise the ridge or use double precision"
  }
}
