package import LinearAlgebra

/// The damped Gauss-Newton step in the subspace of the directions.
///
/// ```
/// c = (V′GV + λ s_max M)⁻¹ V′g,    θ ← θ − η V c
/// ```
/// M is the identity for directions taken as they are, or their Gram matrix `V′V`: then
/// c is what orthonormalised directions would give, without a K×P matrix being formed.
package struct Subproblem: ~Copyable {
  /// V′GV.
  package let matrix: Matrix<Double>
  /// V′g, one row.
  private let gradient: Matrix<Double>
  /// M; empty for the identity.
  private let gram: Matrix<Double>
  /// The largest s with `V′GV x = s M x`.
  package let largest: Double

  /// The problem of a sketch; `gram` is empty where M is the identity.
  package init(
    matrix: consuming Matrix<Double>, gradient: [Double],
    gram: consuming Matrix<Double> = Matrix(rows: 0, columns: 0)
  ) {
    let k = gradient.count
    precondition(matrix.rows == k && (gram.rows == k || gram.rows == 0), "shapes differ")
    largest = gram.rows == 0 ? largestEigenvalue(matrix) : largestEigenvalue(matrix, over: gram)
    self.gradient = Matrix([gradient])
    self.matrix = matrix
    self.gram = gram
  }

  /// The coefficients of the step for a relative damping.
  ///
  /// A matrix that rounding made indefinite gets ten times the damping until it is not.
  ///
  /// - Returns: c, and the damping it took; nil if no damping up to 1 helps (not finite).
  /// - Complexity: K³/3 flops.
  package func solve(damping: Double) -> (coefficients: [Double], damping: Double)? {
    let k = gradient.columns
    guard largest.isFinite, (0..<k).allSatisfy({ gradient[0, $0].isFinite }) else { return nil }
    guard largest > 0 else { return ([Double](repeating: 0, count: k), damping) }
    var used = damping
    while used <= 1 {
      if let factor = try? Cholesky(damped(by: used * largest)) {
        var c = gradient.copy()
        var row = c.mutableView
        factor.solveFromRight(&row)
        return ((0..<k).map { c[0, $0] }, used)
      }
      used = max(used * 10, 1e-14)
    }
    return nil
  }

  /// `V′GV + weight · M`.
  private func damped(by weight: Double) -> Matrix<Double> {
    var sum = matrix.copy()
    if gram.rows == 0 {
      for i in 0..<sum.rows { sum[i, i] += weight }
    } else {
      for i in 0..<sum.rows { sum.add(weight, gram, i, toRow: i) }
    }
    return sum
  }

  /// How much the quadratic model says the loss falls for the step `η c`.
  ///
  /// - Complexity: 2K² flops.
  package func predictedDecrease(_ c: [Double], learningRate eta: Double) -> Double {
    let c = Matrix([c])
    let curvature = (0..<matrix.rows).reduce(0) { $0 + c[0, $1] * matrix.dot($1, c, 0) }
    return eta * gradient.dot(0, c, 0) - eta * eta / 2 * curvature
  }
}

/// The largest s with `A x = s x`, for a symmetric A without negative eigenvalues, by power iteration
/// from a vector that favours no axis; not a number where A is not finite.
///
/// It only scales the damping: ten digits of it, or what 60 iterations find, are ample.
/// - Complexity: 2K² flops an iteration.
private func largestEigenvalue(_ a: borrowing Matrix<Double>) -> Double {
  let n = a.rows
  var x = Matrix([(0..<n).map { 1 + Double(($0 * 7919) % 13) / 13 }])
  x.scaleRow(0, by: 1 / x.dot(0, x, 0).squareRoot())
  var largest = 0.0
  for _ in 0..<60 {
    let y = (0..<n).map { a.dot($0, x, 0) }
    let length = y.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0, length.isFinite else { return length == 0 ? 0 : .nan }
    let before = largest
    largest = (0..<n).reduce(0) { $0 + x[0, $1] * y[$1] }
    for i in 0..<n { x[0, i] = y[i] / length }
    if abs(largest - before) <= 1e-10 * largest { break }
  }
  return largest
}

/// The largest s with `A x = s M x`: that of `L⁻¹ A L⁻ᵀ`, where `M = L Lᵀ`; not a number where M is
/// not positive definite.
///
/// - Complexity: 7K³/3 flops.
private func largestEigenvalue(
  _ a: borrowing Matrix<Double>, over m: borrowing Matrix<Double>
) -> Double {
  guard let factor = try? Cholesky(m.copy()) else { return .nan }
  let half = halfSolved(a.copy(), factor)
  return largestEigenvalue(halfSolved(half.view.transposed.copy(), factor))
}

/// `A L⁻ᵀ`.
private func halfSolved(
  _ a: consuming Matrix<Double>, _ factor: borrowing Cholesky<Double>
) -> Matrix<Double> {
  var result = a
  var view = result.mutableView
  factor.halfSolveFromRight(&view)
  return result
}
