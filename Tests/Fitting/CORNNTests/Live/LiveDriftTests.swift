import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import TestSupport
import Testing

/// What is kept over thousands of steps with a weak ridge, and never taken afresh.
@Suite struct LiveDriftTests {
  private static let steps = 6000

  private static func problem(
    _ stream: LiveStream, window: Int, ridge: Double, memory: LiveMemory = .sliding
  ) -> LiveProblem {
    LiveProblem(
      neurons: stream.neurons, others: 1, local: 0..<stream.neurons, window: window, ridge: ridge,
      loss: .crossEntropy, selfConnections: false, memory: memory)
  }

  private static func fit(
    _ problem: LiveProblem, _ form: Configuration.Form
  ) -> LiveFit {
    LiveFit(
      problem, alpha: Array(repeating: LiveStream.alpha, count: problem.neurons), form: form)
  }

  /// The inverse stays one to 1e-6 (dual: 1e-5), and the weights those of a dense regression on the working
  /// responses.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func inverseAndWeightsStayAccurate(_ form: Configuration.Form) throws {
    let window = form == .dual ? 24 : 100
    let ridge = form == .dual ? 3e-6 : 1e-4
    let stream = try LiveStream(neurons: 30, frames: Self.steps + 1, seed: 11)
    let conditions = [100, 2000, 5900].map {
      stream.condition($0..<($0 + window), ridge: ridge, dual: form == .dual)
    }
    #expect(conditions.allSatisfy { $0 > 4e6 }, "\(conditions)")
    let fit = Self.fit(Self.problem(stream, window: window, ridge: ridge), form)
    var responses: [[Double]] = []
    var worst = 0.0
    for t in 0..<Self.steps {
      let currents = try fit.take(stream.transition(t), group: SingleRank())
      responses.append(
        currents.indices.map {
          currents[$0] + stream.targets[t][$0] - Foundation.tanh(currents[$0])
        })
      if t % 20 == 0 { worst = max(worst, try fit.keepAccurate(within: .infinity)) }
    }
    // The dual window's condition is near 1e8.
    #expect(worst < (form == .dual ? 1e-5 : 1e-6))
    let seen = (Self.steps - window)..<Self.steps
    for i in [0, 17, 29] {
      let expected = try ridgeRegression(
        seen.map { stream.regressors[$0] }, seen.map { responses[$0][i] }, ridge: ridge, without: i)
      #expect(relativeError(fit.weights(ofRow: i), expected) < 1e-6)
    }
  }

  /// Sixty half-lives: what rounding adds dies out as old transitions do.
  @Test func whatIsForgottenLeavesNoError() throws {
    let stream = try LiveStream(neurons: 30, frames: Self.steps + 1, seed: 13)
    let problem = Self.problem(
      stream, window: 50, ridge: 1e-3, memory: .forgetting(halfLife: 100))
    let fit = Self.fit(problem, .auto)
    var worst = 0.0
    for t in 0..<Self.steps {
      try fit.take(stream.transition(t), group: SingleRank())
      if t % 20 == 0 { worst = max(worst, try fit.keepAccurate(within: .infinity)) }
    }
    #expect(worst < 1e-6)
  }

  @Test(arguments: [Configuration.Form.primal, .dual])
  func theInverseIsTakenAfresh(_ form: Configuration.Form) throws {
    let stream = try LiveStream(neurons: 10, frames: 200, seed: 17)
    let fit = Self.fit(
      Self.problem(stream, window: form == .dual ? 8 : 50, ridge: 1e-4), form)
    for t in 0..<199 { try fit.take(stream.transition(t), group: SingleRank()) }
    try fit.keepAccurate(within: 0)
    #expect(try fit.keepAccurate(within: .infinity) < 1e-9)
  }
}
