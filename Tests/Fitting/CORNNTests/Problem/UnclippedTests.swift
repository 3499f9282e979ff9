import CORNN
import Collectives
import Kernels
import LinearAlgebra
import Runtime
import TestSupport
import Testing

/// Fits to targets beyond ±1 as they are, against an independent solver.
@Suite struct UnclippedTests {
  struct Case: CustomTestStringConvertible {
    var frames: Int
    var form: Configuration.Form
    var usesFeatures = false
    var testDescription: String { "T \(frames), \(form), features \(usesFeatures)" }
  }

  static let neurons = 12
  static let lambda = 1e-2
  /// Half of the leak that made the recording: many targets are beyond ±1.
  static let alpha = 0.05

  private func fit(
    _ data: borrowing Synthetic, _ problem: Case, _ range: TargetRange
  ) throws -> Fit<Double> {
    var configuration = Configuration()
    configuration.lambda = Self.lambda
    configuration.form = problem.form
    // Float32 rounds scores of targets far beyond 1 to no more than this.
    configuration.tolerance = problem.usesFeatures ? 1e-4 : 1e-9
    configuration.iterations = 5000
    configuration.usesFeatures = problem.usesFeatures
    configuration.targetRange = range
    let ready = try FitProblem(
      data.recording(), bias: true, group: SingleRank(), phases: Phases())
    return try ready.fit(
      loss: .crossEntropy, alpha: [Double](repeating: Self.alpha, count: Self.neurons),
      configuration: configuration, group: SingleRank(), threads: 2, phases: Phases())
  }

  @Test(arguments: [
    Case(frames: 150, form: .primal), Case(frames: 150, form: .dual),
    Case(frames: 20, form: .dual), Case(frames: 150, form: .primal, usesFeatures: true),
    Case(frames: 20, form: .dual, usesFeatures: true),
  ])
  func agreesWithADenseNewtonSolver(problem: Case) throws {
    let data = try Synthetic(neurons: Self.neurons, frames: problem.frames)
    let found = try fit(data, problem, .unclipped)
    let weights = allWeights(found)
    let bound = problem.usesFeatures ? 1e-2 : 1e-6
    #expect(found.diagnostics.outcome.allSatisfy { $0 == .converged })
    let samples = problem.frames - 1
    let x = (0..<samples).map { t in (0..<Self.neurons).map { data.rates[$0, t] } + [1] }
    var beyond = 0
    for neuron in 0..<Self.neurons {
      let d = (0..<samples).map { t in
        (data.rates[neuron, t + 1] - (1 - Self.alpha) * data.rates[neuron, t]) / Self.alpha
      }
      beyond += d.count { abs($0) > 1 }
      let dense = try DenseNewton(
        x: x, d: d, ridge: Self.lambda * Double(samples), loss: .crossEntropy,
        forbidden: [neuron])
      #expect(dense.gradient < 1e-9)
      #expect(relativeError(weights[neuron], dense.weights) < bound, "neuron \(neuron)")
      let share = Double(d.count { abs($0) > 1 }) / Double(samples)
      #expect(abs(found.diagnostics.clipped[neuron] - share) < 1e-12)
    }
    #expect(beyond > Self.neurons * samples / 20)
  }

  /// Where no target is beyond ±1 the range makes no difference, to the bit.
  @Test func withoutTargetsBeyondNothingChanges() throws {
    var data = try Synthetic(neurons: Self.neurons, frames: 60)
    for i in 0..<data.rates.rows {
      for t in 0..<60 { data.rates[i, t] *= 0.02 }
    }
    let problem = Case(frames: 60, form: .primal)
    let (clamped, unclipped) = (
      allWeights(try fit(data, problem, .clamped)), allWeights(try fit(data, problem, .unclipped))
    )
    #expect(clamped == unclipped)
  }
}
