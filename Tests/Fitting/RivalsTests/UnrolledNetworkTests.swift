import Collectives
import Foundation
import LinearAlgebra
import RandomNumbers
import TestSupport
import Testing

@testable import Rivals

/// Windows through time, and the gradient against finite differences.
@Suite struct UnrolledNetworkTests {
  private let neurons = 4
  private let frames = [0, 1, 2, 3, 4, 5, 6, 10, 11, 12]

  @Test(arguments: RateLoss.allCases, [0, 0.4, 1])
  func gradientIsThatOfFiniteDifferences(loss: RateLoss, share: Double) throws {
    let windows = Windows(frames: frames, length: 4)
    let forced = windows.forced(share: share, seed: 3, iteration: 0)
    var weights = random(neurons, neurons + 2, stream: 1, scale: 0.7)
    var network = try network(windows, loss)
    _ = try network.run(weights: weights, forced: forced, group: SingleRank())
    let gradient = try network.gradient(weights: weights, forced: forced, group: SingleRank())
    let step = 1e-5
    for i in 0..<weights.rows {
      for j in 0..<weights.columns {
        let value = weights[i, j]
        weights[i, j] = value + step
        let above = try network.run(weights: weights, forced: forced, group: SingleRank())
        weights[i, j] = value - step
        let below = try network.run(weights: weights, forced: forced, group: SingleRank())
        weights[i, j] = value
        let slope = (above - below) / (2 * step)
        #expect(
          abs(slope - gradient.weights[i, j]) < 1e-7 * max(1, abs(slope)), "weight \(i), \(j)")
      }
    }
  }

  /// Without forcing a window is the recurrence itself, written out.
  @Test func aFreeRunIsTheRecurrence() throws {
    let windows = Windows(frames: [0, 1, 2], length: 3)
    let weights = random(neurons, neurons + 2, stream: 1, scale: 0.7)
    let x = recorded()
    var network = try network(windows, .squaredError)
    let loss = try network.run(
      weights: weights, forced: windows.forced(share: 0, seed: 1, iteration: 0),
      group: SingleRank())
    let targets = next()
    var state = (0..<neurons).map { x[$0, 0] }
    var expected = 0.0
    for t in 0..<3 {
      let before = state
      for i in 0..<neurons {
        var current = 0.0
        for j in 0..<neurons { current += weights[i, j] * before[j] }
        for j in neurons..<neurons + 2 { current += weights[i, j] * x[j, t] }
        state[i] = (1 - alpha[i]) * before[i] + alpha[i] * tanh(current)
        if !targets[i, t].isNaN {
          expected += (state[i] - targets[i, t]) * (state[i] - targets[i, t]) / 2
        }
      }
    }
    #expect(abs(loss - expected) < 1e-12)
  }

  @Test func windowsDoNotCrossGaps() {
    let windows = Windows(frames: frames, length: 4)
    #expect(windows.starts == [0, 4, 7])
    #expect(windows.lengths == [4, 3, 3])
    #expect(windows.transition(1, 2) == 6)
    #expect(windows.transition(1, 3) == nil)
  }

  @Test func forcingIsAShareOfTheSteps() {
    let windows = Windows(frames: Array(0..<4000), length: 40)
    let forced = windows.forced(share: 0.25, seed: 1, iteration: 5)
    #expect(forced[0].allSatisfy { $0 })
    let rest = forced.dropFirst().joined()
    let share = Double(rest.filter { $0 }.count) / Double(rest.count)
    // Four standard deviations of 3900 draws.
    #expect(abs(share - 0.25) < 0.028)
    #expect(forced == windows.forced(share: 0.25, seed: 1, iteration: 5))
    #expect(forced != windows.forced(share: 0.25, seed: 1, iteration: 6))
  }

  /// The deviance is zero at the recorded rate, and its derivative that of differences.
  @Test(arguments: RateLoss.allCases) func lossesHaveTheirSlopes(loss: RateLoss) {
    for recorded in [-0.9, 0.0, 0.4] {
      #expect(loss.value(recorded, recorded: recorded).loss == 0)
      for rate in [-0.95, -0.2, 0.3, 0.8] {
        let step = 1e-6
        let above = loss.value(rate + step, recorded: recorded).loss
        let below = loss.value(rate - step, recorded: recorded).loss
        let value = loss.value(rate, recorded: recorded)
        #expect(value.loss >= 0)
        #expect(abs((above - below) / (2 * step) - value.slope) < 1e-6 * max(1, abs(value.slope)))
      }
    }
  }

  private var alpha: [Double] { [0.3, 0.9, 0.5, 1] }

  private func network(_ windows: Windows, _ loss: RateLoss) throws -> UnrolledNetwork {
    try UnrolledNetwork(
      windows: windows, loss: loss, alpha: alpha, local: 0..<neurons, neurons: neurons,
      regressors: recorded(), next: next(), group: SingleRank())
  }

  private func recorded() -> Matrix<Double> {
    random(neurons + 2, frames.count, stream: 2, scale: 0.3)
  }

  private func next() -> Matrix<Double> {
    var rates = random(neurons, frames.count, stream: 3, scale: 0.3)
    rates[1, 2] = .nan
    return rates
  }

  private func random(_ rows: Int, _ columns: Int, stream: Int, scale: Double) -> Matrix<Double> {
    var result = Matrix<Double>(rows: rows, columns: columns)
    var entries = result.mutableElements
    RandomStream(seed: 7, purpose: .events, k: stream).fillNormal(&entries)
    for i in 0..<entries.count { entries[i] *= scale }
    return result
  }
}
