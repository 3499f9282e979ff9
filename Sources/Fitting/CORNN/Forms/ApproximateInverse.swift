internal import Collectives
internal import LinearAlgebra

/// Something cheaper than `K⁻¹` that stands in for it until a solution is verified, in the
/// precision P.
///
/// The dual form carries S along by `G p = e − λ p`, which an approximate `p` meets only
/// nearly: S is recomputed before a solution counts as one; its residual is then measured with
/// the inverse itself, unless the product is close to it: what is neglected of G is not seen in
/// `e − λ p` either.
protocol ApproximateInverse<P>: AnyObject {
  associatedtype P: Scalar

  /// `result ← K⁻¹ residual`, about, for the first rows; returns the flops.
  ///
  /// `lowRank` is scratch of the product, from one call to the next.
  func multiply(
    rows: Range<Int>, _ residual: borrowing Matrix<P>, into result: inout Matrix<P>,
    lowRank: inout Matrix<P>
  ) -> Double
}

/// `(G + λI)⁻¹` in float32: twice as fast a product as that in float64.
final class RoundedInverse: ApproximateInverse {
  private let inverse: NodeShared<Float>

  /// - Complexity: half the memory of the inverse, once a node.
  /// - Collective: every rank of `group` must call it.
  init(
    _ exact: borrowing NodeShared<some Scalar>, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let order = exact.matrix.rows
    var rounded = try group.allocateOnNode(rows: order, columns: order, of: Float.self)
    let own = Partition(of: order, among: rounded.nodeSize).range(of: rounded.nodeRank)
    rounded.matrix.round(exact.matrix, rows: own)
    try rounded.synchronize()
    inverse = rounded
  }

  func multiply(
    rows: Range<Int>, _ residual: borrowing Matrix<Float>, into result: inout Matrix<Float>,
    lowRank: inout Matrix<Float>
  ) -> Double {
    result.multiply(rows: rows, residual, inverse.matrix)
    return 2 * Double(rows.count) * Double(residual.columns) * Double(residual.columns)
  }
}

/// An approximate inverse in the precision of the panels, or in float32 with vectors that are
/// rounded for the product and widened after it.
enum Approximation<S: Scalar & Transferable> {
  case same(any ApproximateInverse<S>)
  case narrow(any ApproximateInverse<Float>, Deflation<S>)

  /// How good its products are.
  ///
  /// Rounded to float32, a product is so good that S drifts hardly more than by the rounding
  /// of float64, and measures the residual of a recomputed S as well as the exact one. Otherwise
  /// solutions are finished with the inverse itself, which takes an iteration or two.
  var accuracy: PreconditionerAccuracy {
    if case .narrow(let inverse, _) = self, inverse is RoundedInverse {
      return .approximate(margin: 0.97, verification: .approximate)
    }
    return .approximate(margin: 0.85, verification: .exact)
  }

  /// `preconditioned ← K⁻¹ residual`, about, for the active rows.
  func precondition(_ panel: inout Panel<S>) {
    let rows = 0..<panel.active
    switch self {
    case .same(let inverse):
      panel.flops += inverse.multiply(
        rows: rows, panel.residual, into: &panel.preconditioned, lowRank: &panel.scratch.lowRank)
    case .narrow(let inverse, let deflation):
      let unknowns = panel.residual.columns
      if panel.scratch.rounded.residual.columns != unknowns {
        panel.scratch.rounded = RoundedVectors(rows: panel.rows.count, columns: unknowns)
      }
      panel.scratch.rounded.residual.round(panel.residual, rows: rows)
      panel.flops += panel.scratch.rounded.multiply(by: inverse, rows: rows)
      panel.preconditioned.round(panel.scratch.rounded.preconditioned, rows: rows)
      panel.flops += deflation.correct(
        &panel.preconditioned, of: panel.residual, rows: rows, lowRank: &panel.scratch.lowRank)
    }
  }
}
