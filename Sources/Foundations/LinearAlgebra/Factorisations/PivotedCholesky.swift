internal import COpenBLAS

/// A factor of low rank of a positive semi-definite matrix, `A ≈ L Lᵀ`, by Cholesky
/// elimination with complete pivoting.
///
/// It ends where every diagonal entry of what is left, `A − L Lᵀ ⪰ 0`, is at most
/// `tolerance`: the trace of the error is at most n times that.
///
/// - Returns: L, n×rank.
/// - Complexity: n rank² flops; a copy of A.
/// C: `dpstrf`.
package func pivotedCholesky(_ a: borrowing Matrix<Double>, tolerance: Double) -> Matrix<Double> {
  precondition(a.rows == a.columns && tolerance > 0, "A is \(a.rows)×\(a.columns)")
  let work = a.copy()
  var n = CInt(a.rows)
  var leading = max(1, n)
  var pivots = [CInt](repeating: 0, count: a.rows)
  var rank: CInt = 0
  var bound = tolerance
  var scratch = [Double](repeating: 0, count: 2 * a.rows)
  var info: CInt = 0
  dpstrf_("U", &n, work.base, &leading, &pivots, &rank, &bound, &scratch, &info)
  precondition(info >= 0, "dpstrf refuses its argument \(-info)")
  var factor = Matrix<Double>(rows: a.rows, columns: Int(rank))
  for (k, pivot) in pivots.enumerated() {
    for i in 0..<min(k + 1, Int(rank)) { factor[Int(pivot) - 1, i] = work[k, i] }
  }
  return factor
}
