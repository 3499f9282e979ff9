import Foundation

@testable import LinearAlgebra

/// Numbers of both signs over some orders of magnitude, always the same.
func spreadMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
  var state = seed
  func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 24)
  }
  var result = Matrix<Float>(rows: rows, columns: columns)
  for i in 0..<rows {
    for j in 0..<columns { result[i, j] = (next() - 0.5) * exp2(8 * next() - 4) }
  }
  return result
}

/// A B by a kernel, of the first `count` rows; the others of C are left at 7.
func packedProduct(
  _ a: borrowing Matrix<Float>, _ b: MatrixView<Float>, count: Int? = nil, kernel: ProductKernel,
  accuracy: ProductAccuracy = .rounded, holdsRest: Bool = true
) -> Matrix<Float> {
  let layout = PackedLayout(
    kernel: kernel, rows: b.rows, columns: b.columns, holdsRest: holdsRest)
  var storage = Matrix<Float>(rows: layout.storageRows, columns: layout.storageColumns)
  layout.pack(b, firstPanel: 0, into: &storage)
  var rows = PackedRows(rows: a.rows, columns: a.columns, kernel: kernel, holdsRest: holdsRest)
  for i in 0..<a.rows { rows.set(i, a.row(i)) }
  var c = Matrix<Float>(rows: a.rows, columns: b.columns)
  for i in 0..<c.rows { for j in 0..<c.columns { c[i, j] = 7 } }
  layout.multiply(count: count ?? a.rows, rows, storage, accuracy: accuracy, into: &c)
  return c
}

/// The worst `|C − A B| / (|A| |B|)` over all elements.
func worstError(
  _ c: borrowing Matrix<Float>, _ a: borrowing Matrix<Float>, _ b: MatrixView<Float>
) -> Double {
  var worst = 0.0
  for i in 0..<c.rows {
    for j in 0..<c.columns {
      var (sum, size) = (0.0, 0.0)
      for l in 0..<a.columns {
        let term = Double(a[i, l]) * Double(b[l, j])
        sum += term
        size += abs(term)
      }
      worst = max(worst, abs(Double(c[i, j]) - sum) / size)
    }
  }
  return worst
}

/// Elements whose bits differ; all NaN count as one.
func differing(_ a: borrowing Matrix<Float>, _ b: borrowing Matrix<Float>) -> Int {
  var count = 0
  for i in a.elements.indices {
    let (x, y) = (a.elements[i], b.elements[i])
    if x.bitPattern != y.bitPattern && !(x.isNaN && y.isNaN) { count += 1 }
  }
  return count
}
