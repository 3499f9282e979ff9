internal import Collectives
internal import LinearAlgebra

/// What free runs say of a subspace.
///
/// With J the tangents of all rates and w_h what a step counts,
/// ```
/// A = Σ_h w_h J_hᵀ J_h,   g = Σ_h w_h J_hᵀ (r̂ − r)
/// ```
struct SubspaceCurvature: ~Copyable {
  /// K × K.
  var products: Matrix<Double>
  var slopes: [Double]

  init(directions: Int) {
    products = Matrix(rows: directions, columns: directions)
    slopes = [Double](repeating: 0, count: directions)
  }

  /// Adds a frame: tangents as neurons × (directions by runs), errors as neurons × runs; where an
  /// error is not known the tangents do not count.
  mutating func add(
    _ tangents: borrowing Matrix<Double>, errors: borrowing Matrix<Double>, weight: Double
  ) {
    let (k, runs) = (slopes.count, errors.columns)
    let scale = weight.squareRoot()
    var jacobian = Matrix<Double>(rows: k, columns: errors.rows * runs)
    for i in 0..<errors.rows {
      let (tangent, error) = (tangents.row(i), errors.row(i))
      for direction in 0..<k {
        var target = jacobian.mutableRow(direction)
        var sum = 0.0
        for c in 0..<runs where !error[c].isNaN {
          let value = tangent[direction * runs + c]
          target[i * runs + c] = scale * value
          sum += value * error[c]
        }
        slopes[direction] += weight * sum
      }
    }
    var target = products.mutableView
    multiply(jacobian.view, jacobian.view.transposed, into: &target, keep: 1)
  }

  /// Adds up what the ranks have.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func sum(over group: borrowing some RankGroup & ~Copyable) throws {
    try group.sum(&products)
    try group.sum(&slopes)
  }
}
