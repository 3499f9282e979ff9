internal import LinearAlgebra
internal import RandomNumbers
internal import Statistics

/// Targets that keep a neuron's own time course, and what is known to drive it, and lose their
/// relation to the other neurons.
///
/// What inputs, components of the population and the constant alone make of the targets stays; the
/// rest of them, free of what is not straight in the response to these drives (`DriveBends`), gets
/// another time course: `d* = tanh s₀ + c surrogate(d − bend − tanh s₀)`, with c for the numbers that
/// were fitted. Were the whole targets replaced, nulls would lack what the drive explains, and with
/// it the curvature of the loss and the size of the errors that the weights are found under. Each
/// neuron has its own surrogates: what two neurons share is lost too. The numbers depend on the seed,
/// the neuron and the null alone, not on ranks.
///
/// Reference: Freedman and Lane (1983), J. Bus. Econ. Stat. 1, 292.
final class SurrogateTargets: Sendable {
  private let kind: NullKind
  private let seed: UInt64
  private let shifts: CircularShifts
  private let transform: FourierTransform
  /// This rank's first neuron.
  private let first: Int
  /// `tanh s₀` of each of this rank's neurons and transitions; zero where nothing drives.
  private let driven: Matrix<Double>
  private let bends: DriveBends

  init(
    _ kind: NullKind, seed: UInt64, first: Int, driven: consuming Matrix<Double>, bends: DriveBends
  ) {
    self.kind = kind
    self.seed = seed
    self.first = first
    shifts = CircularShifts(frames: driven.columns)
    transform = FourierTransform(count: driven.columns)
    self.driven = driven
    self.bends = bends
  }

  /// Puts the surrogate of a number, from 1, in the place of the targets of a neuron, by its index
  /// among this rank's; of number 0 these are the recorded ones without what bends.
  ///
  /// Missing ones move with a shift, and stay where phases are drawn.
  ///
  /// - Complexity: O(T log T).
  func replace(_ targets: inout [Double], neuron: Int, null: Int) {
    for t in targets.indices { targets[t] -= bends.bends[neuron, t] }
    guard null > 0 else { return }
    for t in targets.indices { targets[t] -= driven[neuron, t] }
    switch kind {
    case .shift:
      let stream = RandomStream(seed: seed, purpose: .nullShifts, k: first + neuron)
      // Without replacement: no two nulls of a neuron are the same.
      let shift = shifts.first + stream.permutation(of: shifts.count)[null - 1]
      targets = Array(targets[shift...] + targets[..<shift])
    case .phase: randomisePhases(&targets, neuron: first + neuron, null: null)
    }
    for t in targets.indices { targets[t] = driven[neuron, t] + bends.scale * targets[t] }
  }

  /// Gives each frequency a phase of its own and leaves its power (Theiler et al., 1992).
  private func randomisePhases(_ targets: inout [Double], neuron: Int, null: Int) {
    let present = targets.filter(\.isFinite)
    let mean = present.reduce(0, +) / Double(max(1, present.count))
    var spectrum = transform.forward(ComplexSeries(targets.map { $0.isFinite ? $0 : mean }))
    let half = (targets.count - 1) / 2
    var turns = [Double](repeating: 0, count: half)
    var span = turns.mutableSpan
    RandomStream(seed: seed, purpose: .nullPhases, k: neuron, iteration: null).fillUniform(&span)
    for f in 1..<(half + 1) {
      spectrum.turn(f, by: turns[f - 1])
      spectrum.setConjugate(targets.count - f, of: f)
    }
    let drawn = transform.inverse(spectrum).real
    for t in targets.indices where targets[t].isFinite { targets[t] = drawn[t] }
  }
}

/// How targets lose their relation to the other neurons.
package enum NullKind: String, Codable, Sendable, CaseIterable {
  /// Rotated in time, by a tenth of the frames at least.
  case shift
  /// The phase of each frequency drawn anew.
  case phase
}

/// The rotations of a series that leave little of its relation to others.
///
/// A tenth of the series at least, one way or the other: what is correlated over a longer time
/// leaves no nulls.
struct CircularShifts: Sendable {
  /// The smallest, in frames.
  let first: Int
  /// How many there are.
  let count: Int

  init(frames: Int) {
    first = max(1, (frames + 9) / 10)
    count = max(0, frames - 2 * first + 1)
  }
}
