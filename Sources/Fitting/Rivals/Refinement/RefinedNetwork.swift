package import LinearAlgebra

/// This rank's share of a network that is refined.
package struct RefinedNetwork: ~Copyable {
  /// Local neurons × regressors by their scale.
  package var weights: Matrix<Double>
  /// The leak of each local neuron, in (0, 1].
  package var leaks: [Double]

  /// A network from its rows on this rank.
  package init(weights: consuming Matrix<Double>, leaks: [Double]) {
    self.weights = weights
    self.leaks = leaks
  }

  func copy() -> RefinedNetwork { RefinedNetwork(weights: weights.copy(), leaks: leaks) }
}
