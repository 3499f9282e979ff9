import Collectives
import Differentiation
import LinearAlgebra
import RandomNumbers
import Runtime
import SOFO
import Tasks
import TestSupport
import Testing
import Training

@Suite struct BaselineTests {
  /// Three steps by the formulas of the paper, with the gradient from dual numbers.
  @Test func adamFollowsItsPaper() throws {
    let program = Example.vanilla.program
    let trials = Example.vanilla.trials()
    var settings = StepSettings()
    settings.learningRate = 0.01
    var adam = GradientDescent(
      program, settings, source: try tapeGradient(program, trials), rule: Adam(program))
    var parameters = program.initialParameters(seed: 1)
    var expected = parameters
    var m = [Double](repeating: 0, count: expected.count)
    var v = m
    var decay1 = 1.0
    var decay2 = 1.0
    for _ in 0..<3 {
      let gradient = expected.indices.map { i in
        var unit = [Double](repeating: 0, count: expected.count)
        unit[i] = 1
        return referenceLoss(program, trials, parameters: expected, direction: unit).derivative
      }
      decay1 *= 0.9
      decay2 *= 0.999
      for i in expected.indices {
        m[i] = 0.9 * m[i] + 0.1 * gradient[i]
        v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i]
        expected[i] -= 0.01 * (m[i] / (1 - decay1)) / ((v[i] / (1 - decay2)).squareRoot() + 1e-8)
      }
      _ = try adam.iterate(trials, parameters: &parameters, phases: Phases())
    }
    #expect(relativeError(parameters, expected) < 1e-9)
  }

  func tapeGradient(
    _ program: Program, _ trials: Trials<Double>
  ) throws -> TapeGradient<Double, SingleRank> {
    try TapeGradient(program, group: SingleRank(), batch: trials.count, steps: trials.steps)
  }

  /// A gradient that is too long keeps its direction; what Adam makes of the first one does not
  /// depend on its length, so that plain numbers are compared.
  @Test func longGradientsAreShortened() throws {
    let program = Example.vanilla.program
    let trials = Example.vanilla.trials()
    var settings = StepSettings()
    settings.learningRate = 0.5
    settings.clip = 1e-3
    settings.schedule.shape = .linear
    var descent = GradientDescent(
      program, settings, source: try tapeGradient(program, trials), rule: PlainDescent())
    let start = program.initialParameters(seed: 1)
    var parameters = start
    let report = try descent.iterate(
      trials, progress: 0.75, parameters: &parameters, phases: Phases())
    #expect(report.learningRate == 0.125)
    var gradient = [Double](repeating: 0, count: start.count)
    var tape = Tape<Double>(program, rows: trials.count, steps: trials.steps)
    _ = tape.run(trials, parameters: start, gradient: &gradient)
    let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(length > 1e-3)
    let wanted = zip(start, gradient).map { $0 - 0.125 * 1e-3 / length * $1 }
    #expect(relativeError(parameters, wanted) < 1e-14)
  }

  /// On a quadratic loss central differences are exact: what is found is the gradient's part along
  /// the perturbations that the documentation tells, averaged.
  @Test func evolutionFollowsItsPerturbations() throws {
    let program = Example.linear.program
    let trials = Example.linear.trials(count: 12)
    var settings = EvolutionSettings()
    settings.population = 6
    settings.sigma = 0.1
    var source = try LowRankEvolution<Double, SingleRank>(
      program, settings, seed: 4, group: SingleRank(), batch: 12)
    let start = program.initialParameters(seed: 2)
    let found = try source.evaluate(
      trials, iteration: 7, parameters: start, phases: Phases(), pacer: StopPacer())
    var gradient = [Double](repeating: 0, count: start.count)
    var tape = Tape<Double>(program, rows: 12, steps: 1)
    let loss = tape.run(trials, parameters: start, gradient: &gradient)
    #expect(abs(found.loss - loss) < 1e-14)
    var wanted = [Double](repeating: 0, count: start.count)
    for pair in 0..<3 {
      let random = RandomStream(
        seed: 4, purpose: .perturbations, k: pair, iteration: 7)
      // W is 3×2 and comes first, b is 1×2.
      var e = (0..<6).map { random.normal(at: $0 / 2) * random.normal(at: 3 + $0 % 2) }
      e += (6..<8).map { random.normal(at: $0) }
      let slope = zip(e, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      for i in wanted.indices { wanted[i] += slope * e[i] / 3 }
    }
    #expect(relativeError(found.gradient, wanted) < 1e-10)
  }

  /// Without feedback the readout is a ridge regression on all steps seen so far:
  /// `W = (α + Σ RᵀR / B)⁻¹ Σ RᵀY / B` from W = 0.
  @Test func forceIsRecursiveLeastSquares() throws {
    let r = Recorder()
    let j = r.parameter("J", 4, 4, .normal(deviation: 0.6), fixed: true)
    let w = r.parameter("W", 4, 2, .zeros)
    let z = r.state(startingAt: r.trialInput("z0", width: 4))
    let next = tanh(z * j + r.input("u", width: 4))
    r.advance(z, to: next)
    r.output("activity", next)
    r.squaredError(next * w, r.input("target", width: 2))
    let program = r.finish()
    var trials = Trials<Double>(of: program, count: 3, batch: 3, steps: 9)
    for c in trials.channels.indices {
      for i in trials.channels[c].indices {
        trials.channels[c][i] = Double((i * 7919 + c * 104_729) % 211) / 100 - 1
      }
    }
    var parameters = program.initialParameters(seed: 2)
    var force = Force<Double>(program, readout: "W", activity: "activity", rows: 3, alpha: 0.7)
    _ = force.iterate(trials, parameters: &parameters) {}

    var rollout = Rollout<Double>(program, rows: 3)
    rollout.load(parameters: program.initialParameters(seed: 2))
    var system = Matrix<Double>.identity(4)
    for i in 0..<4 { system[i, i] = 0.7 }
    var right = Matrix<Double>(rows: 4, columns: 2)
    rollout.begin(trials)
    for t in 0..<9 {
      _ = rollout.step(t, trials)
      let activity = rollout.values(try #require(program.outputs["activity"]))
      let target = rollout.values(program.losses[0].target)
      for b in 0..<3 {
        for i in 0..<4 {
          for k in 0..<4 { system[i, k] += activity[b, i] * activity[b, k] / 3 }
          for k in 0..<2 { right[i, k] += activity[b, i] * target[b, k] / 3 }
        }
      }
      rollout.advance()
    }
    let factor = try Cholesky(system)
    var view = right.mutableView
    factor.solve(&view)
    let found = Array(parameters[program.parameters[1].range])
    let wanted = (0..<8).map { right[$0 / 2, $0 % 2] }
    #expect(relativeError(found, wanted) < 1e-10)
  }
}

/// `θ ← θ − η g`.
struct PlainDescent: UpdateRule {
  static var multipliesMatrices: Bool { false }
  var memory: [Double] = []

  mutating func update(_ parameters: inout [Double], along gradient: [Double], rate: Double) {
    for i in parameters.indices { parameters[i] -= rate * gradient[i] }
  }
}
