import Differentiation
import Foundation
import LinearAlgebra
import RandomNumbers
import Tasks
import TestSupport
import Testing

/// Scores against what can be counted by hand on the same held-out trials.
@Suite struct ScoreTests {
  /// The held-out trials that scores are of.
  private func heldOut(
    _ task: some LearningTask, _ program: Program, count: Int, seed: UInt64
  ) -> Trials<Double> {
    task.trials(
      0..<count, of: count, iteration: 1, purpose: .heldOutTrials, seed: seed, program: program,
      precision: Double.self)
  }

  private func value(_ name: String, of scores: [Score]) throws -> Double {
    try #require(scores.first { $0.name == name }?.value, "no score \(name)")
  }

  /// A network that puts out 0 has the mean square for its loss, the best constant the variance.
  @Test func additionBesideItsConstant() throws {
    let task = DelayedAddition(hidden: 4, steps: 30)
    let program = task.record()
    let zeros = [Double](repeating: 0, count: program.parameterCount)
    let scores = task.scores(program, parameters: zeros, seed: 3)
    let sums = heldOut(task, program, count: 128, seed: 3)
      .channels[program.channel("sum")][(29 * 128)...]
    let mean = sums.reduce(0, +) / 128
    let square = sums.reduce(0) { $0 + $1 * $1 } / 128
    #expect(abs(try value("loss", of: scores) - square) < 1e-12)
    #expect(abs(try value("loss_constant", of: scores) - (square - mean * mean)) < 1e-12)
    // Two uniform numbers: mean 1, variance 1/6, of 128 sums.
    #expect(abs(try value("loss_constant", of: scores) - 1.0 / 6) < 0.06)
    let all = heldOut(task, program, count: 256, seed: 3)
      .channels[program.channel("sum")][(29 * 256)...]
    let right = Double(all.count { $0 < 0.1 }) / 256
    #expect(try value("within_0.1", of: scores) == right)
    #expect(abs(try value("explained", of: scores) - (1 - square / (square - mean * mean))) < 1e-9)
  }

