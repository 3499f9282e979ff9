package import Collectives
package import Differentiation
package import LinearAlgebra
package import Runtime

/// Adam by reverse mode through time, the trials shared among the ranks.
///
/// ```
/// m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
/// θ ← θ − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
/// ```
/// Memory grows with the number of steps: the tape keeps them all.
/// Reference: Kingma, Ba (2015), with the standard bias correction, once.
package struct Adam<S: Scalar, Group: RankGroup & ~Copyable>: ~Copyable {
  package let program: Program
  package let settings: AdamSettings
  private let group: Group
  private var tape: Tape<S>
  /// First and second moments and the number of steps taken: what a checkpoint keeps.
  package var first: [Double]
  package var second: [Double]
  package var count = 0
  /// This rank's trials of a batch.
  package let ownTrials: Range<Int>

  /// Plans the memory of all iterations (collective).
  package init(
    _ program: Program, _ settings: AdamSettings, group: borrowing Group, batch: Int, steps: Int
  ) throws {
    self.program = program
    self.settings = settings
    let own = try group.split(color: 0)
    ownTrials = Partition(of: batch, among: own.size).range(of: own.rank)
    tape = Tape(program, rows: ownTrials.count, steps: steps)
    first = [Double](repeating: 0, count: program.parameterCount)
    second = first
    self.group = own
  }

  /// Bytes of this rank's arena.
  package var bytes: Int { tape.arena.bytes }

  /// One step (collective); returns the batch's loss before it.
  ///
  /// - Throws: `StopPacer.Interrupted`, with everything as it was before; what communication
  ///   throws.
  package mutating func iterate(
    _ trials: Trials<S>, parameters: inout [Double], phases: Phases,
    pacer: StopPacer = StopPacer()
  ) throws -> Double {
    var gradient = [Double](repeating: 0, count: program.parameterCount)
    var packed: [Double] = [
      try phases.measure("tape") {
        try tape.run(trials, parameters: parameters, gradient: &gradient) {
          try pacer.step(.tape, on: group)
        }
      }
    ]
    packed += gradient
    try phases.measure("reduce") { try group.sum(&packed) }
    let loss = packed[0]
    // A loss or gradient that overflowed moves nothing.
    guard packed.allSatisfy(\.isFinite) else { return loss }
    var square = 0.0
    for g in packed.dropFirst() { square += g * g }
    let length = square.squareRoot()
    let scale = settings.clip > 0 && length > settings.clip ? settings.clip / length : 1
    count += 1
    let b1 = settings.beta1
    let b2 = settings.beta2
    let correction1 = 1 - power(b1, count)
    let correction2 = 1 - power(b2, count)
    for i in parameters.indices {
      let g = scale * packed[i + 1]
      first[i] = b1 * first[i] + (1 - b1) * g
      second[i] = b2 * second[i] + (1 - b2) * g * g
      parameters[i] -=
        settings.learningRate * (first[i] / correction1)
        / ((second[i] / correction2).squareRoot() + settings.epsilon)
    }
    program.clip(&parameters)
    return loss
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var square = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}

/// The settings of `Adam`.
package struct AdamSettings: Sendable, Equatable {
  /// η > 0.
  package var learningRate = 1e-3
  /// Decay of the mean of gradients, in [0, 1).
  package var beta1 = 0.9
  /// Decay of the mean of their squares, in [0, 1).
  package var beta2 = 0.999
  /// Added to the root of the second moment; > 0.
  package var epsilon = 1e-8
  /// Gradients longer than this are shortened to it; 0 for never.
  package var clip = 0.0

  package init() {}
}
