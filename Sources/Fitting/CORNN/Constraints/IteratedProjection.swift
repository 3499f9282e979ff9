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
  /// `image ← p` for the given rows, in which it is `A⁻¹ residual` so far.
  ///
  /// - Complexity: some 35 times 2 M² + min(2 M², 4 T M) flops a row, and four vectors.
  func iterate(_ panel: inout Panel<S>, rows: [Int], mask: PanelMask<S>) {
    let accuracy = mask.isAtStart ? IteratedProjection.ofStart : .usual
    mask.isAtStart = false
    let all = 0..<rows.count
    var residual = panel.residual.selectedRows(rows)
    var image = panel.image.selectedRows(rows)
    var solution = Matrix<S>(rows: rows.count, columns: unknowns)
    let positions = rows.map { panel.positions[$0] }
    for r in all { mask.clear(&image, row: r, position: positions[r]) }
    var direction = image.copy()
    var squares = all.map { residual.dot($0, image, $0) }
    let limits = squares.map { accuracy.remainder * $0 }
    for _ in 0..<accuracy.steps {
      if zip(squares, limits).allSatisfy({ $0 <= $1 }) { break }
      multiplyByMatrix(direction, into: &image)
      panel.flops += Double(rows.count) * (flopsOfMatrix + flopsOfInverse)
      for r in all {
        mask.clear(&image, row: r, position: positions[r])
        let curvature = direction.dot(r, image, r)
        guard curvature > 0 else { continue }
        let step = squares[r] / curvature
        solution.add(S(step), direction, r, toRow: r)
        residual.add(S(-step), image, r, toRow: r)
      }
      image.multiply(rows: all, residual, base.inverse.matrix)
      for r in all {
        mask.clear(&image, row: r, position: positions[r])
        let square = residual.dot(r, image, r)
        direction.fold(S(squares[r] > 0 ? square / squares[r] : 0), intoRow: r, image)
        squares[r] = square
      }
    }
    for (r, row) in rows.enumerated() { panel.image.copyRow(row, from: solution, r) }
  }

  /// `C ← V A`, by way of the samples where they are few.
  private func multiplyByMatrix(_ vectors: borrowing Matrix<S>, into result: inout Matrix<S>) {
    let rows = 0..<vectors.rows
    if goesBySamples {
      var responses = Matrix<S>(rows: vectors.rows, columns: samples)
      responses.multiply(rows: rows, vectors, base.regressors.fitted.matrix)
      result.multiply(
        rows: rows, responses, base.regressors.fitted.matrix, transposingB: true)
    } else {
      result.multiplyWidening(rows: rows, vectors, products.gram.matrix)
    }
    for r in rows { result.add(S(ridge), vectors, r, toRow: r) }
  }

  private var goesBySamples: Bool { 2 * samples < unknowns }

  private var flopsOfMatrix: Double {
    (goesBySamples ? 4 * Double(samples) : 2 * Double(unknowns)) * Double(unknowns)
  }

  private var flopsOfInverse: Double { 2 * Double(unknowns) * Double(unknowns) }
}
