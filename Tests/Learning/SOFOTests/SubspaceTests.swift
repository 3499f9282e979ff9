import Collectives
import Differentiation
import LinearAlgebra
import RandomNumbers
import Runtime
import SOFO
import TestSupport
import Testing

/// An optimiser on one rank.
func optimizer(
  _ program: Program, _ configuration: SOFOConfiguration, batch: Int, lossSteps: Int
) throws -> SubspaceOptimizer<Double, SingleRank> {
  try SubspaceOptimizer(
    program, configuration, ranks: RankGrid(SingleRank(), grid: Grid(tangents: 1, batch: 1)),
    batch: batch, lossSteps: lossSteps)
}

/// Direction k as documented: normal numbers of its stream, length one.
func documentedDirections(_ program: Program, _ configuration: SOFOConfiguration, iteration: Int)
  -> [[Double]]
{
  (0..<configuration.tangents).map { k in
    let random = RandomStream(
      seed: configuration.seed, stream: 0, k: UInt32(k), iteration: UInt32(iteration))
    var v = [Double](repeating: 0, count: program.parameterCount)
    for parameter in program.parameters where !parameter.isFixed {
      for i in parameter.range { v[i] = random.normal(at: i) }
    }
    let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return v.map { $0 / length }
  }
}

@Suite struct SubspaceTests {
  /// The residuals of all trials and steps as a function of the parameters, from values only.
  func residuals(_ example: Example, _ trials: Trials<Double>, _ parameters: [Double]) -> [Double] {
    let program = example.program
    var rollout = Rollout<Double>(program, rows: trials.count)
    rollout.load(parameters: parameters)
    var result: [Double] = []
    let layout = rollout.layout
    _ = rollout.run(trials) { t, arena in
      for loss in program.losses {
        let y = arena.elements(layout[loss.output])
        let target = arena.elements(layout[loss.target])
        let scale = 2 * trials.stepWeights[t] / Double(trials.batch * program.width(loss.output))
        for i in 0..<y.count { result.append(scale.squareRoot() * (y[i] - target[i])) }
      }
    }
    return result
  }

