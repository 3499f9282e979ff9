import Collectives
import Kernels
import LinearAlgebra
import Networks
import Runtime
import TestSupport
import Testing

@testable import CORNN

/// What iterations in features begin with, and where rounding lets them end.
@Suite struct StartTests {
  private static let robust = PointwiseLoss.clipped(k: 0, threshold: 0.02)
  private static let kernels = ProductKernel.allCases.filter(\.isAvailable)

  private func fit(_ data: borrowing Synthetic, inFeatures: Bool) throws -> Fit<Double> {
    var configuration = Configuration()
    configuration.lambda = 1e-5
    configuration.form = .primal
    configuration.usesFeatures = inFeatures
    let ready = try FitProblem(data.recording(), bias: true, group: SingleRank(), phases: Phases())
    return try ready.fit(
      loss: Self.robust, alpha: [Double](repeating: 0.1, count: data.rates.rows),
      configuration: configuration, group: SingleRank(), threads: 1, phases: Phases())
  }

  /// From medians the end is that of the form in float64, which begins with the currents.
  @Test(arguments: kernels) func impulsesLeaveTheSolution(kernel: ProductKernel) throws {
    let data = try Synthetic(neurons: 60, frames: 600, noise: .poisson)
    let plain = try fit(data, inFeatures: false)
    try ProductKernel.$asked.withValue(kernel) {
      let found = try fit(data, inFeatures: true)
      #expect(found.diagnostics.outcome.allSatisfy { $0 == .converged })
      let (a, b) = (allWeights(plain).flatMap { $0 }, allWeights(found).flatMap { $0 })
      #expect(relativeError(b, a) < 0.02)
    }
  }

  /// The middle one of three in order; where one is missing there is nothing to compare with.
  @Test func medians() {
    let values: [Double] = [3, 1, 2, .nan, 5, 9, 5, 5.5, -7, 6, .nan]
    var panel = Panel<Double>(
      members: [Subproblem(neuron: 0, alpha: 0.1, loss: Self.robust)], samples: values.count,
      unknowns: 1, space: .weights, ridge: 1)
    for (t, value) in values.enumerated() { panel.target[0, t] = value }
    panel.setCurrents(0, .medians)
    for (t, value) in values.enumerated() {
      let around = [t - 1, t, t + 1].map { values.indices.contains($0) ? values[$0] : value }
      let known = around.map { $0.isNaN ? value : $0 }.sorted()
      #expect(panel.score[0, t] == (value.isNaN ? 0 : known[1]), "\(t)")
    }
  }

  /// What is said to be left in residuals is what split products find there: with S just recomputed,
  /// and after some steps.
  @Test(arguments: kernels.filter(\.isRounded), [0, 4])
  func roundingInResiduals(kernel: ProductKernel, steps: Int) throws {
    let data = try Synthetic(neurons: 80, frames: 500, noise: .poisson)
    let problem = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    let own = OwnRegressors(in: problem.regressors, excludesSelf: true)
    let gradients = FeatureGradients(
      tolerance: 1e-9, iterations: steps, scale: .clamped(margin: 1e-3),
      starts: [.clamped(margin: 1e-6)], isBounded: false, kernel: kernel)
    let form = try FeaturePrimalForm(
      gram: PrimalGram(problem.regressors, group: SingleRank(), phases: Phases()), ridge: 0.01,
      own: own, gradients: gradients, group: SingleRank(), phases: Phases())
    let members = (0..<80).map { Subproblem(neuron: $0, alpha: 0.1, loss: Self.robust) }
    var panel = FeaturePanel(
      members: members, features: form.features, own: form.ownWeights(of: Array(0..<80)))
    let work = PanelWork(
      subproblems: members, margin: 1e-6, fitted: problem.transitions, heldOut: problem.heldOut,
      solver: ConjugateGradients(tolerance: 1e-4, iterations: 1, initialMargin: 1e-3), threads: 1)
    for (i, member) in members.enumerated() {
      work.setTargets(of: member, problem.recording, in: &panel.panel, row: i)
    }
    gradients.start(&panel)
    var trace = [0.0]
    _ = gradients.iterate(&panel, below: 0, trace: &trace, isAbandoned: { false })
    panel.project(.rounded)
    for i in 0..<80 {
      panel.updateImage(i)
      panel.panel.rows[i].outcome = .converged
    }
    let rounded = panel.panel.preconditioned.copy()
    let before = panel.panel.rows.map(\.decrement)
    #expect(panel.takeRounding(below: .infinity).isEmpty)
    let said = zip(panel.panel.rows, before).reduce(0) { $0 + $1.0.decrement - $1.1 }
    // Every row has something left, and none is kept if nothing may be.
    #expect(zip(panel.panel.rows, before).allSatisfy { $0.decrement > $1 })
    #expect(panel.takeRounding(below: 0).count == 80)
    panel.remeasure(Array(0..<80))
    var found = 0.0
    for i in 0..<80 {
      for k in 0..<rounded.columns {
        let difference = Double(rounded[i, k] - panel.panel.preconditioned[i, k])
        found += difference * difference
      }
    }
    let ratio = found / said
    #expect(ratio < 2 && ratio > (steps == 0 ? 0.3 : 0.02), "\(ratio)")
  }
}
