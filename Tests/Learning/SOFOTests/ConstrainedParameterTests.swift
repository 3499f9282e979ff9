import Collectives
import Differentiation
import LinearAlgebra
import Runtime
import SOFO
import TestSupport
import Testing

/// Parameters that are fixed or bounded.
@Suite struct ConstrainedParameterTests {
  /// `y = x W + b F`, trained towards targets that W in its bounds cannot reach.
  static let program: Program = {
    let r = Recorder()
    let w = r.parameter("W", 3, 2, .normal(deviation: 0.05), bounds: -0.1...0.2)
    let f = r.parameter("F", 2, 2, .normal(deviation: 1), fixed: true)
    let b = r.parameter("b", 1, 2, .zeros)
    let z = r.state(startingAt: r.trialInput("z0", width: 2))
    let y = r.input("x", width: 3) * w + z * f + b
    r.advance(z, to: y * 0.1)
    r.squaredError(y, r.input("target", width: 2))
    return r.finish()
  }()

  static var trials: Trials<Double> {
    var trials = Trials<Double>(of: program, count: 8, batch: 8, steps: 3)
    for c in trials.channels.indices {
      for i in trials.channels[c].indices {
        trials.channels[c][i] = 3 * (Double((i * 7919 + c * 104_729) % 211) / 100 - 1)
      }
    }
    return trials
  }

  @Test(arguments: TangentKind.allCases)
  func fixedParametersCarryNoTangents(kind: TangentKind) {
    let program = Self.program
    let (blocks, _) = DirectionPlan(program, kind: kind, count: 6).blocks(of: 0..<6)
    var machine = TangentMachine<Double>(
      program, rows: 8, blocks: blocks, tile: TileShape(trials: 8, tangents: 6))
    for i in machine.blocks.indices {
      #expect(machine.directions(ofBlock: i, program.parameter("F")) == nil)
    }
    #expect(program.freeParameterCount == 8)
    // A combination of all directions leaves the fixed tensor where it is.
    var directions = Directions<Double>(program, identifiers: Array(0..<6), seed: 1)
    directions.draw(
      iteration: 0, shapedBy: InputWhitening(program, ridge: 0, rows: 0), into: &machine)
    var combined = [Double](repeating: 0, count: program.parameterCount)
    let ones = [Double](repeating: 1, count: 6)
    var target = combined.mutableSpan
    machine.combineDirections(ones.span, rows: { 0..<$0.rows }, into: &target)
    for (parameter, range) in program.parameters.map({ ($0, $0.range) }) {
      #expect(combined[range].contains { $0 != 0 } == !parameter.isFixed, "\(parameter.name)")
    }
  }

  @Test(arguments: DampingRule.allCases, [Method.gaussNewton, .forwardGradient])
  func boundsHoldAndFixedNumbersStay(rule: DampingRule, method: Method) throws {
    let program = Self.program
    var configuration = SOFOConfiguration()
    configuration.method = method
    configuration.tangents = 6
    configuration.rule = rule
    configuration.damping = 1e-4
    configuration.learningRate = method == .gaussNewton ? 1 : 0.05
    var optimizer = try optimizer(program, configuration, batch: 8, lossSteps: 3)
    let start = program.initialParameters(seed: 2)
    var parameters = start
    let range = program.parameters[0].range
    for iteration in 0..<30 {
      _ = try optimizer.iterate(
        Self.trials, iteration: iteration, parameters: &parameters, phases: Phases())
      #expect(parameters[range].allSatisfy { (-0.1...0.2).contains($0) })
    }
    let fixed = program.parameters[1].range
    #expect(Array(parameters[fixed]) == Array(start[fixed]))
    #expect(parameters[range].contains(0.2) || parameters[range].contains(-0.1))
    #expect(parameters != start)
  }
}
