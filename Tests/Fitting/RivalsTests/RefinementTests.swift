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

/// Free runs made better: the loss, its gradient, what may not move, and when it ends.
@Suite struct RefinementTests {
  private let recipe = FitRecipe(
    loss: .crossEntropy, leaks: [0.3, 0.6, 0.9, 0.4],
    configuration: Configuration(
      lambda: 1e-3, selfConnections: false, bias: true, form: .auto, usesFeatures: false,
      tolerance: 1e-6, iterations: 100),
    constraints: Constraints())

  /// With an input, a trial's border, a missing value and a gap between the blocks.
  @Test func gradientIsThatOfFiniteDifferences() throws {
    let problem = try noisyProblem()
    var loss = try runs(
      problem, at: Array(0..<20) + Array(25..<problem.transitions.count), horizon: 4, most: 9)
    var network = RefinedNetwork(
      weights: gaussian(4, problem.regressors.count, stream: 2, scale: 0.7), leaks: recipe.leaks)
    let gradient = try loss.gradient(of: network, group: SingleRank())
    let step = 1e-5
    for i in 0..<4 {
      for j in 0..<network.weights.columns {
        let value = network.weights[i, j]
        network.weights[i, j] = value + step
        let above = try loss.value(of: network, group: SingleRank())
        network.weights[i, j] = value - step
        let below = try loss.value(of: network, group: SingleRank())
        network.weights[i, j] = value
        expectSlope((above - below) / (2 * step), gradient.weights[i, j], "weight \(i), \(j)")
      }
      let leak = network.leaks[i]
      network.leaks[i] = leak + step
      let above = try loss.value(of: network, group: SingleRank())
      network.leaks[i] = leak - step
      let below = try loss.value(of: network, group: SingleRank())
      network.leaks[i] = leak
      expectSlope((above - below) / (2 * step), gradient.leaks[i], "leak \(i)")
    }
  }

  private func expectSlope(_ slope: Double, _ derivative: Double, _ what: Comment) {
    #expect(abs(slope - derivative) < 1e-7 * max(1, abs(slope)), what)
  }

