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

  private func stream(_ purpose: StreamPurpose, k: Int = 0) -> RandomStream {
    RandomStream(seed: seed, purpose: purpose, k: k)
  }

  /// The rows of a range of neurons.
  ///
  /// - Complexity: range × neurons normal numbers.
  package func network(local: Range<Int>) -> RateNetwork<Float> {
    var weights = Matrix<Float>(rows: local.count, columns: neurons)
    var inputWeights = Matrix<Float>(rows: local.count, columns: inputs)
    let scale = Float(gain / Double(max(1, neurons)).squareRoot())
    for (i, neuron) in local.enumerated() {
      var row = weights.mutableRow(i)
      stream(.weights, k: neuron).fillNormal(&row)
      for j in 0..<neurons { row[j] *= scale }
      row[neuron] = 0
      var inputRow = inputWeights.mutableRow(i)
      stream(.inputWeights, k: neuron).fillNormal(&inputRow)
    }
    return RateNetwork(
      local: local, neurons: neurons, weights: weights, inputWeights: inputWeights,
      bias: [Float](repeating: 0, count: local.count),
      alpha: [Double](repeating: alpha, count: local.count))
  }

  /// The rates at t = 0, all neurons.
  package var start: [Float] { randomRates(count: neurons, seed: seed) }

  /// Slow random inputs of unit variance: first-order filtered noise with a time constant
  /// of ten of the network's; inputs × frames.
  package func inputSignals(frames: Int) -> Matrix<Float> {
    var signals = Matrix<Float>(rows: inputs, columns: frames)
    let keep = 1 - alpha / 10
    let drive = (1 - keep * keep).squareRoot()
    for k in 0..<inputs {
      var row = signals.mutableRow(k)
      stream(.inputs, k: k).fillNormal(&row)
      for t in 1..<max(1, frames) {
        row[t] = Float(keep * Double(row[t - 1]) + drive * Double(row[t]))
      }
    }
    return signals
  }
}
