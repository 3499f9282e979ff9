private import Glibc
package import LinearAlgebra
internal import RandomNumbers

/// The noise of a simulation, by (step, neuron): the same on any number of ranks.
package struct SimulationNoise: NoiseSource, Sendable {
  /// The distribution of a noise.
  package enum Kind: String, Sendable, CaseIterable, Codable {
    /// Normal with the given standard deviation.
    case gaussian
    /// Double exponential with the given standard deviation.
    case laplace
    /// Impulses of 1, with the given probability a step.
    case poisson
  }

  /// How noise is correlated: each value is the sum over this many neighbouring cells and
  /// following steps of independent ones, scaled to the deviation that was asked for.
  package struct Smoothing: Sendable, Equatable {
    package let cells: Int
    package let steps: Int

    /// No correlation for 1 cell and 1 step.
    package init(cells: Int, steps: Int) {
      precondition(cells >= 1 && steps >= 1, "smoothed over \(cells) cells, \(steps) steps")
      self.cells = cells
      self.steps = steps
    }
  }

  /// A distribution and its size: the standard deviation, or the probability of an impulse.
  package struct Part: Sendable {
    let kind: Kind
    let size: Double

    package init(_ kind: Kind, _ size: Double) {
      self.kind = kind
      self.size = size
    }
  }

  /// In the input currents.
  let input: Part
  /// In the rates.
  let output: Part
  let smoothing: Smoothing
  let seed: UInt64

  /// Noise of these parts.
  package init(
    input: Part, output: Part, smoothing: Smoothing = Smoothing(cells: 1, steps: 1), seed: UInt64
  ) {
    self.input = input
    self.output = output
    self.smoothing = smoothing
    self.seed = seed
  }

  /// Independent noise, that in the currents being normal.
  package init(kind: Kind, input: Double, output: Double, seed: UInt64) {
    self.init(input: Part(.gaussian, input), output: Part(kind, output), seed: seed)
  }

  package func addInput<S: Scalar>(to currents: inout [S], neurons: Range<Int>, step t: Int) {
    guard input.size > 0 else { return }
    let noise: [S] = smoothed(input, .inputNoise, neurons, step: t)
    for i in noise.indices { currents[i] += noise[i] }
  }

  package func output<S: Scalar>(neurons: Range<Int>, step t: Int, as: S.Type) -> [S] {
    guard output.size > 0 else { return [S](repeating: 0, count: neurons.count) }
    return smoothed(output, .outputNoise, neurons, step: t)
  }

  /// Sums of independent values, at neurons and steps from the own one on.
  private func smoothed<S: Scalar>(
    _ part: Part, _ purpose: StreamPurpose, _ neurons: Range<Int>, step t: Int
  ) -> [S] {
    let (cells, steps) = (smoothing.cells, smoothing.steps)
    guard cells * steps > 1 else { return independent(part, purpose, neurons, step: t) }
    let wide = neurons.lowerBound..<(neurons.upperBound + cells - 1)
    var sums = [S](repeating: 0, count: neurons.count)
    for ahead in 0..<steps {
      let values: [S] = independent(part, purpose, wide, step: t + ahead)
      for i in sums.indices {
        for neighbour in 0..<cells { sums[i] += values[i + neighbour] }
      }
    }
    let scale = S(1 / Double(cells * steps).squareRoot())
    return sums.map { scale * $0 }
  }

  private func independent<S: Scalar>(
    _ part: Part, _ purpose: StreamPurpose, _ neurons: Range<Int>, step t: Int
  ) -> [S] {
    var noise = [S](repeating: 0, count: neurons.count)
    let stream = RandomStream(seed: seed, purpose: purpose, iteration: t)
    var span = noise.mutableSpan
    switch part.kind {
    case .gaussian:
      stream.fillNormal(&span, startingAt: neurons.lowerBound)
      for i in noise.indices { noise[i] *= S(part.size) }
    case .laplace:
      stream.fillUniform(&span, startingAt: neurons.lowerBound)
      for i in noise.indices { noise[i] = S(laplace(Double(noise[i]), deviation: part.size)) }
    case .poisson:
      stream.fillUniform(&span, startingAt: neurons.lowerBound)
      for i in noise.indices { noise[i] = noise[i] < S(part.size) ? 1 : 0 }
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
