internal import LinearAlgebra

extension Matrix where S == Float {
  /// `row i ← row j of other`, and what that adds to it is added to row i of `difference`.
  mutating func replace(
    row i: Int, by other: borrowing Matrix<Double>, _ j: Int, difference: inout Matrix
  ) {
    var now = mutableRow(i)
    var differences = difference.mutableRow(i)
    let values = other.row(j)
    for t in 0..<now.count {
      let value = Float(values[t])
      differences[t] += value - now[t]
      now[t] = value
    }
  }
}

extension Matrix {
  /// `row i ← row j of other`, rounded or widened.
  @specialized(where S == Double, Other == Float)
  @specialized(where S == Double, Other == Double)
  @specialized(where S == Float, Other == Double)
  mutating func setRounded<Other: Scalar>(
    row i: Int, _ other: borrowing Matrix<Other>, _ j: Int
  ) {
    var target = mutableRow(i)
    let source = other.row(j)
    for t in 0..<target.count { target[t] = S(source[t]) }
  }
}

extension Matrix where S == Float {
  /// `row i += factor · row j of other`.
  mutating func addRounded<Other: Scalar>(
    _ factor: Float, _ other: borrowing Matrix<Other>, _ j: Int, toRow i: Int
  ) {
    var target = mutableRow(i)
    CORNN.addRounded(factor, other.row(j), to: &target)
  }
}

@specialized(where Other == Double)
@specialized(where Other == Float)
private func addRounded<Other: Scalar>(
  _ factor: Float, _ source: Span<Other>, to target: inout MutableSpan<Float>
) {
  for t in 0..<target.count { target[t] += factor * Float(source[t]) }
}
