internal import Kernels
internal import LinearAlgebra

// What rounded products leave in residuals.
extension FeaturePanel {
  /// Adds to the residuals of the active rows what rounding may have left in them, and returns in
  /// ascending order those rows where that is not below a bound, or that stopped elsewhere than
  /// where their residual was taken.
  ///
  /// A factor rounded to bfloat16 is wrong by r = `rounding` of itself, both factors by √2 r, and the
  /// errors of different elements are independent: `Σ_k Q_tk p_k` of a step p has an error of
  /// `√2 r (Σ_k Q_tk² p_k²)^½`, all samples together at most `√2 r |p|`, as no `Σ_t Q_tk²` is
  /// above 1. `Σ_t Q_tk E_t` has one of `√2 r (Σ_t Q_tk² E_t²)^½`, all features together
  /// `√2 r (count / samples)^½ |E|`, with the mean of `Σ_k Q_tk²` for each; and the gradient sees
  /// that share of what is wrong with S too.
  mutating func takeRounding(below bound: Double) -> [Int] {
    guard features.kernel.isRounded else { return Array(0..<panel.active) }
    let share =
      2 * Self.rounding * Self.rounding * min(1, Double(features.count) / Double(features.samples))
    return (0..<panel.active).filter { i in
      let row = panel.rows[i]
      guard row.outcome == .converged else { return true }
      let length = travelled[row.position]
      panel.rescore(i)
      let scores = gradientAccuracy == .rounded ? panel.score.dot(0, panel.score, 0) : 0
      let left = share * (length * length + scores)
      panel.rows[i].decrement += left
      return left >= bound * bound * row.scale
    }
  }

  /// Recomputes S and the residuals of some rows, in ascending order, by split products.
  mutating func remeasure(_ rows: [Int]) {
    guard !rows.isEmpty else { return }
    bringToFront(rows)
    let all = panel.active
    panel.active = rows.count
    refresh()
    project(.split)
    for i in 0..<rows.count { updateImage(i) }
    panel.active = all
  }

  /// The root mean square of the relative error of a number rounded to the 8 bits of bfloat16: in
  /// [1, 2] the error is uniform within ±2⁻⁸, and the mean of x⁻² is ½, `(2⁻¹⁶ / 3 · ½)^½`.
  private static var rounding: Double { 0x1p-8 / 6.0.squareRoot() }
}