  @Test(arguments: [DampingRule.relative, .adaptive, .search])
  func stepSolvesTheDampedProblemOfExplicitMatrices(rule: DampingRule) throws {
    let example = Example.vanilla
    let program = example.program
    let trials = example.trials(count: 6)
    var configuration = SOFOConfiguration()
    configuration.tangents = 7
    configuration.damping = 1e-2
    configuration.rule = rule
    configuration.learningRate = 0.5
    var optimizer = try optimizer(program, configuration, batch: 6, lossSteps: trials.steps)
    let start = program.initialParameters(seed: 3)
    var parameters = start
    let report = try optimizer.iterate(
      trials, iteration: 4, parameters: &parameters, phases: Phases())
    let step = try #require(report.step)
    if rule == .relative { #expect(step == .init(damping: 1e-2, learningRate: 0.5)) }

    // J V by central differences of the residuals, then everything by plain loops.
    let v = documentedDirections(program, configuration, iteration: 4)
    let epsilon = 1e-5
    let jv = v.map { direction in
      let plus = residuals(example, trials, zip(start, direction).map { $0 + epsilon * $1 })
      let minus = residuals(example, trials, zip(start, direction).map { $0 - epsilon * $1 })
      return zip(plus, minus).map { ($0 - $1) / (2 * epsilon) }
    }
    let e = residuals(example, trials, start)
    var system = Matrix<Double>(rows: 7, columns: 7)
    var c = Matrix<Double>(rows: 7, columns: 1)
    for a in 0..<7 {
      c[a, 0] = zip(jv[a], e).reduce(0) { $0 + $1.0 * $1.1 }
      for b in 0..<7 { system[a, b] = zip(jv[a], jv[b]).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    let largest = SymmetricEigen(system.copy(), vectors: false).values[6]
    for a in 0..<7 { system[a, a] += step.damping * largest }
    let factor = try Cholesky(system)
    var view = c.mutableView
    factor.solve(&view)
    let expected = (0..<program.parameterCount).map { p in
      start[p] - step.learningRate * (0..<7).reduce(0) { $0 + v[$1][p] * c[$1, 0] }
    }
    #expect(
      relativeError(
        zip(parameters, start).map { $0 - $1 },
        zip(expected, start).map { $0 - $1 }) < 1e-6)
    #expect(abs(report.loss - e.reduce(0) { $0 + $1 * $1 } / 2) < 1e-12)
  }

  /// A full subspace is the same however it is spanned.
  @Test(arguments: [0, 0.3]) func linearModelWithAllDirectionsIsSolvedInOneStep(
    whitening: Double
  ) throws {
    let program = Example.linear.program
    let trials = Example.linear.trials(count: 12)
    var configuration = SOFOConfiguration()
    configuration.tangents = program.freeParameterCount
    configuration.damping = 0
    configuration.whitening = whitening
    var optimizer = try optimizer(program, configuration, batch: 12, lossSteps: 1)
    var parameters = program.initialParameters(seed: 1)
    _ = try optimizer.iterate(trials, iteration: 0, parameters: &parameters, phases: Phases())
    var gradient = [Double](repeating: 0, count: program.parameterCount)
    var tape = Tape<Double>(program, rows: 12, steps: 1)
    let loss = tape.run(trials, parameters: parameters, gradient: &gradient)
    #expect(loss > 0.01)
    #expect(gradient.allSatisfy { abs($0) < 1e-10 })
  }

  @Test func implicitOrthonormalisationIsTheExplicitOne() throws {
    let example = Example.vanilla
    let program = example.program
    let trials = example.trials(count: 6)
    var configuration = SOFOConfiguration()
    configuration.tangents = 9
    configuration.damping = 1e-3
    configuration.orthonormal = true
    let start = program.initialParameters(seed: 3)
    var parameters = start
    var optimizer = try optimizer(program, configuration, batch: 6, lossSteps: trials.steps)
    let report = try optimizer.iterate(
      trials, iteration: 0, parameters: &parameters, phases: Phases())
    let step = try #require(report.step)

    // Gram-Schmidt on the documented directions, twice for orthogonality to rounding.
    var q = documentedDirections(program, configuration, iteration: 0)
    for _ in 0..<2 {
      for i in q.indices {
        for j in 0..<i {
          let overlap = zip(q[i], q[j]).reduce(0) { $0 + $1.0 * $1.1 }
          q[i] = zip(q[i], q[j]).map { $0 - overlap * $1 }
        }
        let length = q[i].reduce(0) { $0 + $1 * $1 }.squareRoot()
        q[i] = q[i].map { $0 / length }
      }
    }
    var machine = TangentMachine<Double>(
      program, rows: trials.count,
      blocks: [TangentBlock(tangents: 0..<9, forms: denseForms(program))],
      tile: TileShape(trials: 6, tangents: 9))
    write(q, into: &machine)
    let explicit = sketch(&machine, trials, parameters: start)
    var system = Matrix<Double>(rows: 9, columns: 9)
    var c = Matrix<Double>(rows: 9, columns: 1)
    for a in 0..<9 {
      c[a, 0] = explicit.gradient[a]
      for b in 0..<9 { system[a, b] = explicit.matrix[a][b] }
    }
    let largest = SymmetricEigen(system.copy(), vectors: false).values[8]
    for a in 0..<9 { system[a, a] += step.damping * largest }
    let factor = try Cholesky(system)
    var view = c.mutableView
    factor.solve(&view)
    let wanted = (0..<program.parameterCount).map { p in
      -step.learningRate * (0..<9).reduce(0) { $0 + q[$1][p] * c[$1, 0] }
    }
    #expect(relativeError(zip(parameters, start).map { $0 - $1 }, wanted) < 1e-10)
  }

  @Test func forwardGradientIsUnbiased() throws {
    // With K = P orthonormal-like averages over many draws, E[P v v′] = 1.
    let program = Example.linear.program
    let trials = Example.linear.trials(count: 12)
    var configuration = SOFOConfiguration()
    configuration.method = .forwardGradient
    configuration.tangents = 8
    configuration.learningRate = 1e-6
    let start = program.initialParameters(seed: 2)
    var gradient = [Double](repeating: 0, count: program.parameterCount)
    var tape = Tape<Double>(program, rows: 12, steps: 1)
    _ = tape.run(trials, parameters: start, gradient: &gradient)
    var optimizer = try optimizer(program, configuration, batch: 12, lossSteps: 1)
    var mean = [Double](repeating: 0, count: program.parameterCount)
    let draws = 2000
    for iteration in 0..<draws {
      var parameters = start
      _ = try optimizer.iterate(
        trials, iteration: iteration, parameters: &parameters, phases: Phases())
      for i in mean.indices { mean[i] += (start[i] - parameters[i]) / 1e-6 / Double(draws) }
    }
    // The deviation of a component is about |g| √(P/K) / √draws = 2 % of |g|.
    #expect(relativeError(mean, gradient) < 0.1)
  }

  @Test func badSettingsAreRefusedWithAdvice() {
    let program = Example.vanilla.program
    let grid = Grid(tangents: 1, batch: 4)
    var configuration = SOFOConfiguration()
    configuration.tangents = 1000
    #expect(throws: SOFOError.self) {
      try configuration.validate(program, batch: 8, grid: grid)
    }
    configuration.tangents = 4
    #expect(throws: SOFOError.self) {
      try configuration.validate(program, batch: 3, grid: grid)
    }
    #expect(throws: Never.self) { try configuration.validate(program, batch: 4, grid: grid) }
  }

