package import Differentiation
package import LinearAlgebra
package import RandomNumbers
internal import RealModule
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
}

/// One number that says how well a task is done.
package struct Score: Sendable, Equatable {
  package let name: String
  package let value: Double
  package let meaning: String

  package init(_ name: String, _ value: Double, _ meaning: String) {
    self.name = name
    self.value = value
    self.meaning = meaning
  }
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
  package var readout: Readout? { nil }
  package var advice: Advice {
    Advice(rule: .relative, learningRate: 0.3, damping: 1e-5, tangents: 128, kind: .blockLocal)
  }
  package func scores(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] { [] }
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
      let data = trial(&numbers, heldOut: purpose == .heldOutTrials)
      for (c, channel) in program.channels.enumerated() {
        place(data[c], of: channel, trial: b, in: &trials, channel: c)
      }
    }
    return trials
  }
}

/// Copies one trial's channel into the batch's layout.
@specialized(where S == Float)
@specialized(where S == Double)
private func place<S: Scalar>(
  _ values: [Double], of channel: Channel, trial: Int, in trials: inout Trials<S>,
  channel index: Int
) {
  let width = channel.width
  let rows = channel.isPerStep ? trials.steps : 1
  precondition(values.count == rows * width, "\(channel.name): \(values.count) numbers")
  for t in 0..<rows {
    let first = (t * trials.count + trial) * width
    for j in 0..<width { trials.channels[index][first + j] = S(values[t * width + j]) }
  }
}

/// The random numbers of one trial, taken one after the other.
package struct TrialRandom {
  private let stream: RandomStream
  private var words: [UInt32] = []
  private var next = 0
  private var fetched = 0

  /// Draws from a stream, from its first word on.
  package init(_ stream: RandomStream) { self.stream = stream }

  private mutating func word() -> UInt32 {
    if next == words.count {
      var block = [UInt32](repeating: 0, count: 256)
      var span = block.mutableSpan
      stream.fillWords(&span, startingAt: fetched)
      words = block
      fetched += 256
      next = 0
    }
    next += 1
    return words[next - 1]
  }

  /// Uniform in the open (0, 1).
  package mutating func uniform() -> Double { (Double(word()) + 0.5) * 0x1p-32 }

  /// Uniform in a range.
  package mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Uniform among 0, …, bound − 1.
  package mutating func integer(below bound: Int) -> Int {
    Int((UInt64(word()) * UInt64(bound)) >> 32)
  }

  /// A standard normal number.
  package mutating func normal() -> Double {
    let radius = (-2 * Double.log(uniform())).squareRoot()
    return radius * Double.cos(2 * .pi * uniform())
  }

  /// An exponential number of the given mean.
  package mutating func exponential(mean: Double) -> Double { -mean * Double.log(uniform()) }

  /// A random order of 0, …, count − 1.
  package mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(below: i + 1)) }
    return order
  }
}
