/// `C ← scale · A B + keep · C`.
///
/// A: m×k, B: k×n, C: m×n; A and B may be transposed views.
/// - Complexity: 2mnk flops.
package func multiply<S: Scalar>(
  _ a: MatrixView<S>, _ b: MatrixView<S>, into c: inout MutableMatrixView<S>,
  scale: S = 1, keep: S = 0
) {
  precondition(
    a.columns == b.rows && c.rows == a.rows && c.columns == b.columns,
    "A is \(a.rows)×\(a.columns), B is \(b.rows)×\(b.columns), C is \(c.rows)×\(c.columns)")
  guard c.rows > 0, c.columns > 0 else { return }
  S.gemm(
    a.isTransposed, b.isTransposed, c.rows, c.columns, a.columns,
    scale, a.base, max(1, a.stride), b.base, max(1, b.stride), keep, c.base, max(1, c.stride))
}

/// The product `A B` as a new matrix.
///
/// - Complexity: 2mnk flops.
package func product<S: Scalar>(_ a: MatrixView<S>, _ b: MatrixView<S>) -> Matrix<S> {
  var result = Matrix<S>(rows: a.rows, columns: b.columns)
  var target = result.mutableView
  multiply(a, b, into: &target)
  return result
}

/// `C ← scale · A Aᵀ + keep · C`, C symmetric n×n with both triangles filled.
///
/// A: n×k, may be a transposed view.
/// - Complexity: n²k flops.
package func symmetricRankUpdate<S: Scalar>(
  _ a: MatrixView<S>, into c: inout MutableMatrixView<S>, scale: S = 1, keep: S = 0
) {
  lowerRankUpdate(a, into: &c, scale: scale, keep: keep)
  mirrorLower(&c)
}

/// The same for the lower triangle alone; what stands above the diagonal is left as it is.
package func lowerRankUpdate<S: Scalar>(
  _ a: MatrixView<S>, into c: inout MutableMatrixView<S>, scale: S = 1, keep: S = 0
) {
  precondition(
    c.rows == a.rows && c.columns == a.rows,
    "A is \(a.rows)×\(a.columns), C is \(c.rows)×\(c.columns)")
  guard c.rows > 0 else { return }
  S.syrk(
    a.isTransposed, c.rows, a.columns, scale, a.base, max(1, a.stride), keep,
    c.base, max(1, c.stride))
}

/// Copies the lower triangle onto the upper one, tile by tile.
@specialized(where S == Double)
@specialized(where S == Float)
package func mirrorLower<S: Scalar>(_ c: inout MutableMatrixView<S>) {
  let n = c.rows
  let tile = 64
  let base = c.base
  let stride = c.stride
  var i0 = 0
  while i0 < n {
    var j0 = 0
    while j0 <= i0 {
      for i in i0..<min(i0 + tile, n) {
        for j in j0..<min(j0 + tile, i) { base[j * stride + i] = base[i * stride + j] }
      }
      j0 += tile
    }
    i0 += tile
  }
}

/// `C ← A B + keep · C` in float64, whatever the precision of A and B.
///
/// - Complexity: 2mnk flops; float32 factors are widened, ``widenedDepth`` of k at a time.
package func multiplyWidening<A: Scalar, B: Scalar>(
  _ a: MatrixView<A>, _ b: MatrixView<B>, into c: inout MutableMatrixView<Double>,
  keep: Bool = false
) {
  if A.self == Double.self, B.self == Double.self {
    multiplyNarrow(a.asDouble, b.asDouble, into: &c, keep: keep)
    return
  }
  var first = 0
  repeat {
    let part = first..<min(first + widenedDepth, a.columns)
    let wideA = a.columns(part).widened()
    let wideB = b.rows(part).widened()
    multiplyNarrow(
      a.isTransposed ? wideA.view.transposed : wideA.view,
      b.isTransposed ? wideB.view.transposed : wideB.view, into: &c, keep: keep || first > 0)
    first += widenedDepth
  } while first < a.columns
}

/// Terms of each sum that are widened at a time, so that the copies stay in cache.
private let widenedDepth = 256

/// `A ← A⁻¹` for a symmetric positive definite A of which the lower triangle is read;
/// both triangles are filled.
///
/// - Throws: `NotPositiveDefinite` with the pivot that failed, also where A has a number
///   that is not finite; A is then spoilt.
/// - Complexity: n³ flops, no extra memory.
package func invertPositiveDefinite<S: Scalar>(
  _ a: inout MutableMatrixView<S>
) throws(NotPositiveDefinite) {
  precondition(a.rows == a.columns, "A is \(a.rows)×\(a.columns)")
  guard a.rows > 0 else { return }
  let info = S.potrf(a.rows, a.base, a.stride)
  if info != 0 { throw NotPositiveDefinite(pivot: info - 1) }
  let failure = S.potri(a.rows, a.base, a.stride)
  if failure != 0 { throw NotPositiveDefinite(pivot: failure - 1) }
  // OpenBLAS takes NaN for a pivot.
  for i in 0..<a.rows where !a[i, i].isFinite { throw NotPositiveDefinite(pivot: i) }
  mirrorLower(&a)
}
