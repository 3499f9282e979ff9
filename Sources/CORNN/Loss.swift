/// The convex loss of one sample, a function of the input current s = w·x given the
/// target d = (r[t+1] − (1 − α) r[t]) / α.
package enum Loss: Equatable, Sendable {
  /// `φ = log cosh s − d s`: the cross-entropy of a rate in (−1, 1).
  case crossEntropy

  /// `φ' = −clip((d − tanh s) / (1 − d²), ±threshold)`: errors in units of the input
  /// current, large ones counted linearly.
  case robust(threshold: Double)
}
