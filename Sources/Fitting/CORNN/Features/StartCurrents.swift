internal import Collectives
internal import LinearAlgebra

/// What the ridge solutions are fitted to that iterations may begin with.
///
/// Each start is as good as any other for where the iterations end, and as bad as what it takes for a
/// current: an impulse in a rate, which moves one target by 1/α of it, counts as if the currents of
/// that frame had been there to cause it.
enum StartCurrents: Equatable, Sendable {
  /// artanh d, clamped at |d| ≤ 1 − margin.
  case clamped(margin: Double)
  /// The medians of artanh d over three successive transitions: what stands out in one alone is
  /// taken for noise. Currents that last for more than a few frames are left as they are.
  case medians
}

extension Panel where S: Transferable {
  /// The scores of the ridge problem at θ = 0 of one row: its currents.
  mutating func setCurrents(_ i: Int, _ currents: StartCurrents) {
    switch currents {
    case .clamped(let margin): setClampedCurrent(i, margin: margin)
    case .medians: score.setMedians(row: scoreRow(i), target, i)
    }
  }
}

extension Matrix {
  /// `row k ←` the medians of three of row i of `targets`, 0 where missing.
  fileprivate mutating func setMedians(
    row k: Int, _ targets: borrowing Matrix<S>, _ i: Int
  ) {
    var row = mutableRow(k)
    medians(targets.row(i), into: &row)
  }
}

/// Each value's median with its neighbours, 0 for NaN; a neighbour that is missing counts as the
/// value itself.
@specialized(where S == Double)
@specialized(where S == Float)
private func medians<S: Scalar>(_ values: Span<S>, into row: inout MutableSpan<S>) {
  let last = values.count - 1
  for t in 0..<values.count {
    let now = values[t]
    var (before, after) = (values[max(0, t - 1)], values[min(last, t + 1)])
    if before.isNaN { before = now }
    if after.isNaN { after = now }
    let median = max(min(before, now), min(max(before, now), after))
    row[t] = now.isNaN ? 0 : median
  }
}
