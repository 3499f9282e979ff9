import CORNN
import Testing

/// What the plan of a fit makes of its settings.
@Suite struct PlanTests {
  private func plan(lambda: Double, frames: Int = 2000, holdout: Double = 0) -> FitPlan {
    var configuration = Configuration()
    configuration.form = .dual
    configuration.roundsInverse = true
    configuration.lambda = lambda
    return FitPlan(
      neurons: 4000, inputs: 0, frames: frames, holdout: holdout, configuration: configuration,
      bytesPerScalar: 8, ranks: 2, ranksPerNode: 2, threads: 1)
  }

  private func solve(_ plan: FitPlan) throws -> FitPlan.Phase {
    try #require(plan.phases.first { $0.name == "solve" })
  }

  /// A strong ridge leaves fewer directions, and an inverse of low rank.
  @Test func theRidgeReachesThePlan() throws {
    let (weak, strong) = (try solve(plan(lambda: 1e-6)), try solve(plan(lambda: 1e-2)))
    #expect(strong.flops + strong.flopsFloat < 0.7 * (weak.flops + weak.flopsFloat))
  }

  /// Sizes that leave nothing make a plan all the same: no number in it is none.
  @Test(arguments: [(2000, 0.0), (21, 0.99), (20, 0.0), (2000, 0.5)])
  func everyNumberIsOne(frames: Int, holdout: Double) {
    let plan = plan(lambda: 1e-3, frames: frames, holdout: holdout)
    for phase in plan.phases {
      for value in [phase.flops, phase.flopsFloat, phase.samples, phase.streamed, phase.fileBytes] {
        #expect(value.isFinite && value >= 0, "\(phase.name)")
      }
    }
    #expect(plan.ownBytes.isFinite && plan.ownBytes > 0 && plan.addressBytes > 0)
  }
}
