import Collectives
import Differentiation
import LinearAlgebra
import Runtime
import SOFO
import TestSupport
import Testing

/// Steps along directions of a tape.
@Suite struct InformedTests {
  func optimizer(
    _ program: Program, _ source: DirectionSource, _ trials: Trials<Double>,
    damping: Double = 1e-2
  ) throws -> InformedOptimizer<Double, SingleRank> {
    try InformedOptimizer(
      program, source, damping: damping, group: SingleRank(), batch: trials.count,
      steps: trials.steps, lossSteps: trials.stepWeights.count { $0 > 0 })
  }

  /// ∂L/∂θ by central differences of the loss.
  func gradient(_ program: Program, _ trials: Trials<Double>, _ at: [Double]) -> [Double] {
    at.indices.map { i in
      let losses = [1e-5, -1e-5].map { change -> Double in
        var moved = at
        moved[i] += change
        var rollout = Rollout<Double>(program, rows: trials.count)
        rollout.load(parameters: moved)
        return rollout.run(trials)
      }
      return (losses[0] - losses[1]) / 2e-5
    }
  }

  /// `v′Gv` of every pair of directions over trials 0, 4 and 8, four times as many standing for all.
  func curvature(
    _ program: Program, _ trials: Trials<Double>, _ at: [Double], _ directions: [[Double]]
  ) -> [[Double]] {
    let some = trials.some([0, 4, 8], of: program)
    func residuals(_ parameters: [Double]) -> [Double] {
      var rollout = Rollout<Double>(program, rows: some.count)
      rollout.load(parameters: parameters)
      let layout = rollout.layout
      var result: [Double] = []
      _ = rollout.run(some) { t, arena in
        let loss = program.losses[0]
        let y = arena.elements(layout[loss.output])
        let scale = 2 * some.stepWeights[t] / Double(some.batch * program.width(loss.output))
        for i in 0..<y.count { result.append(scale.squareRoot() * y[i]) }
      }
      return result
    }
    let changes = directions.map { v in
      zip(
        residuals(zip(at, v).map { $0 + 1e-5 * $1 }), residuals(zip(at, v).map { $0 - 1e-5 * $1 })
      ).map { ($0 - $1) / 2e-5 }
    }
    return changes.map { a in
      changes.map { b in 4 * zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }

  /// At the first step Adam's direction is the gradient's signs, and there is no other: a closed
  /// form of one number.
  @Test(arguments: [Example.linear, .vanilla]) func theFirstPairIsOneDirection(
    example: Example
  ) throws {
    let program = example.program
    let trials = example.trials(count: 12)
    let start = program.initialParameters(seed: 3)
    var parameters = start
    var optimizer = try optimizer(program, .pair, trials)
    let report = try optimizer.iterate(trials, parameters: &parameters, phases: Phases())
    #expect(report.damping == 1e-2)
    let g = gradient(program, trials, start)
    let length = Double(g.count).squareRoot()
    let v = g.map { ($0 > 0 ? 1 : -1) / length }
    let slope = zip(v, g).reduce(0) { $0 + $1.0 * $1.1 }
    let c = slope / (1.01 * curvature(program, trials, start, [v])[0][0])
    #expect(relativeError(parameters, zip(start, v).map { $0 - c * $1 }) < 1e-6)
  }

  /// At the first step a tensor's directions are its gradient and the gradient's signs.
  @Test func theFirstStepSolvesTheDampedProblem() throws {
    let program = Example.vanilla.program
    let trials = Example.vanilla.trials(count: 12)
    let start = program.initialParameters(seed: 3)
    var parameters = start
    var optimizer = try optimizer(program, .informed, trials, damping: 0.5)
    let report = try optimizer.iterate(trials, parameters: &parameters, phases: Phases())
    #expect(report.damping == 0.5)
    let g = gradient(program, trials, start)
    var directions: [[Double]] = []
    for tensor in program.parameters {
      var a = [Double](repeating: 0, count: g.count)
      var b = a
      for i in tensor.range { (a[i], b[i]) = (g[i], g[i] > 0 ? 1 : -1) }
      let length = a.reduce(0) { $0 + $1 * $1 }.squareRoot()
      a = a.map { $0 / length }
      let overlap = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
      b = zip(a, b).map { $1 - overlap * $0 }
      let rest = b.reduce(0) { $0 + $1 * $1 }.squareRoot()
      directions += [a, b.map { $0 / rest }]
    }
    let k = directions.count
    let matrix = curvature(program, trials, start, directions)
    var system = Matrix(matrix)
    let largest = SymmetricEigen(system.copy(), vectors: false).values[k - 1]
    var c = Matrix<Double>(rows: k, columns: 1)
    for i in 0..<k {
      system[i, i] += 0.5 * largest
      c[i, 0] = zip(directions[i], g).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let factor = try Cholesky(system)
    var view = c.mutableView
    factor.solve(&view)
    var wanted = start
    for i in 0..<k {
      for p in wanted.indices { wanted[p] -= c[i, 0] * directions[i][p] }
    }
    #expect(
      relativeError(
        zip(parameters, start).map { $0 - $1 }, zip(wanted, start).map { $0 - $1 }) < 1e-5)
  }

  /// Steps that raise the loss are refused, and the damping grows by four; what is remembered is
  /// all that a run needs to go on.
  @Test(arguments: [DirectionSource.informed, .pair]) func itFallsAndGoesOn(
    source: DirectionSource
  ) throws {
    let program = Example.vanilla.program
    let trials = Example.vanilla.trials(count: 12)
    var parameters = program.initialParameters(seed: 3)
    var first = try optimizer(program, source, trials)
    var losses: [Double] = []
    for _ in 0..<6 {
      let damping = first.damping
      let report = try first.iterate(trials, parameters: &parameters, phases: Phases())
      losses.append(report.loss)
      if report.damping == nil { #expect(first.damping == min(1, 4 * damping)) }
    }
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(losses[5] < 0.9 * losses[0])
    var second = try optimizer(program, source, trials)
    second.memory = first.memory
    var again = parameters
    for _ in 0..<3 {
      _ = try first.iterate(trials, parameters: &parameters, phases: Phases())
      _ = try second.iterate(trials, parameters: &again, phases: Phases())
    }
    #expect(parameters == again)
  }
}
