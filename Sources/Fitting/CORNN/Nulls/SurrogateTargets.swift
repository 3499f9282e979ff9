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

  /// The targets of a neuron, by its index among this rank's, without what bends (row 0), and its
  /// surrogates by their number from 1: (nulls + 1) × transitions.
  ///
  /// Missing ones move with a shift, and stay where phases are drawn.
  ///
  /// - Complexity: O(nulls T log T); two phases take one transform.
  func draw(_ recorded: [Double], neuron: Int, nulls: Int) -> Matrix<Double> {
    var drawn = Matrix<Double>(rows: nulls + 1, columns: recorded.count)
    let (driven, bend) = (driven.array(ofRow: neuron), bends.bends.array(ofRow: neuron))
    let straight = zip(recorded, bend).map { $0 - $1 }
    let rest = zip(straight, driven).map { $0 - $1 }
    drawn.setRow(0, to: straight)
    switch kind {
    case .shift: shift(rest, neuron: neuron, into: &drawn)
    case .phase: randomisePhases(rest, neuron: neuron, into: &drawn)
    }
    for k in 1..<(nulls + 1) {
      var null = drawn.mutableRow(k)
      for t in null.indices { null[t] = driven[t] + bends.scale * null[t] }
    }
    return drawn
  }

  /// Rotates without replacement: no two nulls of a neuron are the same.
  private func shift(_ rest: [Double], neuron: Int, into drawn: inout Matrix<Double>) {
    let stream = RandomStream(seed: seed, purpose: .nullShifts, k: first + neuron)
    let steps = stream.permutation(of: shifts.count).map { shifts.first + $0 }
    for k in 1..<drawn.rows {
      let step = steps[k - 1]
      drawn.setRow(k, to: Array(rest[step...] + rest[..<step]))
    }
  }

  /// Gives each frequency a phase of its own and leaves its power (Theiler et al., 1992).
  private func randomisePhases(_ rest: [Double], neuron: Int, into drawn: inout Matrix<Double>) {
    let present = rest.filter(\.isFinite)
    let mean = present.reduce(0, +) / Double(max(1, present.count))
    let spectrum = transform.forward(ComplexSeries(rest.map { $0.isFinite ? $0 : mean }))
    for k in stride(from: 1, to: drawn.rows, by: 2) {
      let pair = transform.inverse(
        turned(spectrum, neuron: neuron, null: k), turned(spectrum, neuron: neuron, null: k + 1))
      for (row, null) in [(k, pair.first), (k + 1, pair.second)] where row < drawn.rows {
        drawn.setRow(row, to: zip(null, rest).map { $1.isFinite ? $0 : .nan })
      }
    }
  }

  /// The spectrum with the phases of a null.
  private func turned(_ spectrum: ComplexSeries, neuron: Int, null: Int) -> ComplexSeries {
    var turned = spectrum
    let half = (spectrum.count - 1) / 2
    var turns = [Double](repeating: 0, count: half)
    var span = turns.mutableSpan
    RandomStream(seed: seed, purpose: .nullPhases, k: first + neuron, iteration: null)
      .fillUniform(&span)
    for f in 1..<(half + 1) {
      turned.turn(f, by: turns[f - 1])
      turned.setConjugate(spectrum.count - f, of: f)
    }
    return turned
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
