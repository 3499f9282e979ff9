import Collectives
import Evaluation
import Foundation
import LinearAlgebra
import Networks
import TestSupport
import Testing

/// Responses to pulses, and their derivatives.
@Suite struct SensitivityTests {
  private static let neurons = 9
  private static let steps = 7

  /// A network with inputs, bias and leaks of its own, and where it starts.
  private struct Example: ~Copyable {
    let network: RateNetwork<Double>
    let start: [Double]
    let inputs: Matrix<Double>
  }

  private static func example() -> Example {
    var uniform = Uniform(seed: 11)
    func matrix(_ rows: Int, _ columns: Int, _ scale: Double) -> Matrix<Double> {
      Matrix((0..<rows).map { _ in (0..<columns).map { _ in scale * uniform.next() } })
    }
    let weights = matrix(neurons, neurons, 0.9)
    let inputWeights = matrix(neurons, 2, 0.5)
    let bias = (0..<neurons).map { _ in 0.3 * uniform.next() }
    let start = (0..<neurons).map { _ in 0.8 * uniform.next() }
    let network = RateNetwork(
      local: 0..<neurons, neurons: neurons, weights: weights, inputWeights: inputWeights,
      bias: bias, alpha: (0..<neurons).map { 0.1 + 0.08 * Double($0) })
    return Example(network: network, start: start, inputs: matrix(2, steps, 1))
  }

  /// The rates at the end, as the equation says, with a current into a neuron.
  private static func end(
    _ example: borrowing Example, _ pulse: Pulse, into j: Int
  ) -> [Double] {
    var rates = example.start
    if pulse.site == .rate { rates[j] += pulse.amplitude }
    for t in 0..<steps {
      let before = rates
      for i in 0..<neurons {
        var sum = example.network.bias[i]
        if case .current(let frames) = pulse.site, i == j, t < frames { sum += pulse.amplitude }
        for k in 0..<neurons { sum += example.network.weights[i, k] * before[k] }
        for k in 0..<2 { sum += example.network.inputWeights[i, k] * example.inputs[k, t] }
        rates[i] = (1 - example.network.alpha[i]) * before[i] + example.network.alpha[i] * tanh(sum)
      }
    }
    return rates
  }

  @Test(arguments: [Pulse.Site.rate, .current(frames: 1), .current(frames: 3), .current(frames: 7)])
  func theAdjointIsTheDerivativeOfTheRun(site: Pulse.Site) throws {
    let example = Self.example()
    let run = try ReferenceRun(
      of: example.network, from: example.start, inputs: example.inputs.copy(), steps: Self.steps,
      group: SingleRank())
    var readOut = [Double](repeating: 0, count: Self.neurons)
    for i in [2, 5, 6] { readOut[i] = 1.0 / 3 }
    let found = try example.network.sensitivity(
      of: readOut, toPulseAt: site, along: run, group: SingleRank())
    // Central differences of fourth order: their error is about step⁴.
    let step = 1e-3
    func value(_ j: Int, _ amplitude: Double) -> Double {
      let end = Self.end(example, Pulse(amplitude, site: site), into: j)
      return zip(end, readOut).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let expected = (0..<Self.neurons).map { j in
      (8 * (value(j, step) - value(j, -step)) - value(j, 2 * step) + value(j, -2 * step))
        / (12 * step)
    }
    #expect(relativeError(found, expected) < 1e-9)
    #expect(found.allSatisfy { abs($0) > 1e-6 })
  }

  @Test(arguments: [Pulse.Site.rate, .current(frames: 1), .current(frames: 4)])
  func aResponseIsTheDifferenceOfTwoRuns(site: Pulse.Site) throws {
    let example = Self.example()
    let run = try ReferenceRun(
      of: example.network, from: example.start, inputs: example.inputs.copy(), steps: Self.steps,
      group: SingleRank())
    let candidates = [1, 4, 8]
    var last = Matrix<Double>(rows: 0, columns: 0)
    var seen: [Int] = []
    try example.network.responses(
      to: Pulse(1.5, site: site), into: candidates[...], along: run,
      group: SingleRank()
    ) { ahead, responses in
      seen.append(ahead)
      last = responses.copy()
    }
    #expect(seen == Array(1...Self.steps))
    let rest = Self.end(example, Pulse(0, site: .rate), into: 0)
    for (k, j) in candidates.enumerated() {
      let driven = Self.end(example, Pulse(1.5, site: site), into: j)
      let expected = zip(driven, rest).map { $0 - $1 }
      let found = (0..<Self.neurons).map { last[$0, k] }
      #expect(relativeError(found, expected) < 1e-12)
    }
  }

  /// What holds and drives neurons in a simulation, against the same by hand.
  @Test func anInterventionActsInItsFrames() throws {
    let example = Self.example()
    var frames: [[Double]] = []
    let intervention = Intervention([
      .init(.clamp(0.25), neurons: [3], frames: 0..<2),
      .init(.drive(2), neurons: [6, 1], frames: 2..<4),
      .init(.drive(-0.5), neurons: [1], frames: 3..<4),
    ])
    try example.network.simulate(
      from: example.start, steps: Self.steps, inputs: example.inputs, intervention: intervention,
      threads: 1,
      group: SingleRank()
    ) { frames.append($1) }
    var rates = example.start
    rates[3] = 0.25
    #expect(frames[0] == rates)
    for t in 0..<Self.steps {
      let before = rates
      for i in 0..<Self.neurons {
        var sum = example.network.bias[i]
        if [6, 1].contains(i), (2..<4).contains(t) { sum += 2 }
        if i == 1, t == 3 { sum -= 0.5 }
        for k in 0..<Self.neurons { sum += example.network.weights[i, k] * before[k] }
        for k in 0..<2 { sum += example.network.inputWeights[i, k] * example.inputs[k, t] }
        rates[i] = (1 - example.network.alpha[i]) * before[i] + example.network.alpha[i] * tanh(sum)
      }
      if t + 1 < 2 { rates[3] = 0.25 }
      #expect(relativeError(frames[t + 1], rates) < 1e-14)
    }
  }
}