  /// Weights of single outputs count in the constant's loss as they do in the network's.
  @Test func constantsOfWeightedOutputs() throws {
    struct Known: LearningTask {
      let steps = 5
      var defaultBatch: Int { 4 }
      func record() -> Program {
        let r = Recorder()
        let w = r.parameter("w", 1, 2, .zeros)
        r.squaredError(
          r.input("x", width: 1) * w, r.input("target", width: 2),
          weight: r.input("known", width: 2))
        return r.finish()
      }
      func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]] {
        let target = (0..<10).map { _ in numbers.normal() }
        return [[1, 1, 1, 1, 1], target, target.map { $0 > 0 ? 2 : 0 }]
      }
    }
    let task = Known()
    let program = task.record()
    let scores = task.scores(program, parameters: [0, 0], seed: 1)
    // The least loss over constants w by a search: the network puts out w, as x is 1.
    let trials = heldOut(task, program, count: 128, seed: 1)
    var rollout = Rollout<Double>(program, rows: 128)
    func loss(_ w: [Double]) -> Double {
      rollout.load(parameters: w)
      return rollout.run(trials)
    }
    let grid = stride(from: 0.6, through: 1, by: 0.002)
    let first = grid.map { loss([$0, 0]) }.min() ?? .nan
    let best = grid.first { loss([$0, 0]) == first } ?? .nan
    let least = grid.map { loss([best, $0]) }.min() ?? .nan
    #expect(abs(try value("loss_constant", of: scores) - least) < 1e-5)
    #expect(abs(try value("loss", of: scores) - loss([0, 0])) < 1e-12)
  }

  /// Without torque the arm stays where it waits: no error while it holds, no speed, and the
  /// whole way to each target.
  @Test(arguments: [false, true]) func anArmThatDoesNotMove(isDouble: Bool) throws {
    let task = Reach(isDouble: isDouble, hidden: 3)
    let program = task.record()
    var still = [Double](repeating: 0, count: program.parameterCount)
    still[program.parameters[program.parameter("one").index].range.lowerBound] = 1
    let scores = task.scores(program, parameters: still, seed: 2)
    #expect(try value("hold_error_mm", of: scores) < 1e-9)
    let trials = heldOut(task, program, count: 32, seed: 2)
    let target = trials.channels[program.channel("target")]
    func way(_ step: Int, _ b: Int) -> Double {
      let row = 4 * (step * 32 + b)
      let (x, y) = (target[row] - target[4 * b], target[row + 1] - target[4 * b + 1])
      return 1000 * (x * x + y * y).squareRoot()
    }
    let last = (0..<32).map { way(task.steps - 1, $0) }.reduce(0, +) / 32
    let name = isDouble ? "last_target" : "target"
    #expect(abs(try value("\(name)_mm", of: scores) - last) < 1e-9)
    #expect(abs(1000 * (try value("end_distance", of: scores)) - last) < 1e-9)
    #expect(try value("\(name)_speed_mm_s", of: scores) < 1e-9)
    guard isDouble else { return }
    // The first target is what is wanted from the go cue on: the first change of the target.
    let first = (0..<32).map { b in
      (0..<task.steps).lazy.map { way($0, b) }.first { $0 > 1 } ?? .nan
    }
    #expect(abs(try value("first_target_mm", of: scores) - first.reduce(0, +) / 32) < 1e-9)
  }

  /// The last target counts in a trial of the least length, and in all of the greater one.
  @Test(arguments: [false, true]) func stepsThatAReachNeeds(isDouble: Bool) {
    let needed = Reach.neededSteps(isDouble: isDouble)
    func counts(_ steps: Int) -> Int {
      let task = Reach(isDouble: isDouble, hidden: 1, steps: steps)
      let program = task.record()
      let trials = heldOut(task, program, count: 300, seed: 5)
      let weight = trials.channels[program.channel("weight")]
      let cue = trials.channels[program.channel("x")]
      let width = isDouble ? 6 : 3
      return (0..<300).count { b in
        let row = (steps - 1) * 300 + b
        return weight[row] > 0 && cue[row * width] == 0 && (!isDouble || cue[row * width + 1] == 0)
      }
    }
    #expect(counts(needed.some - 1) == 0 && counts(needed.some + 30) > 0)
    #expect(counts(needed.all) == 300)
    #expect(Reach(isDouble: isDouble, steps: needed.all).note == nil)
    #expect(Reach(isDouble: isDouble, steps: needed.all - 1).note != nil)
  }

  /// A perceptron that always says 3, on images whose first pixel is their number.
  @Test func everyTestImageOnce() throws {
    let labels = (0..<70).map { UInt8($0 % 7) }
    let task = Digits(
      images: (0..<140).map { UInt8($0 / 2) }, labels: labels, training: 48, hidden: 3)
    #expect(task.trained == 44 && task.heldOut == 4)
    let program = task.record()
    var parameters = [Double](repeating: 0, count: program.parameterCount)
    let bias = program.parameters[program.parameter("c").index].range
    parameters[bias.lowerBound + 3] = 2
    let scores = task.scores(program, parameters: parameters, seed: 1)
    let test = labels[48...]
    let threes = Double(test.count { $0 == 3 })
    #expect(try value("accuracy", of: scores) == threes / 22)
    #expect(try value("accuracy_chance", of: scores) == 4.0 / 22)
    // −log of e² / (e² + 9) for a three, and of 1 / (e² + 9) for another.
    let all = log(Foundation.exp(2.0) + 9)
    #expect(abs(try value("test_loss", of: scores) - (all - 2 * threes / 22)) < 1e-12)
    // No image is both trained on, held out and tested with.
    func numbers(heldOut isHeldOut: Bool) -> Set<Int> {
      let drawn = task.trials(
        0..<900, of: 900, iteration: 1, purpose: isHeldOut ? .heldOutTrials : .trainingData,
        seed: 4, program: program, precision: Double.self)
      return Set(
        (0..<900).map {
          Int(((drawn.channels[0][2 * $0] * 0.30811 + 0.13063) * 255).rounded())
        })
    }
    #expect(numbers(heldOut: false) == Set(0..<44))
    #expect(numbers(heldOut: true) == Set(44..<48))
  }
}
