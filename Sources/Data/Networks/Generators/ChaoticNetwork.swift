package import LinearAlgebra
internal import RandomNumbers

/// The random network whose recordings have a known truth.
///
/// `W ~ Normal(0, gain² / N)` without self-connections, `W_in ~ Normal(0, 1)`,
/// `r[0] ~ Uniform(−1, 1)`; each number depends on the seed and its indices alone.
package struct ChaoticNetwork: Sendable {
  package var neurons = 100
  package var inputs = 0
  package var gain = 3.0
  package var alpha = 0.1
  package var seed: UInt64 = 1

  package init() {}

  /// The rows of a range of neurons.
  ///
  /// - Complexity: range × neurons normal numbers.
  package func network(local: Range<Int>) -> RateNetwork<Float> {
    var weights = Matrix<Float>(rows: local.count, columns: neurons)
    let scale = Float(gain / Double(max(1, neurons)).squareRoot())
    for (i, neuron) in local.enumerated() {
      var row = weights.mutableRow(i)
      RandomStream(seed: seed, purpose: .weights, k: neuron).fillNormal(&row)
      for j in 0..<neurons { row[j] *= scale }
      row[neuron] = 0
    }
    return RateNetwork(
      local: local, neurons: neurons, weights: weights,
      inputWeights: randomInputWeights(of: local, inputs: inputs, seed: seed),
      bias: [Float](repeating: 0, count: local.count),
      alpha: [Double](repeating: alpha, count: local.count))
  }

  /// The rates at t = 0, all neurons.
  package var start: [Float] { randomRates(count: neurons, seed: seed) }

  /// See `slowSignals`.
  package func inputSignals(frames: Int) -> Matrix<Float> {
    slowSignals(count: inputs, frames: frames, alpha: alpha, seed: seed)
  }
}
