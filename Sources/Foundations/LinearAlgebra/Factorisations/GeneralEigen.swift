internal import COpenBLAS
internal import Kernels

/// The eigenvalues of a real matrix that need not be symmetric, by falling modulus.
///
/// - Precondition: A is square and finite.
/// - Complexity: about 10 n³ flops. C: `dgeev_`.
package func eigenvalues(
  of a: borrowing Matrix<Double>
) -> [(real: Double, imaginary: Double)] {
  GeneralEigen(a).values.sorted {
    let (x, y) = ($0.0 * $0.0 + $0.1 * $0.1, $1.0 * $1.0 + $1.1 * $1.1)
    return (x, $0.1) > (y, $1.1)
  }
}

/// Eigenvalues of a real matrix that need not be symmetric, with a part of its eigenvectors.
package struct GeneralEigen {
  /// Real and imaginary parts, in no order.
  package let values: [(real: Double, imaginary: Double)]
  /// The magnitude of the last entry of each unit eigenvector; empty if not asked for.
  package let lastEntries: [Double]

  /// - Complexity: about 10 n³ flops, 25 n³ with the vectors.
  package init(_ a: borrowing Matrix<Double>, lastEntries wantsLast: Bool = false) {
    precondition(a.rows == a.columns, "A is \(a.rows)×\(a.columns)")
    // LAPACK counts by columns; the transpose has the same values and other vectors.
    var work = a.view.transposed.copy()
    let n = a.rows
    var real = [Double](repeating: 0, count: n)
    var imaginary = [Double](repeating: 0, count: n)
    var vectors = [Double](repeating: 0, count: wantsLast ? n * n : 1)
    var order = CInt(n)
    var info: CInt = 0
    var query: CInt = -1
    var wanted = 0.0
    var none = 0.0
    var one: CInt = 1
    let job = wantsLast ? "V" : "N"
    var elements = work.mutableElements
    if n > 0 {
      let base = elements.pointer
      dgeev_(
        "N", job, &order, base, &order, &real, &imaginary, &none, &one, &vectors, &order,
        &wanted, &query, &info)
      var count = CInt(wanted)
      var space = [Double](repeating: 0, count: Int(count))
      dgeev_(
        "N", job, &order, base, &order, &real, &imaginary, &none, &one, &vectors, &order,
        &space, &count, &info)
    }
    precondition(info == 0, "dgeev failed with \(info): the matrix holds NaN or infinity")
    values = zip(real, imaginary).map { ($0, $1) }
    guard wantsLast else {
      lastEntries = []
      return
    }
    var last = [Double](repeating: 0, count: n)
    var j = 0
    while j < n {
      let entry = vectors[j * n + n - 1]
      if imaginary[j] != 0, j + 1 < n {
        // A conjugate pair shares two columns: real and imaginary part.
        let other = vectors[(j + 1) * n + n - 1]
        last[j] = (entry * entry + other * other).squareRoot()
        last[j + 1] = last[j]
        j += 2
      } else {
        last[j] = abs(entry)
        j += 1
      }
    }
    lastEntries = last
  }
}
