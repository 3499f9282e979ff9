internal import LinearAlgebra

/// Steps of rank one that leave each neuron's own regressor out, in the metric of A.
///
/// Rows are addressed by their position in the panel.
final class SelfExclusion<S: Scalar> {
  /// `K⁻¹ x_i` (samples) or `A⁻¹ e_i` (weights).
  let vectors: Matrix<S>
  /// `1 − x_iᵀ K⁻¹ x_i` or `(A⁻¹)_ii`, by which the step divides.
  let quotients: [Double]

  init(_ vectors: consuming Matrix<S>, quotients: [Double]) {
    self.vectors = vectors
    self.quotients = quotients
  }
}
