import Collectives
import Differentiation
import LinearAlgebra
import Runtime
import SOFO
import TestSupport
import Testing

/// Steps that led astray are taken back.
@Suite struct RetreatTests {
  private let trials = Example.vanilla.trials(count: 6)
  private let start = Example.vanilla.program.initialParameters(seed: 3)

  /// An optimiser that has taken a step from `start` to `next`.
  private func started(
    _ next: inout [Double], _ change: (inout SOFOConfiguration) -> Void = { _ in }
  ) throws -> SubspaceOptimizer<Double, SingleRank> {
    var configuration = SOFOConfiguration()
    configuration.tangents = 5
    configuration.damping = 1e-3
    change(&configuration)
    var optimizer = try optimizer(
      Example.vanilla.program, configuration, batch: 6, lossSteps: trials.steps)
    next = start
    _ = try optimizer.iterate(trials, iteration: 0, parameters: &next, phases: Phases())
    return optimizer
  }

  private func loss(_ parameters: [Double], _ trials: Trials<Double>) -> Double {
    var rollout = Rollout<Double>(Example.vanilla.program, rows: trials.count)
    rollout.load(parameters: parameters)
    return rollout.run(trials)
  }

  /// Parameters of no use and of no number at all: the run goes on from those before the last step,
  /// more carefully.
  @Test(arguments: [1e3, .nan, .infinity])
  func aStepThatLedAstrayIsTakenBack(factor: Double) throws {
    var next: [Double] = []
    var optimizer = try started(&next)
    var astray = next.map { factor * $0 }
    let report = try optimizer.iterate(
      trials, iteration: 1, parameters: &astray, phases: Phases())
    let before = loss(start, trials)
    #expect(abs(report.loss - before) <= 1e-12 * before)
    #expect(report.step?.damping == 1e-2)
    #expect(loss(astray, trials) < before)
  }

  @Test func whitenedDirectionsAreDrawnAnew() throws {
    var next: [Double] = []
    var optimizer = try started(&next) { $0.whitening = 0.1 }
    var astray = next.map { 1e3 * $0 }
    let report = try optimizer.iterate(
      trials, iteration: 1, parameters: &astray, phases: Phases())
    #expect(abs(report.loss - loss(start, trials)) <= 1e-12 * report.loss)
    #expect(loss(astray, trials) < report.loss)
  }

  /// A batch that is as hard without the last step is no reason, and what follows is judged by it.
  @Test func aHarderBatchIsNotBlamedOnTheStep() throws {
    var next: [Double] = []
    var optimizer = try started(&next)
    var harder = trials
    harder.stepWeights = harder.stepWeights.map { 100 * $0 }
    for iteration in 1...3 {
      let before = loss(next, harder)
      let report = try optimizer.iterate(
        harder, iteration: iteration, parameters: &next, phases: Phases())
      #expect(abs(report.loss - before) <= 1e-12 * before)
      #expect(report.step?.damping == 1e-3)
    }
  }

  /// The rules that find a damping anew do not step back.
  @Test func onlyUnderAFixedDamping() throws {
    var next: [Double] = []
    var optimizer = try started(&next) { $0.rule = .adaptive }
    var astray = next.map { 1e3 * $0 }
    let report = try optimizer.iterate(
      trials, iteration: 1, parameters: &astray, phases: Phases())
    let there = loss(next.map { 1e3 * $0 }, trials)
    #expect(abs(report.loss - there) <= 1e-9 * there)
  }

  @Test func memoryIsAll() {
    var retreat = Retreat()
    #expect(retreat.memory == [] && retreat.place(after: .infinity) == nil)
    retreat.note(loss: 2, at: [1, 5])
    retreat.note(loss: 4, at: [1, 6])
    var other = Retreat()
    other.memory = retreat.memory
    #expect(other == retreat && other.memory == [2.2, 1, 6])
    #expect(other.place(after: 11) == nil && other.place(after: 11.1) == [1, 6])
    #expect(other.place(after: .nan) == [1, 6])
  }
}
