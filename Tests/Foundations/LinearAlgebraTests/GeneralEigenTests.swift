import LinearAlgebra
import Testing

/// Eigenvalues against matrices whose eigenvalues and eigenvectors are known.
struct GeneralEigenTests {
  /// A circulant matrix of first row c has the eigenvalues `Σ_k c_k ω^{jk}`, ω = e^{2πi/n}; that
  /// which shifts by one has the n-th roots of 1, and unit eigenvectors of equal entries.
  @Test func aShiftHasTheRootsOfUnity() {
    let n = 5
    var shift = Matrix<Double>(rows: n, columns: n)
    for i in 0..<n { shift[i, (i + 1) % n] = 1 }
    let eigen = GeneralEigen(shift, lastEntries: true)
    #expect(eigen.values.count == n && eigen.lastEntries.count == n)
    for (value, last) in zip(eigen.values, eigen.lastEntries) {
      var power = (real: 1.0, imaginary: 0.0)
      for _ in 0..<n {
        power = (
          power.real * value.real - power.imaginary * value.imaginary,
          power.real * value.imaginary + power.imaginary * value.real
        )
      }
      #expect(abs(power.real - 1) < 1e-12 && abs(power.imaginary) < 1e-12)
      #expect(abs(last - 1 / Double(n).squareRoot()) < 1e-12)
    }
    #expect(Set(eigen.values.map { ($0.imaginary * 1e6).rounded() }).count == n)
  }

  @Test func aTriangularMatrixHasItsDiagonal() {
    var triangular = Matrix<Double>(rows: 3, columns: 3)
    for (i, value) in [0.5, -3, 2].enumerated() {
      triangular[i, i] = value
      for j in 0..<i { triangular[i, j] = 0.7 }
    }
    let values = eigenvalues(of: triangular)
    #expect(values.count == 3)
    #expect(zip(values, [-3, 2, 0.5]).allSatisfy { abs($0.real - $1) < 1e-12 })
    #expect(values.allSatisfy { $0.imaginary == 0 })
  }
}
