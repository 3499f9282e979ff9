import LinearAlgebra
import Testing

@Suite struct MatrixTests {
  @Test func productsOfBlocksAndTransposes() {
    let a = Matrix<Double>([[1, 2, 3], [4, 5, 6]])
    let b = Matrix<Double>([[1, 0], [0, 1], [2, 2]])
    let c = product(a.view, b.view)
    #expect(c[0, 0] == 7)
    #expect(c[1, 1] == 17)
    let d = product(a.view.transposed, a.view.block(rows: 0..<2, columns: 1..<2))
    #expect(d.rows == 3 && d.columns == 1)
    #expect(d[2, 0] == 3 * 2 + 6 * 5)
  }

  @Test func choleskySolvesFromBothSides() throws {
    let a = Matrix<Double>([[4, 1, 0], [1, 3, 1], [0, 1, 2]])
    let factor = try Cholesky(a.copy())
    var identity = Matrix<Double>.identity(3)
    var view = identity.mutableView
    factor.solve(&view)
    let left = product(a.view, identity.view)
    let inverse = try Cholesky(a.copy()).inverse()
    for i in 0..<3 {
      for j in 0..<3 {
        #expect(abs(left[i, j] - (i == j ? 1 : 0)) < 1e-14)
        #expect(abs(inverse[i, j] - identity[i, j]) < 1e-14)
      }
    }
  }

  @Test func choleskyNamesTheBadPivot() {
    let a = Matrix<Double>([[1, 2], [2, 1]])
    #expect(throws: NotPositiveDefinite(pivot: 1)) { _ = try Cholesky(a.copy()) }
  }

  @Test func eigenvaluesOfAKnownMatrix() {
    let eigen = SymmetricEigen(Matrix<Double>([[2, 1], [1, 2]]))
    #expect(abs(eigen.values[0] - 1) < 1e-14)
    #expect(abs(eigen.values[1] - 3) < 1e-14)
    #expect(abs(abs(eigen.vectors[1, 0]) - 0.5.squareRoot()) < 1e-14)
  }
}
