import Collectives
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

@testable import CORNN

/// Where the factor of a mask is unaffordable, the projection is iterated and finds the same
/// weights.
@Suite struct IteratedProjectionTests {
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
    let iterated = try solve(
      problem, constraints, loss: .crossEntropy, lambda: setting.configuration.lambda,
      tolerance: 1e-8, factors: false)
    for panel in iterated.panels {
      for (i, row) in panel.rows.enumerated() {
        let weights = (0..<61).map { panel.coefficients[i, $0] }
        #expect(row.outcome == .converged)
        #expect(relativeError(weights, exact.weights[row.neuron]) < 1e-3)
        #expect(sets[row.neuron].members.allSatisfy { weights[$0] == 0 })
      }
    }
    let iterations = iterated.panels.flatMap { $0.rows.map(\.iterations) }.sorted()
    #expect(iterations[30] <= 2 * exact.iterations.sorted()[30] + 5)
  }

  /// A residual that is underestimated would end a fit of a loose tolerance too early.
  @Test(arguments: [0.1, 0.5])
  func endsWhereTheFactorEnds(share: Double) throws {
    let data = try Synthetic(neurons: 60, frames: 240)
    let sets = randomSets(neurons: 60, share: share, sharing: 1)
    let constraints = Constraints(mask: StructuralMask(forbidden: sets))
    let problem = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    func objective(factors: Bool) throws -> Double {
      let outcome = try solve(
        problem, constraints, loss: .clipped(k: 0, threshold: 0.2), lambda: 1e-5,
        tolerance: 1e-3, factors: factors)
      return outcome.panels.reduce(0) { $0 + ($1.trace.last ?? .nan) }
    }
    let exact = try objective(factors: true)
    let iterated = try objective(factors: false)
    #expect(iterated < 1.02 * exact, "\(iterated) instead of \(exact)")
  }

  /// All neurons under their masks, with factors or with none.
  private func solve(
    _ problem: FitProblem<Double>, _ constraints: Constraints, loss: PointwiseLoss,
    lambda: Double, tolerance: Double, factors: Bool
  ) throws -> PanelOutcome<Double> {
    let gram = try PrimalGram(problem.regressors, group: SingleRank(), phases: Phases())
    let count = problem.regressors.neurons
    var costs = MaskCost(
      samples: problem.transitions.count, regressors: problem.regressors.count)
    // An iterated projection looks free, or unaffordable.
    costs.steps = factors ? 1e9 : -1e9
    let form = MaskedPrimalForm(
      base: try PrimalForm(
        gram: gram, ridge: lambda * Double(problem.transitions.count), excludesSelf: false,
        group: SingleRank(), phases: Phases()),
      products: gram,
      exclusions: constraints.exclusions(local: 0..<count, neurons: count, excludesSelf: true),
      signs: nil, costs: costs)
    #expect((form.projection(onto: [3, 4], users: 1).side == .neither) == !factors)
    let work = PanelWork(
      subproblems: (0..<count).map { Subproblem(neuron: $0, alpha: 0.1, loss: loss) },
      margin: 1e-6,
      fitted: problem.transitions, heldOut: problem.heldOut,
      solver: ConjugateGradients(
        tolerance: tolerance, iterations: 4000, initialMargin: 1e-3), threads: 1)
    return try #require(try work.run(problem.recording, form: form, phases: Phases()))
  }

  @Test func factorsAreTakenWhereTheyAreAffordable() {
    let middle = MaskCost(samples: 1200, regressors: 1000)
    #expect(middle.primal(forbidden: 20, users: 1).side == .forbidden)
    #expect(middle.primal(forbidden: 900, users: 1).side == .allowed)
    #expect(middle.primal(forbidden: 500, users: 1).side != .neither)
    let large = MaskCost(samples: 2000, regressors: 30_000)
    #expect(large.primal(forbidden: 15_000, users: 1).side == .neither)
    #expect(large.dual(forbidden: 15_000, users: 1).flops == .infinity)
    #expect(large.primal(forbidden: 15_000, users: 1000).side == .allowed)
    #expect(large.primal(forbidden: 200, users: 1).side == .forbidden)
  }
}
