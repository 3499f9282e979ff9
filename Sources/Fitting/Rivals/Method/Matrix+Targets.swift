internal import CORNN
internal import Kernels
internal import LinearAlgebra

extension Matrix<Double> {
  /// Fills row i with the targets of the neuron of this number among the rank's.
  mutating func setTargets<R: Scalar>(
    row i: Int, neuron: Int? = nil, _ rule: TargetRule,
    of recording: borrowing PreparedRecording<R>,
    at transitions: Transitions
  ) {
    _ = setTargets(
      row: i, rule, rates: recording.rates.row(neuron ?? i), transitions: transitions)
  }

  /// `row i ← value`, entry by entry.
  mutating func fillRow(_ i: Int, with value: Double) {
    var row = mutableRow(i)
    for t in 0..<row.count { row[t] = value }
  }

  /// `row i ← (1 − |d|) / 2` of the same row of targets.
  mutating func setHeadroom(row i: Int, _ targets: borrowing Matrix) {
    var row = mutableRow(i)
    PointwiseLoss.headroom(of: targets.row(i), into: &row)
  }
}
