package import LinearAlgebra
internal import RandomNumbers

/// A network that holds a bit in each of its populations, by design rather than training.
///
/// Neuron i belongs to population `i mod P` and has a weight `m_i = ± Uniform(0.5, 1.5)` in
/// its pattern. Each pattern excites itself, and all neurons are coupled at random:
/// ```
/// W[i, j] = γ m_i m_j / n_p   if i and j are of the same population, of n_p neurons
///         + g χ[i, j],        χ ~ Normal(0, 1/N),   and W[i, i] = 0
/// ```
/// For γ above 1 each population has two stable states, `z_p = ±z*`, where
/// `z_p = Σ_{i in p} m_i r_i / Σ_{i in p} m_i²` is its readout; the random part makes each
/// neuron's rates its own.
package struct AttractorNetwork: Sendable {
  package var neurons = 300
  package var populations = 1
  /// γ, the strength with which a pattern excites itself.
  package var attraction = 2.0
  /// g, the strength of the random connections.
  package var gain = 1.0
  package var alpha = 0.1
  package var seed: UInt64 = 1

  package init() {}

  /// The population of a neuron.
  package func population(of neuron: Int) -> Int { neuron % populations }

  /// m, all neurons.
  package var pattern: [Float] {
    var magnitudes = [Float](repeating: 0, count: neurons)
    var span = magnitudes.mutableSpan
    RandomStream(seed: seed, purpose: .attractorPattern).fillUniform(&span, in: 0.5...1.5)
    let signs = RandomStream(seed: seed, purpose: .attractorPattern, k: 1)
    return magnitudes.indices.map { signs.word(at: $0) & 1 == 0 ? magnitudes[$0] : -magnitudes[$0] }
  }

  /// Σ m² over each population.
  var patternSquares: [Float] {
    var squares = [Float](repeating: 0, count: populations)
    for (i, m) in pattern.enumerated() { squares[population(of: i)] += m * m }
    return squares
  }

  /// The rows of a range of neurons; `inputWeights(i)` are the input weights of neuron i.
  ///
  /// - Complexity: range × neurons normal numbers.
  package func network(
    local: Range<Int>, inputs: Int, inputWeights: (_ neuron: Int) -> [Float]
  ) -> RateNetwork<Float> {
    let pattern = pattern
    var weights = Matrix<Float>(rows: local.count, columns: neurons)
    var input = Matrix<Float>(rows: local.count, columns: inputs)
    let scale = Float(gain / Double(max(1, neurons)).squareRoot())
    for (i, neuron) in local.enumerated() {
      var row = weights.mutableRow(i)
      RandomStream(seed: seed, purpose: .weights, k: neuron).fillNormal(&row)
      for j in 0..<neurons { row[j] *= scale }
      let own = population(of: neuron)
      let members = stride(from: own, to: neurons, by: populations)
      let strength = Float(attraction) * pattern[neuron] / Float(size(of: own))
      for j in members { row[j] += strength * pattern[j] }
      row[neuron] = 0
      for (k, weight) in inputWeights(neuron).enumerated() { input[i, k] = weight }
    }
    return RateNetwork(
      local: local, neurons: neurons, weights: weights, inputWeights: input,
      bias: [Float](repeating: 0, count: local.count),
      alpha: [Double](repeating: alpha, count: local.count))
  }

  /// The weights of the readout z, populations × neurons.
  package var readout: Matrix<Float> {
    let squares = patternSquares
    var weights = Matrix<Float>(rows: populations, columns: neurons)
    for (i, m) in pattern.enumerated() {
      weights[population(of: i), i] = m / squares[population(of: i)]
    }
    return weights
  }

  private func size(of population: Int) -> Int {
    (neurons - population + populations - 1) / populations
  }
}
