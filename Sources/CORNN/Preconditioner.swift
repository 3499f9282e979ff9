internal import Collectives
internal import LinearAlgebra

/// `(G + ridge I)⁻¹` once a node, rounded to the working precision.
///
/// The factor is taken in float64. In the primal form it is only a preconditioner: where
/// rounding spoils positive definiteness its ridge is raised, which moves no solution.
/// - Throws: `FitError.ridgeTooSmall` where even that does not help, or in the dual form.
/// - Complexity: n³ flops on one rank a node, n² scalars of memory.
/// - Collective: every rank of `group` must call it.
func invertedGram<S: Scalar & Transferable>(
  _ gram: borrowing NodeShared<Double>, ridge: Double, mayRaiseRidge: Bool, as: S.Type,
  group: borrowing some RankGroup & ~Copyable
) throws -> NodeShared<S> {
  let order = gram.matrix.rows
  var inverse = try group.allocateOnNode(rows: order, columns: order, of: S.self)
  var failed = 0
  if gram.nodeRank == 0 {
    failed = 1
    for raise in [1.0, 10, 100, 1e3, 1e4].prefix(mayRaiseRidge ? 5 : 1) where failed == 1 {
      var work = gram.matrix.copy()
      for i in 0..<order { work[i, i] += ridge * raise }
      var view = work.mutableView
      guard (try? invertPositiveDefinite(&view)) != nil else { continue }
      inverse.matrix.round(work, rows: 0..<order)
      failed = 0
    }
  }
  if try group.maximum(failed) > 0 { throw FitError.ridgeTooSmall(order: order, ridge: ridge) }
  try inverse.synchronize()
  return inverse
}
