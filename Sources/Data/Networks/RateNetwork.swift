package import Collectives
package import LinearAlgebra

/// A rate network, its neurons dealt to ranks.
///
/// `r[t+1] = (1 − α) r[t] + α tanh(W r[t] + W_in u[t] + b + e_in[t]) + α e_out[t]`.
/// `W[i, j]` is the weight onto neuron i from neuron j.
package struct RateNetwork<S: Scalar & Transferable>: ~Copyable {
  /// This rank's neurons.
  package let local: Range<Int>
  /// All neurons.
  package let neurons: Int
  /// Local × neurons.
  package var weights: Matrix<S>
  /// Local × inputs.
  package var inputWeights: Matrix<S>
  /// Local.
  package var bias: [S]
  /// Leak of each local neuron, `dt / τ` in (0, 1].
  package var alpha: [Double]

  /// A network from its rows on this rank.
  package init(
    local: Range<Int>, neurons: Int, weights: consuming Matrix<S>,
    inputWeights: consuming Matrix<S>, bias: [S], alpha: [Double]
  ) {
    precondition(
      weights.rows == local.count && weights.columns == neurons && bias.count == local.count
        && inputWeights.rows == local.count && alpha.count == local.count,
      "the rows do not fit neurons \(local) of \(neurons)")
    self.local = local
    self.neurons = neurons
    self.weights = weights
    self.inputWeights = inputWeights
    self.bias = bias
    self.alpha = alpha
  }

  /// Whether every number of a neuron is finite; `i` is its place among the local ones.
  package func isFinite(at i: Int) -> Bool {
    let (weights, inputWeights) = (weights.row(i), inputWeights.row(i))
    return bias[i].isFinite && alpha[i].isFinite
      && weights.indices.allSatisfy { weights[$0].isFinite }
      && inputWeights.indices.allSatisfy { inputWeights[$0].isFinite }
  }
}

extension RateNetwork: RateDynamics {
  package var inputs: Int { inputWeights.columns }

  package func currents(
    of state: [S], inputs: borrowing Matrix<S>, step t: Int, threads: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [S] {
    var currents = try recurrentCurrents(state, threads: threads)
    for i in currents.indices { currents[i] += bias[i] }
    addInputs(inputs, weights: inputWeights, step: t, to: &currents)
    return currents
  }

  /// `W r` for the local rows.
  func recurrentCurrents(_ state: [S], threads: Int) throws -> [S] {
    try rowProducts(weights, state, threads: threads)
  }
}
