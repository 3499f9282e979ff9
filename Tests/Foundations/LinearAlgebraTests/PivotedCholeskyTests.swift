import LinearAlgebra
import Testing

@Suite struct PivotedCholeskyTests {
  /// A matrix of rank 7 has a factor of 7 columns; a large tolerance ends sooner, with a
  /// rest that is at most that on the diagonal and positive semi-definite there.
  @Test(arguments: [1e-9, 0.5]) func factorOfTheRank(tolerance: Double) {
    let n = 40
    var b = Matrix<Double>(rows: n, columns: 7)
    for i in 0..<n {
      for j in 0..<7 { b[i, j] = Double((i * 37 + j * 101) % 53) / 53 - 0.5 }
    }
    let a = product(b, b, transposingB: true)
    let factor = pivotedCholesky(a, tolerance: tolerance)
    #expect(tolerance < 1e-6 ? factor.columns == 7 : factor.columns < 7)
    let again = product(factor, factor, transposingB: true)
    for i in 0..<n {
      #expect(a[i, i] - again[i, i] <= tolerance && a[i, i] - again[i, i] > -1e-12)
      guard tolerance < 1e-6 else { continue }
      for j in 0..<n { #expect(abs(a[i, j] - again[i, j]) < 1e-9) }
    }
  }
}
