import Differentiation
import RandomNumbers
import Tasks
import Testing

/// What is called held out, and what is called wanted.
@Suite struct PictureTests {
  private func teacher(trials: Int) -> Teacher {
    Teacher(
      targets: (0..<(8 * trials)).map { Double($0) }, inputs: [], trials: trials, steps: 4,
      outputs: 2, inputWidth: 0, hidden: 3, leak: 0.3)
  }

  /// A single trial is trained on, so none is held out; of more, no held-out one is trained on.
  @Test(arguments: [1, 2, 3, 25])
  func heldOutTrialsAreHeldOut(trials: Int) {
    let task = teacher(trials: trials)
    #expect(task.hasHeldOutTrials == (trials > 1))
    let program = task.record()
    func firsts(_ purpose: StreamPurpose) -> Set<Double> {
      let drawn = task.trials(
        0..<200, of: 200, iteration: 1, purpose: purpose, seed: 4, program: program,
        precision: Double.self)
      // Targets are the last channel, time outermost: the first step of each trial.
      return Set((0..<200).map { drawn.channels[drawn.channels.count - 1][2 * $0] })
    }
    #expect(firsts(.trainingData).isDisjoint(with: firsts(.heldOutTrials)) == task.hasHeldOutTrials)
  }

  @Test func lossWeightsSayWhereSomethingIsWanted() throws {
    let task = DelayedAddition(hidden: 4, steps: 24)
    let program = task.record()
    let pictures = task.pictures(program, parameters: program.initialParameters(seed: 1), seed: 2)
    let weight = try #require(pictures.first { $0.name == "loss_weight" })
    let target = try #require(pictures.first { $0.name == "target" })
    #expect(weight.rows == target.rows && weight.columnCount == 1)
    #expect(weight.values.count == target.values.count / target.columnCount)
    #expect(weight.values.indices.filter { weight.values[$0] > 0 } == [23, 47, 71])
  }
}
