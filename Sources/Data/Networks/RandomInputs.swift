package import LinearAlgebra
internal import RandomNumbers

/// Slow random signals of unit variance: first-order filtered noise with a time constant of
/// ten of the network's; count × frames.
package func slowSignals(
  count: Int, frames: Int, alpha: Double, seed: UInt64
) -> Matrix<Float> {
  var signals = Matrix<Float>(rows: count, columns: frames)
  let keep = 1 - alpha / 10
  let drive = (1 - keep * keep).squareRoot()
  for k in 0..<count {
    var row = signals.mutableRow(k)
    RandomStream(seed: seed, purpose: .inputs, k: k).fillNormal(&row)
    for t in 1..<max(1, frames) {
      row[t] = Float(keep * Double(row[t - 1]) + drive * Double(row[t]))
    }
  }
  return signals
}

/// `W_in ~ Normal(0, 1)` of a range of neurons.
func randomInputWeights(of local: Range<Int>, inputs: Int, seed: UInt64) -> Matrix<Float> {
  var weights = Matrix<Float>(rows: local.count, columns: inputs)
  for (i, neuron) in local.enumerated() {
    var row = weights.mutableRow(i)
    RandomStream(seed: seed, purpose: .inputWeights, k: neuron).fillNormal(&row)
  }
  return weights
}
