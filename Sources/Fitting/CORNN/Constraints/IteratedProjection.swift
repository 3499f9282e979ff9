internal import Collectives
internal import LinearAlgebra

/// The projection of `MaskProjection` without a factor: `A[a,a] p_a = g_a` solved by conjugate
/// gradients, preconditioned by the block `(A⁻¹)[a,a]`, to a tenth of the error in energy's norm.
///
/// The block by itself will not do as the projection: it underestimates a residual so much that
/// a fit ends far from its solution. A more exact solution is not needed either, the outer
/// iteration being one of conjugate gradients itself; but for the start, which then is as good as
/// with a factor.
///
/// Hestenes and Stiefel (1952); inside another iteration: Golub and Ye (1999).
struct IteratedProjection {
  /// How much of `⟨r, P r⟩` may be left.
  let remainder: Double

  /// Steps at most.
  let steps: Int

  static var usual: Self { Self(remainder: 1e-2, steps: 60) }
  static var ofStart: Self { Self(remainder: 1e-6, steps: 120) }
}

extension MaskedPrimalForm {
  /// `result ← p` for the given rows, in which it is `A⁻¹ residual` so far; returns the flops.
  ///
  /// - Complexity: some 35 times 2 M² + min(2 M², 4 T M) flops a row, and four vectors.
  func iterate(
    _ residual: borrowing Matrix<S>, into result: inout Matrix<S>, rows: [Int],
    _ projections: RowProjections<S>, positions: [Int], _ accuracy: IteratedProjection
  ) -> Double {
    let all = 0..<rows.count
    let positions = rows.map { positions[$0] }
    var flops = 0.0
    var remainder = residual.selectedRows(rows)
    var product = result.selectedRows(rows)
    var solution = Matrix<S>(rows: rows.count, columns: unknowns)
    for r in all { projections.clear(&product, row: r, position: positions[r]) }
    var direction = product.copy()
    var squares = all.map { remainder.dot($0, product, $0) }
    let limits = squares.map { accuracy.remainder * $0 }
    for _ in 0..<accuracy.steps {
      if zip(squares, limits).allSatisfy({ $0 <= $1 }) { break }
      multiplyByMatrix(direction, into: &product)
      flops += Double(rows.count) * (flopsOfMatrix + flopsOfInverse)
      for r in all {
        projections.clear(&product, row: r, position: positions[r])
        let curvature = direction.dot(r, product, r)
        guard curvature > 0 else { continue }
        let step = squares[r] / curvature
        solution.add(S(step), direction, r, toRow: r)
        remainder.add(S(-step), product, r, toRow: r)
      }
      product.multiply(rows: all, remainder, base.inverse.matrix)
      for r in all {
        projections.clear(&product, row: r, position: positions[r])
        let square = remainder.dot(r, product, r)
        direction.fold(S(squares[r] > 0 ? square / squares[r] : 0), intoRow: r, product)
        squares[r] = square
      }
    }
    for (r, row) in rows.enumerated() { result.copyRow(row, from: solution, r) }
    return flops
  }

  /// `C ← V A`, by the samples where they are few.
  private func multiplyByMatrix(_ vectors: borrowing Matrix<S>, into result: inout Matrix<S>) {
    let rows = 0..<vectors.rows
    if goesBySamples {
      var responses = Matrix<S>(rows: vectors.rows, columns: samples)
      responses.multiply(rows: rows, vectors, base.regressors.fitted.matrix)
      result.multiply(
        rows: rows, responses, base.regressors.fitted.matrix, transposingB: true)
    } else {
      result.multiplyWidening(rows: rows, vectors, products.gram.shared.matrix)
    }
    for r in rows { result.add(S(ridge), vectors, r, toRow: r) }
  }

  private var goesBySamples: Bool { 2 * samples < unknowns }

  private var flopsOfMatrix: Double {
    (goesBySamples ? 4 * Double(samples) : 2 * Double(unknowns)) * Double(unknowns)
  }

  private var flopsOfInverse: Double { 2 * Double(unknowns) * Double(unknowns) }
}
