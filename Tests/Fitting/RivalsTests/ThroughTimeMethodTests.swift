import CORNN
import Collectives
import Kernels
import LinearAlgebra
import TestSupport
import Testing

@testable import Rivals

/// Backpropagation through time as a method of the fit.
@Suite struct ThroughTimeMethodTests {
  @Test(arguments: [RivalLoss.squared, .pointwise(.crossEntropy)], [0, 0.5, 1])
  func lowersWhatItIsMeasuredBy(loss: RivalLoss, forcing: Double) throws {
    let small = try SmallProblem(neurons: 6, frames: 120, alpha: 0.9, loss: loss)
    let method = ThroughTimeMethod(learningRate: 1e-2, window: 20, forcing: forcing, seed: 1)
    let log = try small.solve(method, from: .zero, iterations: 200).log
    let objectives = log.points.map(\.quality.objective)
    #expect(objectives[objectives.count - 1] < 0.5 * objectives[0], "forcing \(forcing)")
    #expect(log.ending == .iterationLimit)
  }

  /// With every step forced, windows do not count: each is one transition.
  @Test func forcedStepsDoNotSeeWindows() throws {
    let small = try SmallProblem(neurons: 5, frames: 60, alpha: 0.9)
    let solutions = try [1, 7, 60].map { window in
      let method = ThroughTimeMethod(learningRate: 1e-2, window: window, forcing: 1, seed: 1)
      let solution = try small.solve(method, from: .zero, iterations: 30)
      return (0..<5).flatMap { solution.weights.array(ofRow: $0) }
    }
    #expect(relativeError(solutions[1], solutions[0]) < 1e-7)
    #expect(relativeError(solutions[2], solutions[0]) < 1e-7)
  }

  @Test func aMethodThatRunsAwayEndsWithItsBest() throws {
    let small = try SmallProblem(neurons: 5, frames: 60, alpha: 0.9)
    let method = ThroughTimeMethod(learningRate: 1e3, window: 10, forcing: 0.5, seed: 1)
    let start = MethodStart.ridge(margin: 1e-3)
    let solution = try small.solve(method, from: start, iterations: 50)
    guard case .diverged = solution.log.ending else {
      Issue.record("it ended by \(solution.log.ending)")
      return
    }
    let best = try start.weights(of: small.problem, group: SingleRank())
    for i in 0..<5 {
      // A factor has other last digits each time it is taken.
      #expect(relativeError(solution.weights.array(ofRow: i), best.array(ofRow: i)) < 1e-12)
    }
  }

  @Test func ownWeightsStayZero() throws {
    let small = try SmallProblem(neurons: 4, frames: 40)
    let method = ThroughTimeMethod(learningRate: 1e-2, window: 8, forcing: 0.2, seed: 1)
    let solution = try small.solve(
      method, from: .random(scale: 1, seed: 2), iterations: 20)
    for i in 0..<4 { #expect(solution.weights[i, i] == 0) }
  }
}