  /// Neurons that decay by themselves: the error has a closed form, and its least is where the
  /// leak is the true one.
  ///
  /// `L = 1/H Σ_h ((1 − α)^h − ρ^h)² / (1 − ρ^h)²` for each neuron of `r[t] = ρ^t r[0]`.
  @Test func leaksOfDecaysAreFound() throws {
    let (rho, horizon) = (0.8, 5)
    let rates = Matrix<Double>(
      (0..<2).map { i in
        (0..<40).map { pow(rho, Double($0 % 20)) * (i == 0 ? 0.9 : -0.4) }
      })
    let problem = try FitProblem(
      PreparedRecording(
        rates: rates, local: 0..<2, neurons: 2, inputs: Matrix(rows: 0, columns: 40),
        trialStarts: [20], holdout: 0),
      bias: false, group: SingleRank(), phases: Phases())
    let positions = Array(0..<problem.transitions.count)
    func loss() throws -> FreeRunLoss {
      try runs(problem, at: positions, horizon: horizon, most: 100)
    }
    func expected(_ alpha: Double) -> Double {
      (1...horizon).reduce(0) { sum, h in
        let (own, true_) = (pow(1 - alpha, Double(h)), pow(rho, Double(h)))
        return sum + (own - true_) * (own - true_) / ((1 - true_) * (1 - true_))
      } / Double(horizon)
    }
    let start = RefinedNetwork(weights: Matrix(rows: 2, columns: 2), leaks: [0.5, 0.5])
    var judge = try loss()
    #expect(abs(try judge.value(of: start, group: SingleRank()) - expected(0.5)) < 1e-12)
    var refinement = Refinement()
    refinement.learningRate = 1e-2
    refinement.pull = 0
    var configuration = recipe.configuration
    configuration.bias = false
    let mask = StructuralMask(
      forbidden: (0..<2).map { _ in
        var set = ForbiddenSet(neurons: 2)
        for j in 0..<2 { set.insert(j) }
        return set
      })
    var descent = RefinementDescent(
      refinement, of: try loss(),
      bounds: WeightBounds(
        problem,
        FitRecipe(
          loss: .crossEntropy, leaks: [0.5, 0.5], configuration: configuration,
          constraints: Constraints(mask: mask))), from: start)
    for _ in 0..<600 { try descent.step(group: SingleRank()) }
    for leak in descent.network.leaks { #expect(abs(leak - (1 - rho)) < 1e-3) }
    #expect(try judge.value(of: descent.network, group: SingleRank()) < 1e-4)
    for i in 0..<2 {
      #expect(descent.network.weights[i, 0] == 0 && descent.network.weights[i, 1] == 0)
    }
  }

  /// Forbidden and own weights are exactly zero, and signs are kept, from the first step on.
  @Test func boundsHold() throws {
    let problem = try noisyProblem()
    var forbidden = ForbiddenSet(neurons: 4)
    forbidden.insert(2)
    let constraints = Constraints(
      mask: StructuralMask(forbidden: [forbidden, forbidden, forbidden, forbidden]),
      signs: [1, -1, 0, 0])
    var refinement = Refinement()
    refinement.learningRate = 0.05
    let loss = try runs(
      problem, at: Array(0..<problem.transitions.count), horizon: 4, most: 20)
    let start = RefinedNetwork(
      weights: gaussian(4, problem.regressors.count, stream: 2, scale: 0.3), leaks: recipe.leaks)
    var descent = RefinementDescent(
      refinement, of: loss,
      bounds: WeightBounds(
        problem,
        FitRecipe(
          loss: .crossEntropy, leaks: recipe.leaks, configuration: recipe.configuration,
          constraints: constraints)), from: start)
    for _ in 0..<30 {
      try descent.step(group: SingleRank())
      for i in 0..<4 {
        let weights = (0..<4).map { descent.network.weights[i, $0] }
        #expect(weights[i] == 0 && weights[2] == 0 && weights[0] >= 0 && weights[1] <= 0)
      }
      #expect(descent.network.leaks.allSatisfy { $0 > 0 && $0 <= 1 })
    }
  }

  /// Iterations are taken where they help on the blocks, and not where chance would do as much.
  @Test func blocksDecide() {
    #expect(Refinement.iterations([[1, 0.9, 0.8, 0.85], [1, 0.95, 0.9, 0.95]]) == 2)
    #expect(Refinement.iterations([[1, 1.1, 1.2], [1, 1.1, 1.3]]) == 0)
    // The mean gains 0.05, and its standard error is 0.15.
    #expect(Refinement.iterations([[1, 0.8], [1, 1.1]]) == 0)
    #expect(Refinement.iterations([[1, .nan], [1, 0.5]]) == 0)
    #expect(Refinement.iterations([[1, 0.5]]) == 0)
    #expect(Refinement.iterations([]) == 0)
  }

  /// Windows lie in one stretch of frames and among the positions that are given.
  @Test func runsStayWithinTheirFrames() {
    // Frames 0 to 4 and 10 to 12: from those between none is left.
    let transitions = Transitions(
      in: 0..<14, missing: (0..<14).map { (5..<10).contains($0) })
    #expect(transitions.frames == [0, 1, 2, 3, 4, 10, 11, 12])
    func starts(_ positions: [Int], most: Int = 100) -> [Int] {
      transitions.starts(among: positions, length: 3, most: most)
    }
    #expect(starts(Array(0..<8)) == [0, 1, 2, 5])
    #expect(starts([0, 1, 3, 4, 5, 6, 7]) == [5])
    #expect(starts(Array(0..<8), most: 2) == [0, 2])
    #expect(starts([0, 1]).isEmpty)
  }

  /// A network that forgets too fast: what blocks choose is better on frames that nothing saw.
  @Test(arguments: RefinementRule.allCases) func whatIsRefinedForesees(rule: RefinementRule) throws
  {
    let small = try SmallProblem(neurons: 6, frames: 400, alpha: 0.2)
    let problem = small.problem.whole
    let leaks = [Double](repeating: 0.6, count: 6)
    let recipe = FitRecipe(
      loss: .crossEntropy, leaks: leaks, configuration: small.configuration,
      constraints: Constraints())
    let seen = Array(0..<300)
    let fitted = try problem.weights(
      without: Fold(training: seen, validation: Array(310..<398)), recipe, group: SingleRank(),
      threads: 1, phases: Phases())
    var refinement = Refinement()
    refinement.rule = rule
    refinement.horizon = 8
    refinement.iterations = rule == .adam ? 60 : rule.usualIterations
    refinement.learningRate = rule == .adam ? 1e-2 : rule.usualRate
    let start = RefinedNetwork(weights: fitted.matrix.copy(), leaks: leaks)
    var judge = try runs(problem, at: Array(0..<398), horizon: 8, most: 200)
    let before = try judge.value(of: start, group: SingleRank())
    let found = try refinement.refine(
      start, of: problem, recipe, group: SingleRank(), threads: 1)
    #expect(found.iterations > 0 && found.errors.count == 4)
    #expect(found.means[found.iterations] < found.means[0])
    #expect(try judge.value(of: found.network, group: SingleRank()) < 0.9 * before)
  }

  private func runs(
    _ problem: FitProblem<Double>, at positions: [Int], horizon: Int, most: Int
  ) throws -> FreeRunLoss {
    try FreeRunLoss(
      problem, from: freeRunFrames(problem, at: positions, horizon: horizon, most: most),
      group: SingleRank())
  }
}
