import CORNN
import Collectives
import Kernels
import LinearAlgebra
import Runtime
import Testing

@testable import Planning

/// Predicted flops and bytes against closed forms, and against what a fit counts.
@Suite struct FitWorkTests {
  /// T = 79 and U = 19 of 100 frames.
  private let t = 79.0
  private let u = 19.0

  @Test func primalClosedForms() {
    let plan = FitPlan(exampleFit(.primal, neurons: 30, frames: 100), in: exampleJob(ranks: 3))
    let m = 31.0
    #expect(plan.form == .primal)
    #expect(agree(plan[.gram].flops, m * m * t / 3))
    #expect(agree(plan[.factor].allFlops, m * m * m))
    #expect(agree(plan[.score].flops, 10 * 2 * u * m))
    #expect(
      agree(plan[.solve].flops, 10 * (4 * t * m + 2 * m * m) * (plan.iterations + 2.5)))
    #expect(plan[.write].flops == 0 && plan[.write].fileBytes == 30 * 30 * 8)
    #expect(plan[.read].fileBytes == 30 * 100 * 4)
  }

  @Test func dualClosedForms() {
    let fit = exampleFit(.dual, neurons: 300, frames: 100)
    let plan = FitPlan(fit, in: exampleJob(ranks: 3))
    let m = 301.0
    #expect(agree(plan[.gram].flops, (t * t * m + 2 * t * u * m) / 3))
    #expect(agree(plan[.factor].allFlops, 1.3 * t * t * t))
    #expect(agree(plan[.solve].flops, 100 * 2 * t * t * (plan.iterations + 4)))
    #expect(agree(plan[.write].flops, 100 * 2 * t * m))
    var factored = fit
    factored.choices.isFactored = true
    let stored = FitPlan(factored, in: exampleJob())[.write]
    #expect(stored.flops == 0 && stored.fileBytes == 2 * 300 * 79 * 8)
  }

  /// The mixed precision's products are float32, and its weights too.
  @Test func rounding() {
    let plan = FitPlan(
      exampleFit(.dual, neurons: 300, frames: 100, rounds: true), in: exampleJob())
    #expect(agree(plan[.solve].flopsFloat, 300 * 2 * t * t * plan.iterations))
    #expect(
      agree(plan[.solve].flops, 300 * (3 * 2 * t * t + plan.iterations * 6 * t * 64)))
    #expect(agree(plan[.factor].allFlops, 1.3 * t * t * t + 8 * t * t * 64))
    #expect(plan[.write].fileBytes == 300 * 300 * 4)
  }

  /// Nothing held out: no model to hold the fit against.
  @Test func withoutHeldOutFrames() {
    let plan = FitPlan(
      exampleFit(.dual, neurons: 300, frames: 100, holdout: 0), in: exampleJob())
    #expect(plan[.evaluate].allFlops == 0 && plan[.evaluate].messages.total == 0)
    #expect(plan[.score].allFlops == 0)
  }

  /// The linear model in its primal form, term by term, on one rank.
  @Test func evaluation() {
    var fit = exampleFit(.primal, neurons: 30, frames: 100)
    fit.choices.rolloutStarts = 2
    let work = FitPlan(fit, in: exampleJob())[.evaluate]
    let m = 31.0
    // 4 starts' worth of frames ahead are a quarter of the 20 held out.
    let columns = 5.0 * 2
    let gram = m * m * t
    let trials = 32 * (m * m * (m / 3 + 2 * 30) + 2 * 30 * m * t / 4)
    let folds = 4 * m * (m + 2 * 30) * t / 4
    let solution = m * m * (m / 3 + 2 * 30) + 2 * 30 * m * t
    let running = (u + columns) * 2 * m * 30 + columns * 2 * m * 30
    #expect(agree(work.flops, gram + trials + folds + solution + running))
    #expect(work.entries == 2 * 30 * columns)
    #expect(work.messages.rounds == 18)
  }

  /// A shared inverse: from three ranks and an order of 2,450 on.
  @Test func sharedInverse() {
    let fit = exampleFit(.primal, neurons: 2600, frames: 8000, holdout: 0)
    func factor(_ nodes: Int) -> PhaseWork { FitPlan(fit, in: exampleJob(nodes: nodes))[.factor] }
    let cube = 2601.0 * 2601 * 2601
    #expect(factor(2).flopsShared == 0 && agree(factor(2).flops, cube))
    #expect(agree(factor(3).flopsShared, cube / 3) && factor(3).flops == 0)
    #expect(factor(3).messages.passed > 0)
  }

  /// Flops that a fit counts of itself, beside those that were planned.
  @Test(arguments: [Configuration.Form.primal, .dual])
  func countedFlops(form: Configuration.Form) throws {
    let (neurons, frames) = (60, 200)
    var fit = exampleFit(form, neurons: neurons, frames: frames)
    // Too few for any row to leave: each takes them all.
    fit.choices.configuration.iterations = 3
    fit.choices.configuration.tolerance = 1e-12
    let phases = Phases()
    let problem = try FitProblem(
      recording(neurons: neurons, frames: frames), bias: true, group: SingleRank(),
      phases: phases)
    _ = try problem.fit(
      loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: neurons),
      configuration: fit.choices.configuration, group: SingleRank(), threads: 1, phases: phases)
    let plan = FitPlan(fit, in: exampleJob())
    #expect(plan.iterations == 3)
    let counted = Dictionary(uniqueKeysWithValues: phases.all.map { ($0.name, $0.flops) })
    #expect(agree(plan[.gram].flops, try #require(counted["gram"])))
    let solved = try #require(counted["solve"])
    #expect(plan[.solve].flops / solved > 0.85 && plan[.solve].flops / solved < 1.15)
  }
}

/// Rates that no fit of a few iterations reproduces.
func recording(neurons: Int, frames: Int) -> PreparedRecording<Double> {
  var rates = Matrix<Double>(rows: neurons, columns: frames)
  var state: UInt64 = 1
  for i in 0..<neurons {
    for t in 0..<frames {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let noise = 2 * Double(state >> 11) / 9_007_199_254_740_992 - 1
      rates[i, t] = 0.9 * (t > 0 ? rates[i, t - 1] : 0) + 0.05 * noise
    }
  }
  return PreparedRecording(
    rates: rates, local: 0..<neurons, neurons: neurons,
    inputs: Matrix(rows: 0, columns: frames), trialStarts: [], holdout: 0.2)
}