  /// Beyond the largest eigenvalue there is no solution, and no step would be taken.
  @Test func aDampingThatSolvesNothingIsRefused() throws {
    let program = Example.vanilla.program
    let trials = Example.vanilla.trials(count: 6)
    var configuration = SOFOConfiguration()
    configuration.tangents = 5
    for damping in [-0.1, 1.5, .nan] {
      configuration.damping = damping
      #expect(throws: SOFOError.self, "\(damping)") {
        try configuration.validate(program, batch: 6, grid: Grid(tangents: 1, batch: 1))
      }
    }
    // Rules that multiply it would keep a damping of nothing for ever.
    for rule in DampingRule.allCases {
      configuration.damping = 0
      configuration.rule = rule
      let isAccepted =
        (try? configuration.validate(program, batch: 6, grid: Grid(tangents: 1, batch: 1))) != nil
      #expect(isAccepted == (rule == .relative), "\(rule)")
    }
    configuration.rule = .relative
    configuration.damping = 1
    var optimizer = try optimizer(program, configuration, batch: 6, lossSteps: trials.steps)
    var parameters = program.initialParameters(seed: 3)
    let report = try optimizer.iterate(
      trials, iteration: 0, parameters: &parameters, phases: Phases())
    #expect(report.step?.damping == 1)
  }

  @Test func aStepThatRaisesTheLossIsRefused() throws {
    let program = Example.vanilla.program
    let trials = Example.vanilla.trials(count: 6)
    var configuration = SOFOConfiguration()
    configuration.tangents = 5
    configuration.learningRate = 1e9
    configuration.rule = .adaptive
    var optimizer = try optimizer(program, configuration, batch: 6, lossSteps: trials.steps)
    let start = program.initialParameters(seed: 3)
    var parameters = start
    let report = try optimizer.iterate(
      trials, iteration: 0, parameters: &parameters, phases: Phases())
    #expect(report.step == nil && parameters == start)
    #expect(optimizer.control.damping > configuration.damping)
    var broken = start
    broken[0] = .nan
    #expect(throws: SOFOError.nonFiniteLoss(iteration: 1)) {
      _ = try optimizer.iterate(trials, iteration: 1, parameters: &broken, phases: Phases())
    }
  }
}
