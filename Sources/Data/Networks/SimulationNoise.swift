private import Glibc
package import LinearAlgebra
internal import RandomNumbers

/// The noise of a simulation, by (step, neuron): the same on any number of ranks.
package struct SimulationNoise: NoiseSource, Sendable {
  /// The distribution of the noise in the rates.
  package enum Kind: String, Sendable, CaseIterable, Codable {
    /// Normal with the given standard deviation.
    case gaussian
    /// Double exponential with the given standard deviation.
    case laplace
    /// Impulses of 1, with the given probability a step.
    case poisson
  }

  let kind: Kind
  /// Standard deviation of the noise in the input currents.
  let input: Double
  /// Standard deviation, or probability, of the noise in the rates.
  let output: Double
  let seed: UInt64

  package init(kind: Kind, input: Double, output: Double, seed: UInt64) {
    self.kind = kind
    self.input = input
    self.output = output
    self.seed = seed
  }

  package func addInput<S: Scalar>(to currents: inout [S], neurons: Range<Int>, step t: Int) {
    guard input > 0 else { return }
    var noise = [S](repeating: 0, count: neurons.count)
    var span = noise.mutableSpan
    RandomStream(seed: seed, purpose: .inputNoise, iteration: t)
      .fillNormal(&span, startingAt: neurons.lowerBound)
    for i in noise.indices { currents[i] += S(input) * noise[i] }
  }

  package func output<S: Scalar>(neurons: Range<Int>, step t: Int, as: S.Type) -> [S] {
    var noise = [S](repeating: 0, count: neurons.count)
    guard output > 0 else { return noise }
    let stream = RandomStream(seed: seed, purpose: .outputNoise, iteration: t)
    var span = noise.mutableSpan
    switch kind {
    case .gaussian:
      stream.fillNormal(&span, startingAt: neurons.lowerBound)
      for i in noise.indices { noise[i] *= S(output) }
    case .laplace:
      stream.fillUniform(&span, startingAt: neurons.lowerBound)
      for i in noise.indices { noise[i] = S(laplace(Double(noise[i]), deviation: output)) }
    case .poisson:
      stream.fillUniform(&span, startingAt: neurons.lowerBound)
      for i in noise.indices { noise[i] = noise[i] < S(output) ? 1 : 0 }
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

/// Random rates in (−1, 1), the same for the same seed.
package func randomRates<S: Scalar>(count: Int, seed: UInt64) -> [S] {
  var rates = [S](repeating: 0, count: count)
  var span = rates.mutableSpan
  RandomStream(seed: seed, purpose: .startingRates).fillUniform(&span, in: -1...1)
  return rates
}
