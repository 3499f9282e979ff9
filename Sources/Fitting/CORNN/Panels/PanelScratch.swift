internal import LinearAlgebra

/// Intermediate results of a panel's products: they mean nothing from one product to the next,
/// and are allocated where a form first needs them.
struct PanelScratch<S: Scalar>: ~Copyable {
  /// Products with a factor of low rank; rows × rank.
  var lowRank = Matrix<S>(rows: 0, columns: 0)
  /// Vectors rounded to float32 for their product.
  var rounded = RoundedVectors(rows: 0, columns: 0)
  /// What a mask's factor makes of a vector, at the regressors it was taken for and zero
  /// elsewhere; rows × regressors.
  var masked = Matrix<S>(rows: 0, columns: 0)
  /// The response of that; rows × samples.
  var maskedResponse = Matrix<S>(rows: 0, columns: 0)
}

/// A residual and its product with an inverse in float32; rows × unknowns.
struct RoundedVectors: ~Copyable {
  var residual: Matrix<Float>
  var preconditioned: Matrix<Float>
  /// Products with a factor of low rank; rows × rank.
  var lowRank = Matrix<Float>(rows: 0, columns: 0)

  init(rows: Int, columns: Int) {
    residual = Matrix(rows: rows, columns: columns)
    preconditioned = Matrix(rows: rows, columns: columns)
  }

  mutating func multiply(
    by inverse: any ApproximateInverse<Float>, rows: Range<Int>
  ) -> Double {
    inverse.multiply(rows: rows, residual, into: &preconditioned, lowRank: &lowRank)
  }
}

extension Matrix where S: Scalar {
  /// Makes room for rows × columns; the entries are zero where there was none.
  mutating func reserve(rows: Int, columns: Int) {
    if self.rows != rows || self.columns != columns {
      self = Matrix(rows: rows, columns: columns)
    }
  }
}
