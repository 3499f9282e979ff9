import Collectives
import Runtime
import SOFO
import Tasks
import Testing
import Training

/// Trials that grow over a run, and rates that fall.
@Suite struct StepGrowthTests {
  @Test func fromTheFirstLengthToTheWholeOne() {
    let growth = StepGrowth(from: 32)
    #expect(growth.steps(at: 0, of: 128) == 32 && growth.steps(at: 0.25, of: 128) == 64)
    #expect(growth.steps(at: 0.5, of: 128) == 128 && growth.steps(at: 1, of: 128) == 128)
    #expect(growth.steps(at: 0.1, of: 32) == 32 && growth.steps(at: 0, of: 24) == 24)
    let all = (0...50).map { growth.steps(at: Double($0) / 50, of: 128) }
    #expect(zip(all, all.dropFirst()).allSatisfy { $0 <= $1 })
  }

  /// The first batch of a run that grows is that of the short task, the last one that of the long.
  @Test(arguments: [Trainer.Method.sofo, .adam]) func lossesOfARun(method: Trainer.Method) throws {
    func losses(_ steps: Int, _ change: (inout Trainer.Settings) -> Void = { _ in }) throws
      -> [Double]
    {
      var settings = TrainerTests.settings(method)
      settings.iterations = 4
      settings.learningRate = 1e-12
      settings.subspace.learningRate = 1e-12
      change(&settings)
      return try Trainer.run(
        DelayedAddition(hidden: 12, steps: steps), settings, on: SingleRank(),
        precision: Double.self, phases: Phases()
      ) { _ in .goOn }.log.loss
    }
    let (short, long) = (try losses(24), try losses(64))
    let grown = try losses(64) { $0.growth = StepGrowth(from: 24) }
    // A quarter of an iteration has passed in the middle of the first of four.
    let first = StepGrowth(from: 24).steps(at: 0.125, of: 64)
    #expect(abs(grown[0] - (try losses(first))[0]) < 1e-9 * grown[0] && first > 24)
    #expect(grown[0] != long[0] && short[0] != long[0])
    #expect(abs(grown[3] - long[3]) < 1e-9 * long[3])
  }

  /// With a schedule the longest step that SOFO tries falls over the run.
  @Test func aRateThatFalls() throws {
    var settings = TrainerTests.settings(.sofo)
    settings.subspace.rule = .relative
    settings.subspace.learningRate = 0.1
    settings.schedule.shape = .linear
    let result = try Trainer.run(
      Lorenz(hidden: 16, steps: 8), settings, on: SingleRank(), precision: Float.self,
      phases: Phases()
    ) { _ in .goOn }
    for (i, rate) in result.log.learningRate.enumerated() {
      // A step that would raise the loss is shortened.
      #expect(!(rate > 0.1 * (1 - (Double(i) + 0.5) / 12) + 1e-12))
    }
    #expect(result.log.learningRate.contains { abs($0 - 0.1 * (1 - 0.5 / 12)) < 1e-12 })
  }
}
