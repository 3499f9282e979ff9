package import Collectives
package import Differentiation
package import LinearAlgebra
package import Runtime

/// The gradient by reverse mode through time, the trials shared among the ranks.
///
/// Memory grows with the number of steps: the tape keeps them all.
package struct TapeGradient<S: Scalar, Group: RankGroup & ~Copyable>: GradientSource, ~Copyable {
  private let group: Group
  private var tape: Tape<S>
  package let ownTrials: Range<Int>

  /// Plans the memory of all iterations (collective).
  package init(
    _ program: Program, group: borrowing Group, batch: Int, steps: Int
  ) throws {
    let own = try group.split(color: 0)
    ownTrials = Partition(of: batch, among: own.size).range(of: own.rank)
    tape = Tape(program, rows: ownTrials.count, steps: steps)
    self.group = own
  }

  package var bytes: Int { tape.arena.bytes }

  package mutating func evaluate(
    _ trials: Trials<S>, iteration: Int, parameters: [Double], phases: Phases,
    pacer: StopPacer
  ) throws -> (loss: Double, gradient: [Double]) {
    var packed = try phases.measure("tape") {
      try tape.packedRun(trials, parameters: parameters) { try pacer.step(.tape, on: group) }
    }
    try phases.measure("reduce") { try group.sum(&packed) }
    return (packed[0], Array(packed.dropFirst()))
  }

  package func agree(on parameters: inout [Double]) throws { try group.broadcast(&parameters) }
}
