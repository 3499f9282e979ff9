package import LinearAlgebra

/// The data of some trials of a batch.
///
/// A channel known at every step holds `steps × count × width` numbers, time outermost;
/// one known at the start `count × width`.
package struct Trials<S: Scalar>: Sendable {
  /// Trials here.
  package let count: Int
  /// Trials of the whole batch, over all ranks: what means are taken over.
  package let batch: Int
  package let steps: Int
  /// One array a channel, in the order of the program's channels.
  package var channels: [[S]]
  /// The weight of every step in the loss; a step of weight 0 has none.
  package var stepWeights: [Double]

  /// Trials of zeros, every step of weight 1.
  package init(of program: Program, count: Int, batch: Int, steps: Int) {
    precondition(count >= 0 && batch >= count && steps >= 1, "\(count) of \(batch) trials")
    self.count = count
    self.batch = batch
    self.steps = steps
    channels = program.channels.map {
      [S](repeating: 0, count: ($0.isPerStep ? steps : 1) * count * $0.width)
    }
    stepWeights = [Double](repeating: 1, count: steps)
  }

  /// Some of these trials, of the same batch.
  package func some(_ range: Range<Int>, of program: Program) -> Trials {
    range == 0..<count ? self : some(Array(range), of: program)
  }

  /// Some of these trials by their places, of the same batch.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func some(_ places: [Int], of program: Program) -> Trials {
    var part = Trials(of: program, count: places.count, batch: batch, steps: steps)
    part.stepWeights = stepWeights
    for (i, channel) in program.channels.enumerated() {
      let width = channel.width
      for t in 0..<(channel.isPerStep ? steps : 1) {
        for (target, source) in places.enumerated() {
          let (to, from) = ((t * places.count + target) * width, (t * count + source) * width)
          for j in 0..<width { part.channels[i][to + j] = channels[i][from + j] }
        }
      }
    }
    return part
  }

  /// The place of a trial's row of a channel that is known at every step.
  package func offset(step: Int, trial: Int, width: Int) -> Int {
    (step * count + trial) * width
  }
}
