internal import Kernels
internal import LinearAlgebra

extension Matrix<Double> {
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
