import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import TestSupport
import Testing

/// What pulses would do, against differences of forecasts.
@Suite struct LivePerturbationTests {
  private static let (neurons, alpha) = (7, 0.2)

  private static func follower(_ form: Configuration.Form, own: Bool) throws -> LiveFollower {
    let fit = LiveFit(
      LiveProblem(
        neurons: neurons, others: 1, local: 0..<neurons, window: 30, ridge: 0.3,
        loss: .crossEntropy, selfConnections: own),
      alpha: Array(repeating: alpha, count: neurons), form: form)
    let follower = LiveFollower(
      fit, isFitted: Array(repeating: true, count: neurons), bias: true, horizon: 4,
      rule: { Configuration().targets(alpha: $0) })
    let synthetic = try Synthetic(neurons: neurons, frames: 60, seed: 41)
    for t in 0..<60 {
      try follower.take(
        LiveFrame(
          rates: (0..<neurons).map { synthetic.rates[$0, t] }, inputs: [], follows: t > 0),
        group: SingleRank())
    }
    return follower
  }

  /// The network as its weights say it is, run from rates.
  private static func run(_ fit: LiveFit, from start: [Double], frames: Int) -> [[Double]] {
    let theta = fit.weights(ofRows: Array(0..<neurons))
    var rates = start
    return (0..<frames).map { _ in
      rates = (0..<neurons).map { i in
        let s = zip(theta[i], rates + [1]).reduce(0) { $0 + $1.0 * $1.1 }
        return (1 - alpha) * rates[i] + alpha * Foundation.tanh(s)
      }
      return rates
    }
  }

  @Test(arguments: [Configuration.Form.primal, .dual], [false, true])
  func responsesAndTheirDerivative(_ form: Configuration.Form, _ own: Bool) throws {
    let follower = try Self.follower(form, own: own)
    let synthetic = try Synthetic(neurons: Self.neurons, frames: 60, seed: 41)
    let now = (0..<Self.neurons).map { synthetic.rates[$0, 59] }
    let readOut = [1, 5]
    func read(_ rates: [Double]) -> Double { (rates[1] + rates[5]) / 2 }
    let forecast = try follower.forecast(frames: 4, group: SingleRank())
    let sensitivity = try follower.sensitivity(
      of: readOut, along: forecast, group: SingleRank())
    let responses = try follower.responses(
      of: readOut, toPulsesInto: [0, 5, 6], of: 0.5, frames: 4, group: SingleRank())
    let rest = Self.run(follower.fit, from: now, frames: 4)
    for (k, neuron) in [0, 5, 6].enumerated() {
      var moved = now
      moved[neuron] += 0.5
      let after = Self.run(follower.fit, from: moved, frames: 4)
      for h in 0..<4 {
        #expect(abs(responses[h][k] - (read(after[h]) - read(rest[h]))) < 1e-10)
      }
      let step = 1e-5
      var (up, down) = (now, now)
      up[neuron] += step
      down[neuron] -= step
      let slope =
        (read(Self.run(follower.fit, from: up, frames: 4)[3])
          - read(Self.run(follower.fit, from: down, frames: 4)[3])) / (2 * step)
      #expect(abs(sensitivity[neuron] - slope) < 1e-8 + 1e-6 * abs(slope))
    }
  }
}
