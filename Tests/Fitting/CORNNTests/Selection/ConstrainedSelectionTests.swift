import Collectives
import Kernels
import LinearAlgebra
import Runtime
import Testing

@testable import CORNN

/// The choice of the ridge takes the constraints into account that the fit will have.
@Suite struct ConstrainedSelectionTests {
  private func select(
    _ data: borrowing Synthetic, _ constraints: Constraints, form: Configuration.Form,
    alphas: [Double] = [0.1], lambdas: [Double] = [1e-6, 1e-4, 1e-2]
  ) throws -> Selection {
    let problem = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    var grid = SelectionGrid()
    grid.alphas = alphas
    grid.lambdas = lambdas
    grid.rounds = [SearchRound(neurons: 128, iterations: 300, tolerance: 1e-8)]
    var configuration = Configuration()
    configuration.form = form
    return try problem.select(
      grid: grid, loss: .crossEntropy, configuration: configuration, constraints: constraints,
      group: SingleRank(), threads: 2, phases: Phases())
  }

  /// A mask that forbids every recurrent weight leaves input and bias: the error is that of a
  /// recording whose other neurons are silent, which is computed without any mask.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func aFullMaskLeavesOnlyTheBias(form: Configuration.Form) throws {
    let neurons = 12
    let data = try Synthetic(neurons: neurons, frames: 300)
    var all = ForbiddenSet(neurons: neurons)
    for j in 0..<neurons { all.insert(j) }
    let masked = try select(
      data, Constraints(mask: StructuralMask(forbidden: [ForbiddenSet](repeating: all, count: 12))),
      form: form, alphas: [0.1, 0.2])
    let free = try select(data, Constraints(), form: form, alphas: [0.1, 0.2])
    #expect(masked.error > 2 * free.error)
    // With b alone the best prediction of d is its mean on the training frames.
    var errors = 0.0
    var persistence = 0.0
    let transitions = Transitions(in: 0..<300, missing: [Bool](repeating: false, count: 300))
    for fold in Fold.blocks(of: transitions, count: 4, gap: 5) {
      for i in 0..<neurons {
        func target(_ t: Int) -> Double {
          (data.rates[i, t + 1] - 0.9 * data.rates[i, t]) / 0.1
        }
        func clamped(_ t: Int) -> Double { max(-1 + 1e-6, min(1 - 1e-6, target(t))) }
        let mean =
          fold.training.reduce(0) { $0 + clamped($1) } / Double(fold.training.count)
        let count = Double(fold.validation.count)
        errors +=
          0.01 * fold.validation.reduce(0) { $0 + (mean - target($1)) * (mean - target($1)) }
          / count
        persistence +=
          fold.validation.reduce(0) {
            let step = data.rates[i, $1 + 1] - data.rates[i, $1]
            return $0 + step * step
          } / count
      }
    }
    // At the weakest ridge tanh(b) is that mean.
    let found = try #require(
      masked.candidates.first { $0.alpha == 0.1 && $0.lambda == 1e-6 })
    #expect(abs(found.error / (errors / persistence) - 1) < 1e-3)
  }

  /// Both forms choose by the same errors, at ridges that leave the dual form its digits.
  @Test func formsAgreeUnderAMask() throws {
    let data = try Synthetic(neurons: 20, frames: 120)
    let mask = Constraints(
      mask: StructuralMask(forbidden: randomSets(neurons: 20, share: 0.4, sharing: 5)))
    let ridges = [1e-3, 1e-2, 0.1]
    let primal = try select(data, mask, form: .primal, alphas: [0.1, 0.14], lambdas: ridges)
    let dual = try select(data, mask, form: .dual, alphas: [0.1, 0.14], lambdas: ridges)
    #expect(primal.lambda == dual.lambda && primal.alpha == dual.alpha)
    for candidate in primal.candidates {
      let other = try #require(
        dual.candidates.first { $0.lambda == candidate.lambda && $0.alpha == candidate.alpha })
      #expect(abs(candidate.error / other.error - 1) < 1e-4)
    }
  }

  /// Signs bind in the choice: the error is above that of free weights, and finite.
  @Test func signsBindInTheChoice() throws {
    let data = try Synthetic(neurons: 16, frames: 400)
    let free = try select(data, Constraints(), form: .auto)
    let signed = try select(
      data, Constraints(signs: [Int](repeating: 1, count: 16)), form: .auto)
    #expect(signed.error > 1.2 * free.error && signed.error.isFinite)
  }

  /// Neurons of a region share one set, and the cost counts its factor once.
  @Test func regionsShareTheirFactor() throws {
    let regions = (0..<40).map { $0 < 30 ? "a" : "b" }
    let mask = try RegionRules("a>a,b>b").mask(regions: regions, local: 0..<40)
    let exclusions = Constraints(mask: mask).exclusions(
      local: 0..<40, neurons: 40, excludesSelf: true)
    #expect(Set(exclusions.map(\.set)).count == 2)
    #expect(
      exclusions.map(\.users) == [Int](repeating: 30, count: 30) + [Int](repeating: 10, count: 10))
    #expect(exclusions.allSatisfy { $0.leavesOutSelf })
    // The cheaper side: 10 of 41 regressors are forbidden to a, 30 to b.
    let costs = MaskCost(samples: 400, regressors: 41)
    #expect(costs.primal(forbidden: 30, users: 10).side == .allowed)
    let side = costs.primal(forbidden: 10, users: 30).side
    #expect(side != .neither)
    let cheapest = costs.primal(forbidden: 10, users: 30).flops
    #expect(cheapest <= costs.primal(forbidden: 10, users: 1).flops)
    // A search over leaks has as many users a neuron.
    let restriction = try #require(
      Restriction(
        Constraints(mask: mask), local: 0..<40, neurons: 40, excludesSelf: true))
    let served = restriction.restricted(
      to: [0, 1, 35].flatMap { neuron in
        [0.1, 0.2].map { Subproblem(neuron: neuron, alpha: $0, loss: .crossEntropy) }
      })
    #expect(served.exclusions[1].users == 4 && served.exclusions[35].users == 2)
    #expect(served.exclusions[2].users == 0)
  }
}
