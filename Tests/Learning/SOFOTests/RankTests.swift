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
