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
  /// V′g.
  package let gradient: [Double]
  /// M.
  package let gram: Matrix<Double>
  /// The largest s with `V′GV x = s M x`.
  package let largest: Double

  package init(
    matrix: consuming Matrix<Double>, gradient: [Double], gram: consuming Matrix<Double>
  ) {
    precondition(matrix.rows == gradient.count && gram.rows == gradient.count, "shapes differ")
    largest = Self.largestEigenvalue(matrix.view, gram.view)
    self.matrix = matrix
    self.gradient = gradient
    self.gram = gram
  }

  /// The coefficients of the step for a relative damping.
  ///
  /// A matrix that rounding made indefinite gets ten times the damping until it is not.
  ///
  /// - Returns: c, and the damping it took; nil if no damping up to 1 helps (not finite).
  /// - Complexity: K³/3 flops.
  package func solve(damping: Double) -> (coefficients: [Double], damping: Double)? {
    guard largest.isFinite, gradient.allSatisfy(\.isFinite) else { return nil }
    guard largest > 0 else {
      return ([Double](repeating: 0, count: gradient.count), damping)
    }
    var used = damping
    while used <= 1 {
      var damped = matrix.copy()
      for i in 0..<damped.rows {
        for j in 0..<damped.columns { damped[i, j] += used * largest * gram[i, j] }
      }
      if let factor = try? Cholesky(damped) {
        var c = Matrix<Double>(rows: gradient.count, columns: 1)
        for i in 0..<gradient.count { c[i, 0] = gradient[i] }
        var view = c.mutableView
        factor.solve(&view)
        return ((0..<gradient.count).map { c[$0, 0] }, used)
      }
      used = max(used * 10, 1e-14)
    }
    return nil
  }

  /// How much the quadratic model says the loss falls for the step `η c`.
  package func predictedDecrease(_ c: [Double], learningRate eta: Double) -> Double {
    var linear = 0.0
    var quadratic = 0.0
    for i in c.indices {
      var row = 0.0
      for j in c.indices { row += matrix[i, j] * c[j] }
      linear += c[i] * gradient[i]
      quadratic += c[i] * row
    }
    return eta * linear - eta * eta / 2 * quadratic
  }

  /// Power iteration on `M⁻¹ A`, from a vector that favours no axis.
  ///
  /// The result only scales the damping: 60 iterations are ample.
  /// - Complexity: 60·2K² flops, and K³/3 where M is not the identity.
  private static func largestEigenvalue(
    _ a: MatrixView<Double>, _ m: MatrixView<Double>
  ) -> Double {
    let n = a.rows
    guard n > 0, let factor = try? Cholesky(m.copy()) else { return n > 0 ? .nan : 0 }
    var x = Matrix<Double>(rows: n, columns: 1)
    for i in 0..<n { x[i, 0] = 1 + Double((i * 7919) % 13) / 13 }
    var s = 0.0
    for _ in 0..<60 {
      var y = product(a, x.view)
      let z = product(m, x.view)
      var numerator = 0.0
      var denominator = 0.0
      for i in 0..<n {
        numerator += x[i, 0] * y[i, 0]
        denominator += x[i, 0] * z[i, 0]
      }
      s = numerator / denominator
      var view = y.mutableView
      factor.solve(&view)
      var length = 0.0
      for i in 0..<n { length += y[i, 0] * y[i, 0] }
      guard length > 0, length.isFinite else { return length == 0 ? 0 : .nan }
      for i in 0..<n { x[i, 0] = y[i, 0] / length.squareRoot() }
    }
    return s
  }
}
