internal import LinearAlgebra

/// What is not straight in the responses of a rank's neurons to the drives that they share.
///
/// A drive's work on a neuron is rarely linear in it: rates saturate. What the fit on drives alone
/// leaves of it is no noise, and as all neurons saturate alike it looks like connections. With a and b
/// what the components at the first and at the second frame of a transition give in a least-squares
/// fit of a neuron's targets, the rest d − tanh s₀ is therefore fitted by
/// ```
/// a², ab, b², a³, a²b, ab², b³        all free of what is linear in the drives,
/// ```
/// and what they give is taken away from the recorded targets, and from what nulls are drawn of.
final class DriveBends: Sendable {
  /// What is taken away: local × transitions.
  let bends: Matrix<Double>
  /// √(T / (T − p)) for p numbers that were fitted: what drives leave of the targets is smaller than
  /// the errors by as much, and nulls are drawn as large as these.
  let scale: Double

  /// Terms of degree 2 and 3.
  private static var terms: Int { 7 }
  /// Of the mean of the diagonal, what is added to it: regressors may be the same.
  private static var leastRidge: Double { 1e-10 }

  /// Without components nothing bends.
  ///
  /// - Parameters:
  ///   - targets: local × transitions; NaN where missing.
  ///   - outputs: `tanh s₀` of the drives alone.
  ///   - drives: drives × transitions: inputs, the components at the first frame, those at the second
  ///     and the constant.
  ///   - components: where those of the two frames are among them.
  /// - Complexity: O(p² T + p T) with p drives, and O(p T) a neuron.
  init(
    targets: borrowing Matrix<Double>, outputs: borrowing Matrix<Double>,
    drives: borrowing Matrix<Double>, components: (first: Range<Int>, second: Range<Int>)
  ) {
    let (rows, frames) = (targets.rows, targets.columns)
    let isBent = !components.first.isEmpty
    let fitted = min(frames / 2, drives.rows + (isBent ? Self.terms : 0))
    scale = (Double(frames) / Double(max(1, frames - fitted))).squareRoot()
    var bends = Matrix<Double>(rows: rows, columns: frames)
    guard isBent else {
      self.bends = bends
      return
    }
    let inverse = Self.inverse(product(drives, drives, transposingB: true))
    for i in 0..<rows {
      let (own, output) = (targets.row(i), outputs.row(i))
      var rest = Matrix<Double>(rows: 2, columns: frames)
      for t in 0..<frames where !own[t].isNaN {
        rest[0, t] = own[t]
        rest[1, t] = own[t] - output[t]
      }
      let linear = product(product(rest, drives, transposingB: true), inverse)
      let first = Self.response(linear, drives, components.first)
      let second = Self.response(linear, drives, components.second)
      var terms = Self.powers(first, second)
      let straight = product(
        product(product(terms, drives, transposingB: true), inverse), drives)
      for k in 0..<terms.rows { terms.add(-1, straight, k, toRow: k) }
      // A missing target says nothing of any term.
      var seen = terms.copy()
      for t in 0..<frames where own[t].isNaN {
        for k in 0..<terms.rows { seen[k, t] = 0 }
      }
      let factors = product(
        product(rest.copy(rows: 1..<2), seen, transposingB: true),
        Self.inverse(product(seen, seen, transposingB: true)))
      let bend = product(factors, terms)
      bends.copyRow(i, from: bend, 0)
    }
    self.bends = bends
  }

  /// What some of the drives give, at a root mean square of 1.
  private static func response(
    _ factors: borrowing Matrix<Double>, _ drives: borrowing Matrix<Double>, _ rows: Range<Int>
  ) -> [Double] {
    var sum = Matrix<Double>(rows: 1, columns: drives.columns)
    for k in rows { sum.add(factors[0, k], drives, k, toRow: 0) }
    let power = sum.dot(0, sum, 0) / Double(drives.columns)
    if power > 0 { sum.scaleRow(0, by: 1 / power.squareRoot()) }
    return sum.array(ofRow: 0)
  }

  /// Terms × transitions.
  private static func powers(_ a: [Double], _ b: [Double]) -> Matrix<Double> {
    var result = Matrix<Double>(rows: terms, columns: a.count)
    for t in a.indices {
      let (x, y) = (a[t], b[t])
      let values = [x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y]
      for (k, value) in values.enumerated() { result[k, t] = value }
    }
    return result
  }

  private static func inverse(_ gram: consuming Matrix<Double>) -> Matrix<Double> {
    let trace = (0..<gram.rows).reduce(0) { $0 + gram[$1, $1] }
    let ridge = max(leastRidge * trace / Double(max(1, gram.rows)), .leastNormalMagnitude)
    let eigen = SymmetricEigen(gram)
    var scaled = eigen.vectors.copy()
    for k in 0..<scaled.rows { scaled.scaleRow(k, by: 1 / (max(0, eigen.values[k]) + ridge)) }
    return product(scaled.view.transposed, eigen.vectors.view)
  }
}
