package import Collectives
package import LinearAlgebra

/// A rate network whose weights are a product, `W = M Nᵀ`, and are never formed.
///
/// The rates are seen through as many latent variables as W has rank, `κ = Nᵀ r`, and drive
/// every neuron by `M κ`. Neurons and latent variables are both dealt to ranks.
/// Reference: Mastrogiuseppe, Ostojic (2018), Linking connectivity, dynamics, and
/// computations in low-rank recurrent neural networks.
package struct LowRankNetwork<S: Scalar & Transferable>: ~Copyable {
  package let local: Range<Int>
  package let neurons: Int
  package let alpha: [Double]
  /// The latent variables of this rank.
  package let localLatents: Range<Int>
  /// M: local × rank.
  package let loadings: Matrix<S>
  /// Nᵀ: local latents × neurons.
  package let readouts: Matrix<S>
  /// Local × inputs.
  package let inputWeights: Matrix<S>

  /// A network from its rows on this rank.
  init(
    local: Range<Int>, localLatents: Range<Int>, loadings: consuming Matrix<S>,
    readouts: consuming Matrix<S>, inputWeights: consuming Matrix<S>, alpha: Double
  ) {
    precondition(
      loadings.rows == local.count && readouts.rows == localLatents.count
        && inputWeights.rows == local.count,
      "the rows do not fit neurons \(local) and latent variables \(localLatents)")
    self.local = local
    self.neurons = readouts.columns
    self.alpha = [Double](repeating: alpha, count: local.count)
    self.localLatents = localLatents
    self.loadings = loadings
    self.readouts = readouts
    self.inputWeights = inputWeights
  }
}

extension LowRankNetwork: RateDynamics {
  package var inputs: Int { inputWeights.columns }

  /// The rank of W.
  package var rank: Int { loadings.columns }

  /// `M (Nᵀ r) + W_in u[t]` of the local neurons.
  ///
  /// - Complexity: 4 N R flops over all ranks, and one gather of R numbers.
  package func currents(
    of state: [S], inputs: borrowing Matrix<S>, step t: Int, threads: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [S] {
    let own = try rowProducts(readouts, state, threads: threads)
    let latents = try group.gather(own)
    var currents = try rowProducts(loadings, latents, threads: threads)
    addInputs(inputs, weights: inputWeights, step: t, to: &currents)
    return currents
  }
}
