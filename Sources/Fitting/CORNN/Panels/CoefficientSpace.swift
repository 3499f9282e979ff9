/// The space of the unknowns of a panel, and with it what takes a product with X.
enum CoefficientSpace {
  /// Weights θ: the gradient and the response of a direction take a product each.
  case weights

  /// Sample coefficients b, `θ = Xᵀ b`, with the Gram matrix `G = X Xᵀ`.
  ///
  /// Inner products of weights are `⟨x, y⟩ = x · G y`, and the residual `e = E − λ b` stands for
  /// the gradient `Xᵀ e`. The preconditioned residual `z = (G + λI)⁻¹ e` has the response
  /// `G z = e − λ z`: neither gradient nor response takes a product.
  case samples
}
