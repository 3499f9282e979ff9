import CORNN
import Collectives
import Foundation
import Kernels
import LinearAlgebra
import RandomNumbers
import Runtime
import TestSupport
import Testing

@testable import Rivals

/// Gauss-Newton steps in subspaces, with tangents forward in time.
@Suite struct SubspaceTests {
  private let leaks = [0.3, 0.6, 0.9, 0.4]

  private func recipe(_ constraints: Constraints = Constraints()) -> FitRecipe {
    FitRecipe(
      loss: .crossEntropy, leaks: leaks,
      configuration: Configuration(
        lambda: 1e-3, selfConnections: false, bias: true, form: .auto, usesFeatures: false,
        tolerance: 1e-6, iterations: 100),
      constraints: constraints)
  }

  /// Slopes along directions of weights and leaks are those of finite differences, and L is that of
  /// the tape: with an input, a trial's border, a missing value and a gap.
  @Test func slopesAreThoseOfFiniteDifferences() throws {
    let problem = try noisyProblem()
    let positions = Array(0..<20) + Array(25..<problem.transitions.count)
    let runs = TangentRuns(problem, from: try freeRunFrames(problem, at: positions))
    let network = RefinedNetwork(
      weights: gaussian(4, problem.regressors.count, stream: 2, scale: 0.7), leaks: leaks)
    let directions = directions(3, columns: problem.regressors.count)
    let found = try runs.curvature(of: network, along: directions, group: SingleRank())
    let tape = try FreeRunLoss(
      problem, from: try freeRunFrames(problem, at: positions), group: SingleRank())
    #expect(
      abs(try runs.value(of: network, group: SingleRank()) - value(tape, network)) < 1e-12)
    let step = 1e-5
    for k in 0..<3 {
      var ahead = [0.0, 0, 0]
      ahead[k] = step
      let back = ahead.map { -$0 }
      let above = try runs.value(
        of: moved(network, directions, ahead), group: SingleRank())
      let below = try runs.value(of: moved(network, directions, back), group: SingleRank())
      let slope = (above - below) / (2 * step)
      #expect(abs(slope - found.slopes[k]) < 1e-7 * max(1, abs(slope)), "direction \(k)")
    }
  }

  private func value(
    _ loss: consuming FreeRunLoss, _ network: borrowing RefinedNetwork
  ) throws -> Double {
    var loss = loss
    return try loss.value(of: network, group: SingleRank())
  }

  /// Where the network made the recording itself nothing is missed, and J'J is the curvature of L.
  @Test func curvatureIsThatOfLossWithoutErrors() throws {
    let truth = RefinedNetwork(weights: gaussian(4, 4, stream: 31, scale: 0.8), leaks: leaks)
    var rates = Matrix<Double>(rows: 4, columns: 40)
    for i in 0..<4 { rates[i, 0] = 0.3 * Double(i) - 0.4 }
    for t in 1..<40 {
      for i in 0..<4 {
        let current = (0..<4).reduce(0) { $0 + truth.weights[i, $1] * rates[$1, t - 1] }
        rates[i, t] = (1 - leaks[i]) * rates[i, t - 1] + leaks[i] * tanh(current)
      }
    }
    let problem = try FitProblem(
      PreparedRecording(
        rates: rates, local: 0..<4, neurons: 4, inputs: Matrix(rows: 0, columns: 40),
        trialStarts: [], holdout: 0),
      bias: false, group: SingleRank(), phases: Phases())
    let runs = TangentRuns(problem, from: try freeRunFrames(problem, at: Array(0..<39)))
    let directions = directions(2, columns: 4)
    let found = try runs.curvature(of: truth, along: directions, group: SingleRank())
    let h = 1e-3
    for (k, l) in [(0, 0), (0, 1), (1, 1)] {
      func corner(_ a: Double, _ b: Double) throws -> Double {
        var coefficients = [0.0, 0]
        coefficients[k] += a * h
        coefficients[l] += b * h
        return try runs.value(
          of: moved(truth, directions, coefficients), group: SingleRank())
      }
      let second =
        (try corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / (4 * h * h)
      #expect(abs(second - found.products[k, l]) < 1e-3 * found.products[0, 0], "\(k) \(l)")
    }
  }

  /// No step raises the error; masks, own weights and signs hold at each.
  @Test func stepsLowerTheErrorWithinBounds() throws {
    let problem = try noisyProblem()
    let positions = Array(0..<problem.transitions.count)
    var refinement = Refinement()
    refinement.rule = .gaussNewton
    refinement.learningRate = 1
    refinement.pull = 0
    var forbidden = ForbiddenSet(neurons: 4)
    forbidden.insert(2)
    let constraints = Constraints(
      mask: StructuralMask(forbidden: [forbidden, forbidden, forbidden, forbidden]),
      signs: [1, -1, 0, 0])
    let judge = TangentRuns(problem, from: try freeRunFrames(problem, at: positions))
    var descent = SubspaceDescent(
      refinement, of: TangentRuns(problem, from: try freeRunFrames(problem, at: positions)),
      bounds: WeightBounds(problem, recipe(constraints)),
      from: RefinedNetwork(
        weights: gaussian(4, problem.regressors.count, stream: 2, scale: 0.3), leaks: leaks))
    var errors = [try judge.value(of: descent.network, group: SingleRank())]
    for _ in 0..<12 {
      try descent.step(group: SingleRank())
      errors.append(try judge.value(of: descent.network, group: SingleRank()))
      for i in 0..<4 {
        let weights = (0..<4).map { descent.network.weights[i, $0] }
        #expect(weights[i] == 0 && weights[2] == 0 && weights[0] >= 0 && weights[1] <= 0)
      }
      #expect(descent.network.leaks.allSatisfy { $0 > 0 && $0 <= 1 })
    }
    for (before, after) in zip(errors, errors.dropFirst()) { #expect(after <= before) }
    #expect(errors[12] < 0.9 * errors[0], "\(errors)")
  }

  /// Runs of another length take the same memory: what is kept is a frame.
  @Test func stretchesCoverAllFrames() {
    for steps in [1, 2, 4, 20, 300] {
      let stretches = (0..<steps).map {
        StretchSlopes.stretch(of: $0, steps: steps, stretches: 4)
      }
      #expect(stretches == stretches.sorted() && stretches[0] == 0)
      #expect(stretches.allSatisfy { (0..<4).contains($0) })
      if steps >= 20 { #expect(Set(stretches).count == 4) }
    }
  }

  private func directions(_ count: Int, columns: Int) -> RefinementDirections {
    var directions = RefinementDirections(count, local: 4, regressors: columns)
    for k in 0..<count {
      directions.set(
        k,
        RefinedNetwork(
          weights: gaussian(4, columns, stream: 20 + k, scale: 1),
          leaks: k == 0 ? [0, 0, 0, 0] : [0.3, -0.5, 0.1, 0.7]))
    }
    return directions
  }

  private func moved(
    _ network: borrowing RefinedNetwork, _ directions: borrowing RefinementDirections,
    _ coefficients: [Double]
  ) -> RefinedNetwork {
    let step = directions.combined(coefficients)
    var other = network.copy()
    for i in 0..<4 {
      other.weights.add(1, step.weights, i, toRow: i)
      other.leaks[i] *= exp(step.leaks[i])
    }
    return other
  }
}
