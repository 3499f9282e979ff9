internal import LinearAlgebra

/// Intermediate results of a panel's products: they mean nothing from one product to the next,
/// and are allocated where a form first needs them.
struct PanelScratch<S: Scalar>: ~Copyable {
  /// What a mask's factor makes of a vector, at the regressors it was taken for and zero
  /// elsewhere; rows × regressors.
  var masked = Matrix<S>(rows: 0, columns: 0)
  /// The response of that; rows × samples.
  var maskedResponse = Matrix<S>(rows: 0, columns: 0)
}

extension Matrix where S: Scalar {
  /// Makes room for rows × columns; the entries are zero where there was none.
  mutating func reserve(rows: Int, columns: Int) {
    if self.rows != rows || self.columns != columns {
      self = Matrix(rows: rows, columns: columns)
    }
  }
}
