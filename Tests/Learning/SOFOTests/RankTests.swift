import Collectives
import Differentiation
import MPI
import Runtime
import SOFO
import TestSupport
import Testing

/// What needs several ranks; `RankLaunchTests` starts this suite under mpirun.
@Suite(.serialized, .enabled(if: isUnderLauncher)) struct RankTests {
  /// Three iterations on every grid of this many ranks agree with one rank to rounding.
  @Test(arguments: [TangentKind.gaussian, .blockLocal, .blockLocalRankOne, .rankOne])
  func gridsAgree(kind: TangentKind) throws {
    let world = try testWorld()
    var configuration = SOFOConfiguration()
    configuration.kind = kind
    // Fewer tangents than four ranks can have more than one of.
    for (tangents, rule, orthonormal, whitening) in [
      (7, DampingRule.search, false, 0.1), (3, .relative, true, 0), (8, .adaptive, false, 0),
    ] {
      configuration.tangents = tangents
      configuration.rule = rule
      configuration.orthonormal = orthonormal
      configuration.whitening = whitening
      configuration.damping = 1e-3
      let expected = try train(SingleRank(), Grid(tangents: 1, batch: 1), configuration)
      for side in 1...world.size where world.size % side == 0 {
        let grid = Grid(tangents: world.size / side, batch: side)
        let found = try train(world, grid, configuration)
        try expectEverywhere(
          relativeError(found, expected) < 1e-12, on: world,
          "\(grid) \(tangents) tangents, \(rule): error \(relativeError(found, expected))")
        let again = try train(world, grid, configuration)
        try expectEverywhere(again == found, on: world, "\(grid) reruns bit for bit")
      }
    }
  }

  /// Products of bfloat16: three iterations agree to what rounding a value the other way makes, as
  /// trials are dealt differently, and rerun bit for bit.
  @Test func gridsAgreeWithRoundedProducts() throws {
    let world = try testWorld()
    var configuration = SOFOConfiguration()
    configuration.tangents = 7
    configuration.damping = 0.1
    configuration.rounded = true
    let expected = try trainLarge(SingleRank(), Grid(tangents: 1, batch: 1), configuration)
    configuration.rounded = false
    let single = try trainLarge(SingleRank(), Grid(tangents: 1, batch: 1), configuration)
    try expectEverywhere(
      relativeError(expected, single) < 0.1 && expected != single, on: world,
      "rounded by \(relativeError(expected, single))")
    configuration.rounded = true
    for side in 1...world.size where world.size % side == 0 {
      let grid = Grid(tangents: world.size / side, batch: side)
      let found = try trainLarge(world, grid, configuration)
      try expectEverywhere(
        relativeError(found, expected) < 1e-2, on: world,
        "\(grid): error \(relativeError(found, expected))")
      let again = try trainLarge(world, grid, configuration)
      try expectEverywhere(again == found, on: world, "\(grid) reruns bit for bit")
    }
  }

  /// Three iterations of a network that is large enough for rounded products: how far each parameter
  /// moves.
  private func trainLarge<Group: RankGroup & ~Copyable>(
    _ group: borrowing Group, _ grid: Grid, _ configuration: SOFOConfiguration
  ) throws -> [Double] {
    let r = Recorder()
    let w = r.parameter("W", 12, 12, .normal(deviation: 0.3))
    let o = r.parameter("O", 12, 2, .normal(deviation: 0.3))
    let z = r.state(startingAt: r.trialInput("z0", width: 12))
    let next = 0.5 * z + 0.5 * relu(z * w)
    r.advance(z, to: next)
    r.squaredError(next * o, r.input("target", width: 2))
    let program = r.finish()
    var optimizer = try SubspaceOptimizer<Float, Group>(
      program, configuration, ranks: RankGrid(group, grid: grid), batch: 6, lossSteps: 9)
    let own = optimizer.ranks.trials(of: 6)
    var all = Trials<Float>(of: program, count: 6, batch: 6, steps: 9)
    for i in all.channels.indices {
      all.channels[i] = all.channels[i].indices.map { Float(($0 * 7919 + i) % 101) / 50 - 1 }
    }
    let start = program.initialParameters(seed: 3)
    var parameters = start
    for iteration in 0..<3 {
      _ = try optimizer.iterate(
        all.some(own, of: program), iteration: iteration, parameters: &parameters,
        phases: Phases())
    }
    return zip(parameters, start).map { $0 - $1 }
  }

  /// Three iterations on a batch of 6 trials, with chunks sent as they fill.
  func train<Group: RankGroup & ~Copyable>(
    _ group: borrowing Group, _ grid: Grid, _ configuration: SOFOConfiguration
  ) throws -> [Double] {
    let example = Example.vanilla
    let program = example.program
    var optimizer = try SubspaceOptimizer<Double, Group>(
      program, configuration, ranks: RankGrid(group, grid: grid), batch: 6, lossSteps: 8)
    let own = optimizer.ranks.trials(of: 6)
    var parameters = program.initialParameters(seed: 3)
    for iteration in 0..<3 {
      _ = try optimizer.iterate(
        example.trials(count: own.count, batch: 6, steps: 9, first: own.lowerBound),
        iteration: iteration, parameters: &parameters, phases: Phases())
    }
    return parameters
  }
}

@Suite(.serialized) struct RankLaunchTests {
  @Test(.disabled(if: isUnderLauncher), arguments: [1, 2, 3, 4])
  func ranksPass(ranks: Int) throws {
    expectPassed(try launch(ranks: ranks, filter: "SOFOTests.RankTests"))
  }
}
