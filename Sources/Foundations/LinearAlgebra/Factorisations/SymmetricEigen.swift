/// Eigenvalues and eigenvectors of a symmetric matrix.
package struct SymmetricEigen<S: Scalar>: ~Copyable {
  /// Eigenvalues, ascending.
  package let values: [S]
  /// Row j is the unit eigenvector of `values[j]`; empty if none were asked for.
  package let vectors: Matrix<S>

  /// Decomposes A (its lower triangle is read), consuming its storage.
  ///
  /// - Complexity: about 9n³ flops with vectors, 4n³/3 without.
  package init(_ a: consuming Matrix<S>, vectors wantsVectors: Bool = true) {
    precondition(a.rows == a.columns, "A is \(a.rows)×\(a.columns)")
    var values = [S](repeating: 0, count: a.rows)
    let info = values.withUnsafeMutableBufferPointer { buffer in
      guard let w = buffer.baseAddress else { return 0 }
      return S.syevd(a.rows, a.base, a.rows, w, vectors: wantsVectors)
    }
    precondition(info == 0, "syevd failed with \(info): the matrix holds NaN or infinity")
    self.values = values
    vectors = wantsVectors ? a : Matrix(rows: 0, columns: 0)
  }
}
