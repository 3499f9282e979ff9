package import LinearAlgebra
internal import RandomNumbers
private import Glibc

/// The random network whose recordings have a known truth.
///
/// `W ~ Normal(0, gain² / N)` without self-connections, `W_in ~ Normal(0, 1)`,
/// `r[0] ~ Uniform(−1, 1)`; each number depends on the seed and its indices alone.
package struct ChaoticNetwork: Sendable {
  /// The distribution of the output noise.
  package enum Noise: String, Sendable, CaseIterable, Codable {
    /// Normal with the given standard deviation.
    case gaussian
    /// Double exponential with the given standard deviation.
    case laplace
    /// Impulses of 1, with the given probability a step.
    case poisson
  }

  package var neurons = 100
  package var inputs = 0
  package var gain = 3.0
  package var alpha = 0.1
  /// Standard deviation of the noise in the input currents.
  package var inputNoise = 1e-2
  /// Standard deviation, or probability, of the noise in the rates.
  package var outputNoise = 1e-3
  package var noise = Noise.gaussian
  package var seed: UInt64 = 1

  package init() {}

  /// Purposes of random numbers.
  private enum Stream: UInt32 {
    case weights = 16
    case inputWeights, start, inputNoise, outputNoise, inputs
  }

  private func stream(_ purpose: Stream, k: Int = 0, iteration: Int = 0) -> RandomStream {
    RandomStream(
      seed: seed, stream: purpose.rawValue, k: UInt32(k), iteration: UInt32(iteration))
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
  package var start: [Float] {
    var rates = [Float](repeating: 0, count: neurons)
    var span = rates.mutableSpan
    stream(.start).fillUniform(&span, in: -1...1)
    return rates
  }

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

  /// The noise of the simulation.
  package var noiseSource: any NoiseSource { ChaoticNoise(network: self) }

  /// Noise by (step, neuron): step t has streams of its own.
  private struct ChaoticNoise: NoiseSource {
    let network: ChaoticNetwork

    func addInput<S: Scalar>(to currents: inout [S], neurons: Range<Int>, step t: Int) {
      guard network.inputNoise > 0 else { return }
      var noise = [S](repeating: 0, count: neurons.count)
      var span = noise.mutableSpan
      network.stream(.inputNoise, iteration: t)
        .fillNormal(&span, startingAt: neurons.lowerBound)
      for i in noise.indices { currents[i] += S(network.inputNoise) * noise[i] }
    }

    func output<S: Scalar>(neurons: Range<Int>, step t: Int, as: S.Type) -> [S] {
      var noise = [S](repeating: 0, count: neurons.count)
      let level = network.outputNoise
      guard level > 0 else { return noise }
      let stream = network.stream(.outputNoise, iteration: t)
      var span = noise.mutableSpan
      switch network.noise {
      case .gaussian:
        stream.fillNormal(&span, startingAt: neurons.lowerBound)
        for i in noise.indices { noise[i] *= S(level) }
      case .laplace:
        stream.fillUniform(&span, startingAt: neurons.lowerBound)
        for i in noise.indices { noise[i] = S(laplace(Double(noise[i]), deviation: level)) }
      case .poisson:
        stream.fillUniform(&span, startingAt: neurons.lowerBound)
        for i in noise.indices { noise[i] = noise[i] < S(level) ? 1 : 0 }
      }
      return noise
    }

    /// The inverse distribution function of the double exponential.
    private func laplace(_ u: Double, deviation: Double) -> Double {
      let side = u - 0.5
      let magnitude = -log(1 - 2 * abs(side)) * deviation / 2.0.squareRoot()
      return side < 0 ? -magnitude : magnitude
    }
  }
}
