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

  /// The inverse stays one to 1e-6 where the condition is 4e6, and the weights those of a dense
  /// regression on the working responses.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func inverseAndWeightsStayAccurate(_ form: Configuration.Form) throws {
    let window = form == .dual ? 24 : 100
    let stream = try LiveStream(neurons: 30, frames: Self.steps + 1, seed: 11)
    // The least of some windows, so that none of them has less.
    let ridge =
      [100, 1000, 2000, 3000, 4000, 5000, 5900].map {
        stream.ridge(ofCondition: 4e6, $0..<($0 + window), dual: form == .dual)
      }.min() ?? 0
    try #require(ridge > 0)
    let fit = Self.fit(Self.problem(stream, window: window, ridge: ridge), form)
    var responses: [[Double]] = []
    var worst = 0.0
    for t in 0..<Self.steps {
      let currents = try fit.take(stream.transition(t), group: SingleRank()).currents
      responses.append(
        currents.indices.map {
          currents[$0] + stream.targets[t][$0] - Foundation.tanh(currents[$0])
        })
      if t % 20 == 0 { worst = max(worst, try fit.keepAccurate(within: .infinity)) }
    }
    #expect(worst < 1e-6, "ridge \(ridge)")
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
