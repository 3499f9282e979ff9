internal import LinearAlgebra
internal import RandomNumbers

/// A network of low rank that turns in its latent space, neither at rest nor saturated.
///
/// Latent variable p is read from population p of an `AttractorNetwork`'s pattern m, and the
/// latent variables are coupled by J:
/// ```
/// W = M Nᵀ    M[i, p] = δ[p, p(i)] m_i + c ξ[i, p] / √R    N[j, p] = J[p, p(j)] m_j / n_p(j)
/// J = g χ / √R + 1.2 + rotations,    ξ, χ ~ Normal(0, 1),    n_q = Σ_{j in q} m_j²
/// ```
/// Variables 2k and 2k + 1 turn by ω_k ~ Uniform(1.2, 2.4): a growth above 1 and a rotation no
/// weaker than it leave a pair no state of rest. The loadings ξ on all variables make each
/// neuron's rates its own. W has self-connections, of the size of weights in a population.
package struct RotationalNetwork: Sendable {
  package var neurons = 100
  /// R, the rank of W; even.
  package var rank = 100
  package var inputs = 0
  /// g, the strength of the random coupling between latent variables.
  package var gain = 0.5
  package var alpha = 0.1
  package var seed: UInt64 = 1

  package init() {}

  /// How strongly a latent variable excites itself.
  private static var growth: Float { 1.2 }
  /// The rotations of a pair a time constant, in radians.
  private static var rotations: ClosedRange<Double> { 1.2...2.4 }
  /// c, how much of every other latent variable a neuron sees.
  private static var mixing: Double { 0.3 }

  /// The rows of a rank's neurons, and of its share of the latent variables.
  ///
  /// - Complexity: range × rank normal numbers, and N for each of the latent variables.
  package func network(local: Range<Int>, localLatents: Range<Int>) -> LowRankNetwork<Float> {
    LowRankNetwork(
      local: local, localLatents: localLatents, loadings: loadings(of: local),
      readouts: readouts(of: localLatents),
      inputWeights: randomInputWeights(of: local, inputs: inputs, seed: seed), alpha: alpha)
  }

  private var populations: AttractorNetwork {
    var populations = AttractorNetwork()
    populations.neurons = neurons
    populations.populations = rank
    populations.seed = seed
    return populations
  }

  /// Rows of M.
  private func loadings(of local: Range<Int>) -> Matrix<Float> {
    let populations = populations
    let pattern = populations.pattern
    let scale = Float(Self.mixing / Double(rank).squareRoot())
    var loadings = Matrix<Float>(rows: local.count, columns: rank)
    for (i, neuron) in local.enumerated() {
      var row = loadings.mutableRow(i)
      RandomStream(seed: seed, purpose: .loadings, k: neuron).fillNormal(&row)
      for p in 0..<rank { row[p] *= scale }
      row[populations.population(of: neuron)] += pattern[neuron]
    }
    return loadings
  }

  /// Rows of Nᵀ.
  private func readouts(of latents: Range<Int>) -> Matrix<Float> {
    let populations = populations
    let pattern = populations.pattern
    let squares = populations.patternSquares
    var readouts = Matrix<Float>(rows: latents.count, columns: neurons)
    for (k, latent) in latents.enumerated() {
      let coupling = coupling(onto: latent)
      for j in 0..<neurons {
        let own = populations.population(of: j)
        readouts[k, j] = coupling[own] * pattern[j] / squares[own]
      }
    }
    return readouts
  }

  /// A row of J.
  private func coupling(onto latent: Int) -> [Float] {
    var row = [Float](repeating: 0, count: rank)
    var span = row.mutableSpan
    RandomStream(seed: seed, purpose: .latentCoupling, k: latent).fillNormal(&span)
    let scale = Float(gain / Double(rank).squareRoot())
    for p in row.indices { row[p] *= scale }
    row[latent] += Self.growth
    let rotation = RandomStream(seed: seed, purpose: .rotations)
      .uniform(in: Self.rotations, at: latent / 2)
    row[latent ^ 1] += Float(latent % 2 == 0 ? -rotation : rotation)
    return row
  }
}
