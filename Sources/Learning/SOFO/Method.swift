/// What is made of the sketch of the directions.
package enum Method: String, CaseIterable, Sendable {
  /// The damped Gauss-Newton step in the subspace (SOFO).
  case gaussNewton = "sofo"
  /// `θ ← θ − η V M⁻¹ V′g`: the gradient's projection on the subspace.
  case projectedGradient = "sofo-first-order"
  /// `θ ← θ − η mean_k P v_k (v_k′g)`: the unbiased forward gradient.
  case forwardGradient = "fgd"
}
