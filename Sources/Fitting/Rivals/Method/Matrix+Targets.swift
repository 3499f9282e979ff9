internal import CORNN
internal import LinearAlgebra

extension Matrix<Double> {
  /// Fills row i with the targets of the neuron of this number among the rank's, and the same row
  /// of `headroom` with what the loss takes beside them.
  mutating func setTargets<R: Scalar>(
    row i: Int, neuron: Int? = nil, _ rule: TargetRule, headroom: inout Matrix,
    of recording: borrowing PreparedRecording<R>,
    at transitions: Transitions
  ) {
    _ = setTargets(
      row: i, rule, headroom: &headroom, rates: recording.rates.row(neuron ?? i),
      transitions: transitions)
  }

  /// `row i ← value`, entry by entry.
  mutating func fillRow(_ i: Int, with value: Double) {
    var row = mutableRow(i)
    for t in 0..<row.count { row[t] = value }
  }
}
