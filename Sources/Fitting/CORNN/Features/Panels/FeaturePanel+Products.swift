internal import Kernels
internal import LinearAlgebra

// Products of all active rows.
extension FeaturePanel {
  /// `Q d c` of the active rows, by split products.
  mutating func responses(ofOwnScaledBy d: SharedRow) -> Matrix<Float> {
    var scaled = Matrix<Float>(rows: panel.active, columns: features.count)
    for i in 0..<panel.active {
      scaled.setScaled(row: i, own.directions, panel.rows[i].position, by: d.matrix)
      vectors.set(i, from: scaled, i)
    }
    var result = Matrix<Float>(rows: panel.active, columns: features.samples)
    panel.flops += features.response.multiply(panel.active, vectors, .split, into: &result)
    return result
  }

  /// `h ← Qᵀ E`.
  mutating func project(_ accuracy: ProductAccuracy) {
    panel.flops += features.projection.multiply(
      panel.active, scores, accuracy, into: &panel.residual)
  }

  /// `Sp ← Q p` and `B p`.
  mutating func respond() {
    for i in 0..<panel.active { vectors.set(i, from: panel.direction, i) }
    panel.flops += features.response.multiply(
      panel.active, vectors, responseAccuracy, into: &panel.directionResponse)
    panel.flops += features.penalty.apply(
      to: panel.direction, vectors, panel.active, responseAccuracy, into: &penalisedDirection)
  }

  /// `S ← Q η` and `B η`, freed of the drift of their recursions; the scores follow.
  mutating func refresh(_ accuracy: ProductAccuracy = .split) {
    for i in 0..<panel.active { vectors.set(i, from: panel.coefficients, i) }
    panel.flops += features.response.multiply(
      panel.active, vectors, accuracy, into: &panel.response)
    panel.flops += features.penalty.apply(
      to: panel.coefficients, vectors, panel.active, accuracy, into: &penalty)
    for i in 0..<panel.active {
      if shift.rows > 0 { panel.response.add(1, shift, i, toRow: i) }
      travelled[panel.rows[i].position] =
        accuracy == .split ? 0 : panel.coefficients.dot(i, panel.coefficients, i).squareRoot()
      refreshRow(i)
    }
  }
}

extension PackedRows {
  /// `row i ← row j of a matrix`.
  mutating func set(_ i: Int, from matrix: borrowing Matrix<Float>, _ j: Int) {
    set(i, matrix.row(j))
  }
}
