@testable import CORNN
import Collectives
import LinearAlgebra
import TestSupport
import Testing

/// Where the factor of a mask is unaffordable, its truncated preconditioner finds the same
/// weights, in more iterations.
@Suite struct TruncatedProjectionTests {
  @Test(arguments: [0.02, 0.1, 0.5, 0.9])
  func findsTheSameWeights(share: Double) throws {
    let data = try Synthetic(neurons: 60, frames: 240)
    let sets = randomSets(neurons: 60, share: share, sharing: 1)
    var setting = ConstrainedFit()
    setting.configuration.form = .primal
    setting.configuration.tolerance = 1e-10
    let constraints = Constraints(mask: StructuralMask(forbidden: sets))
    let exact = try setting.solve(data, constraints)

    let problem = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    let gram = try PrimalGram(problem.regressors, group: SingleRank(), phases: Phases())
    let ridge = setting.configuration.lambda * Double(problem.transitions.count)
    // A truncated projection looks free.
    var costs = MaskCost(samples: problem.transitions.count, regressors: 61)
    costs.saved = -60
    let form = MaskedPrimalForm(
      base: try PrimalForm(
        gram: gram, ridge: ridge, excludesSelf: false, group: SingleRank(), phases: Phases()),
      products: gram,
      exclusions: constraints.exclusions(local: 0..<60, neurons: 60, excludesSelf: true),
      signs: nil, costs: costs)
    #expect(form.projection(onto: [3, 4], users: 1).side == .truncated)
    let work = PanelWork(
      subproblems: (0..<60).map { Subproblem(neuron: $0, alpha: 0.1) }, margin: 1e-6,
      fitted: problem.transitions, heldOut: problem.heldOut,
      solver: ConjugateGradients(
        loss: setting.loss.fitted, tolerance: 1e-8, iterations: 4000, initialMargin: 1e-3),
      threads: 1)
    let truncated = try work.run(problem.recording, form: form, phases: Phases())
    var iterations: [Int] = []
    for panel in truncated.panels {
      iterations += panel.iterations
      for (i, neuron) in panel.neurons.enumerated() {
        let weights = (0..<61).map { panel.coefficients[i, $0] }
        #expect(panel.outcomes[i] == .converged)
        #expect(relativeError(weights, exact.weights[neuron]) < 1e-3)
        #expect(sets[neuron].members.allSatisfy { weights[$0] == 0 })
      }
    }
    print(
      "share \(share): median iterations exact \(exact.iterations.sorted()[30]), "
        + "truncated \(iterations.sorted()[30])")
  }

  @Test func factorsAreTakenWhereTheyAreAffordable() {
    let middle = MaskCost(samples: 1200, regressors: 1000)
    #expect(middle.primal(forbidden: 20, users: 1).side == .forbidden)
    #expect(middle.primal(forbidden: 900, users: 1).side == .allowed)
    #expect(middle.primal(forbidden: 500, users: 1).side != .truncated)
    let large = MaskCost(samples: 2000, regressors: 20_000)
    #expect(large.primal(forbidden: 10_000, users: 1).side == .truncated)
    #expect(large.primal(forbidden: 10_000, users: 1000).side == .allowed)
    #expect(large.primal(forbidden: 200, users: 1).side == .forbidden)
  }
}
