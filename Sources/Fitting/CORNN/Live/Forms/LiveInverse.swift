internal import Kernels
internal import LinearAlgebra

/// `P = (XᵀX + ridge I)⁻¹` of the primal form, kept while transitions come and go.
///
/// What comes contracts the error that P has, what leaves magnifies it: in `P + p pᵀ / (1 − h)`
/// the pivot `1 − h` is as small as the ridge is weak. So `p = P o` of what leaves is taken once
/// more against the window itself, by a step of iterative refinement; then it has no share in
/// that error, and P stays as accurate as a factor of the window.
///
/// Each change is `± v vᵀ` with the same v on both sides, so P stays symmetric to the last bit:
/// what it had of an antisymmetric part would grow as old transitions are forgotten.
/// Reference: Golub, Van Loan (2013), 3.5.3, for the refinement.
struct LiveInverse: ~Copyable {
  private(set) var matrix: Matrix<Double>

  /// The inverse of a ridge alone.
  init(order: Int, ridge: Double) {
    matrix = Matrix(rows: order, columns: order)
    for j in 0..<order { matrix[j, j] = 1 / ridge }
  }

  init(_ matrix: consuming Matrix<Double>) { self.matrix = matrix }

  /// By what errors move θ: `P x` of what comes, and `P o` of what leaves after it.
  struct Gains {
    let coming: [Double]
    let leaving: [Double]
  }

  /// `A ← decay A + x xᵀ`.
  ///
  /// - Returns: `P x` with the new P.
  /// - Complexity: 4 M² flops, two passes through P.
  mutating func include(_ x: [Double], decay: Double = 1) -> [Double] {
    let u = matrix.times(x).map { $0 / decay }
    let share = 1 / (1 + dot(x.span, u.span))
    let half = scaled(u, by: share.squareRoot())
    for j in 0..<matrix.rows {
      if decay != 1 { matrix.scaleRow(j, by: 1 / decay) }
      matrix.add(-half[j], half, toRow: j)
    }
    return scaled(u, by: share)
  }

  /// `A ← A + x xᵀ − o oᵀ`, where `window` has the X that still has o.
  ///
  /// - Complexity: 10 M² + 4 T M flops; three passes through P, two through X.
  mutating func exchange(
    _ x: [Double], for o: [Double], in window: borrowing Matrix<Double>, ridge: Double
  ) -> Gains {
    let (u, past) = matrix.times(x, o)
    let share = 1 / (1 + dot(x.span, u.span))
    let overlap = share * dot(u.span, o.span)
    var p = zip(past, u).map { $0 - overlap * $1 }
    // What A p lacks of o, with A that has both.
    let image = window.times(window.transposedTimes(p))
    let along = dot(x.span, p.span)
    let residual = p.indices.map { o[$0] - image[$0] - along * x[$0] - ridge * p[$0] }
    let correction = matrix.times(residual)
    let fold = share * dot(u.span, residual.span)
    for j in p.indices { p[j] += correction[j] - fold * u[j] }
    // Where rounding leaves nothing of the pivot P is wrong, and finite until it is taken afresh.
    let lost = 1 / max(.ulpOfOne, 1 - dot(o.span, p.span))
    let (plus, minus) = (scaled(p, by: lost.squareRoot()), scaled(u, by: share.squareRoot()))
    for j in 0..<matrix.rows {
      matrix.add(-minus[j], minus, toRow: j)
      matrix.add(plus[j], plus, toRow: j)
    }
    return Gains(coming: scaled(u, by: share), leaving: scaled(p, by: lost))
  }

  /// `A ← A + weight e_j e_jᵀ`.
  ///
  /// - Returns: `weight P e_j` with the new P.
  /// - Complexity: 2 M² flops, one pass through P.
  mutating func raise(_ j: Int, by weight: Double) -> [Double] {
    let p = matrix.numbers(ofRow: j)
    let share = weight / (1 + weight * p[j])
    let half = scaled(p, by: share.squareRoot())
    for k in 0..<matrix.rows { matrix.add(-half[k], half, toRow: k) }
    return scaled(p, by: share)
  }
}

private func scaled(_ v: [Double], by factor: Double) -> [Double] { v.map { factor * $0 } }
