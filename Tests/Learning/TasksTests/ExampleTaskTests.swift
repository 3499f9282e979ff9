import Collectives
import Differentiation
import LinearAlgebra
import Runtime
import SOFO
import Tasks
import Testing
import Training

// The example of the article "Adding a task", which shows this struct as it stands here.

/// Adds up its input: `y[t] = x[0] + … + x[t]`.
struct RunningSum: LearningTask {
  let hidden: Int
  let steps: Int

  var defaultBatch: Int { 32 }

  func record() -> Program {
    let r = Recorder()
    let scale = 1 / Double(hidden).squareRoot()
    let w = r.parameter("W", hidden, hidden, .normal(deviation: scale))
    let input = r.parameter("W_in", 1, hidden, .normal(deviation: 1))
    let readout = r.parameter("W_out", hidden, 1, .normal(deviation: scale))
    let h = r.state(startingAt: r.trialInput("h0", width: hidden))
    let next = tanh(h * w + r.input("x", width: 1) * input)
    r.advance(h, to: next)
    r.squaredError(next * readout, r.input("target", width: 1))
    return r.finish()
  }

  func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
    let inputs = (0..<steps).map { _ in 0.2 * numbers.normal() }
    var sum = 0.0
    let targets = inputs.map { value in
      sum += value
      return sum
    }
    return [[Double](repeating: 0, count: hidden), inputs, targets]
  }
}

@Suite struct ExampleTaskTests {
  /// The best constant errs by the variance of the sums, 0.04 (T + 1) / 2; memory does better.
  @Test func aNetworkLearnsToAddUp() throws {
    let task = RunningSum(hidden: 12, steps: 10)
    var settings = Trainer.Settings()
    settings.batch = task.defaultBatch
    settings.iterations = 30
    settings.subspace.tangents = 48
    settings.subspace.rule = .search
    settings.subspace.learningRate = 1
    settings.subspace.damping = 1e-3
    settings.seed = 3
    let result = try Trainer.run(
      task, settings, on: SingleRank(), precision: Float.self, phases: Phases()
    ) { _ in .goOn }
    #expect(result.bestLoss < 0.1 * 0.04 * Double(task.steps + 1) / 2)
  }
}
