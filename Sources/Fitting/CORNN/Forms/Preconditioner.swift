internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// An inverse with the factor by which its ridge had to be raised; 1 mostly.
struct RidgedInverse<S: Scalar>: ~Copyable {
  let matrix: NodeShared<S>
  let raise: Double
}

/// `(G + ridge I)⁻¹` once a node, rounded to the working precision.
///
/// The factor is taken in float64. In the primal form it is only a preconditioner: where
/// rounding spoils positive definiteness its ridge is raised, which moves no solution.
/// - Throws: `FitError.ridgeTooSmall` where even that does not help, or in the dual form.
/// - Complexity: n³ flops, over the ranks that share a matrix of this order or else on one
///   rank a node.
/// - Collective: every rank of `group` must call it.
func invertedGram<S: Scalar & Transferable>(
  _ gram: borrowing NodeShared<Double>, ridge: Double, mayRaiseRidge: Bool, as: S.Type,
  group: borrowing some RankGroup & ~Copyable, phases: Phases
) throws -> RidgedInverse<S> {
  let order = gram.matrix.rows
  var inverse = try group.allocateOnNode(rows: order, columns: order, of: S.self)
  for raise in ridgeRaises.prefix(mayRaiseRidge ? ridgeRaises.count : 1) {
    let result = try group.invertPositiveDefinite(gram, ridge: ridge * raise, into: &inverse)
    phases.add("factor", flops: result.flops)
    if result.isPositiveDefinite { return RidgedInverse(matrix: inverse, raise: raise) }
  }
  throw FitError.ridgeTooSmall(order: order, ridge: ridge)
}

/// By how much a ridge is raised that only preconditions, until there is a factor.
let ridgeRaises = [1.0, 10, 100, 1e3, 1e4]

/// The inverse of a symmetric positive definite matrix to which a ridge was added.
///
/// - Throws: `FitError.ridgeTooSmall`.
/// - Complexity: n³ flops.
func inverted(_ a: consuming Matrix<Double>, ridge: Double) throws -> Matrix<Double> {
  var result = a
  var view = result.mutableView
  do {
    try invertPositiveDefinite(&view)
  } catch {
    throw FitError.ridgeTooSmall(order: result.rows, ridge: ridge)
  }
  return result
}
