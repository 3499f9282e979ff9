internal import COpenBLAS

/// The eigenvalues of a general real matrix, by falling modulus.
///
/// - Precondition: A is square and finite.
/// - Complexity: about 10n³ flops. C: `dgeev_`.
package func eigenvalues(
  of a: consuming Matrix<Double>
) -> [(real: Double, imaginary: Double)] {
  precondition(a.rows == a.columns, "A is \(a.rows)×\(a.columns)")
  guard a.rows > 0 else { return [] }
  // A row-major matrix is its transpose to LAPACK, which has the same eigenvalues.
  var n = CInt(a.rows)
  var one: CInt = 1
  var info: CInt = 0
  var real = [Double](repeating: 0, count: a.rows)
  var imaginary = real
  var none = 0.0
  var unused = 0.0
  var wanted = 0.0
  var query: CInt = -1
  dgeev_(
    "N", "N", &n, a.base, &n, &real, &imaginary, &none, &one, &unused, &one, &wanted, &query,
    &info)
  var count = CInt(wanted)
  var work = [Double](repeating: 0, count: max(1, Int(count)))
  dgeev_(
    "N", "N", &n, a.base, &n, &real, &imaginary, &none, &one, &unused, &one, &work, &count, &info)
  precondition(info == 0, "dgeev failed with \(info): the matrix holds NaN or infinity")
  return zip(real, imaginary).sorted {
    let (x, y) = ($0.0 * $0.0 + $0.1 * $0.1, $1.0 * $1.0 + $1.1 * $1.1)
    return (x, $0.1) > (y, $1.1)
  }.map { (real: $0.0, imaginary: $0.1) }
}
