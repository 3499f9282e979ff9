package import Differentiation
package import LinearAlgebra
package import RandomNumbers
package import SOFO

/// Something a network can learn: its program, its trials and how it is judged.
///
/// A task is one file. `record` writes network and loss once; `trial` makes the data of
/// one trial from its own random numbers, so that no trial depends on who computes it.
package protocol LearningTask: Sendable {
  /// Steps of a trial.
  var steps: Int { get }
  /// Trials of a batch where the user names none.
  var defaultBatch: Int { get }
  /// Whether held-out trials are kept from the training; false where there is only one trial.
  var hasHeldOutTrials: Bool { get }
  /// What a user should know of these sizes before the training; nil if nothing.
  var note: String? { get }
  /// The same task of the same network with fewer steps a trial; nil where it has none.
  func shortened(to steps: Int) -> Self?
  /// The network and its loss.
  func record() -> Program
  /// The weight of every step in the loss.
  var stepWeights: [Double] { get }
  /// The channels of one trial, in the program's order; time outermost.
  func trial(_ numbers: inout TrialRandom, heldOut: Bool) -> [[Double]]
  /// Scores beyond the loss, computed on held-out trials (on each rank, the same).
  func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score]
  /// What the network does, to be looked at (on each rank, the same).
  func pictures(_ program: Program, parameters: [Double], seed: UInt64) -> [Picture]
  /// Settings of SOFO that suit the task.
  var advice: Advice { get }
  /// The parameter that FORCE trains and the outputs it needs, if the task has them.
  var readout: Readout? { get }
}

/// Settings of SOFO where the user gives none.
package struct Advice: Sendable, Equatable {
  /// How the damping is found; the learning rate, the damping, relative to the largest
  /// singular value; how many tangents, and of which kind.
  package var rule: DampingRule
  package var learningRate: Double
  package var damping: Double
  package var tangents: Int
  package var kind = TangentKind.gaussian
  /// The ridge of whitened directions; 0 for isotropic ones.
  package var whitening = 0.0
  /// Trials of a batch, where directions want others than a gradient.
  package var batch: Int?
  /// How the learning rate changes over a run.
  package var schedule = LearningRateSchedule.Shape.constant

  /// The damping for `tangents` directions where `usual` are advised: under a fixed rule half as many
  /// want four times as much (Benchmarks/results/learning/defaults.md).
  package func damping(tangents: Int, usual: Int, rule: DampingRule) -> Double {
    guard rule == .relative, tangents > 0, tangents < usual else { return damping }
    let ratio = Double(usual) / Double(tangents)
    return min(damping * ratio * ratio, max(damping, Self.mostForFew))
  }

  /// The largest damping for few directions, relative as all.
  private static var mostForFew: Double { 0.1 }
}

/// What recursive least squares on a readout needs to know.
package struct Readout: Sendable {
  /// The name of the readout's parameter (units × outputs).
  package let parameter: String
  /// The name of the output that it multiplies.
  package let activity: String

  package init(parameter: String, activity: String) {
    self.parameter = parameter
    self.activity = activity
  }
}

extension LearningTask {
  package var stepWeights: [Double] {
    [Double](repeating: 1 / Double(steps), count: steps)
  }
  package var hasHeldOutTrials: Bool { true }
  package var note: String? { nil }
  package func shortened(to steps: Int) -> Self? { nil }
  package var readout: Readout? { nil }
  package var advice: Advice {
    Advice(rule: .relative, learningRate: 0.3, damping: 1e-5, tangents: 128, kind: .blockLocal)
  }
  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    againstConstant(program, parameters: parameters, seed: seed)
  }
  package func pictures(
    _ program: Program, parameters: [Double], seed: UInt64
  ) -> [Picture] {
    heldOutTrials(program, parameters: parameters, seed: seed)
  }

  /// Steps that have a loss.
  package var lossSteps: Int { stepWeights.count { $0 > 0 } }

  /// Some trials of a batch.
  ///
  /// `range` counts over the whole batch; `iteration` says which batch, held-out trials
  /// having purpose `.heldOutTrials` and iteration 0.
  ///
  /// - Returns: the same numbers for a trial whatever the range.
  package func trials<S: Scalar>(
    _ range: Range<Int>, of batch: Int, iteration: Int, purpose: StreamPurpose = .trainingData,
    seed: UInt64,
    program: Program, precision: S.Type
  ) -> Trials<S> {
    var trials = Trials<S>(of: program, count: range.count, batch: batch, steps: steps)
    trials.stepWeights = stepWeights
    for (b, index) in range.enumerated() {
      var numbers = TrialRandom(
        RandomStream(seed: seed, purpose: purpose, k: index, iteration: iteration))
      trials.place(
        trial(&numbers, heldOut: purpose == .heldOutTrials), trial: b, of: program)
    }
    return trials
  }
}

extension Trials {
  /// Copies the channels of one trial into the batch's layout.
  @specialized(where S == Float)
  @specialized(where S == Double)
  mutating func place(_ data: [[Double]], trial: Int, of program: Program) {
    for (c, channel) in program.channels.enumerated() {
      let (values, width) = (data[c], channel.width)
      let rows = channel.isPerStep ? steps : 1
      precondition(values.count == rows * width, "\(channel.name): \(values.count) numbers")
      for t in 0..<rows {
        let first = offset(step: t, trial: trial, width: width)
        for j in 0..<width { channels[c][first + j] = S(values[t * width + j]) }
      }
    }
  }
}
