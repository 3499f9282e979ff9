import Foundation
import Kernels
import Testing

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

let availableKernels = ProductKernel.allCases.filter(\.isAvailable)

/// k, n and rows: none a multiple of a tile or panel, each one, and more than a block of each.
let oddShapes = [
  (rows: 1, k: 1, n: 1), (rows: 15, k: 31, n: 17), (rows: 16, k: 32, n: 32),
  (rows: 17, k: 33, n: 63), (rows: 33, k: 600, n: 65), (rows: 300, k: 70, n: 40),
]

@Suite struct PackedProductTests {
  @Test(arguments: availableKernels, oddShapes)
  func errorsAreThoseOfTheRoundings(
    kernel: ProductKernel, shape: (rows: Int, k: Int, n: Int)
  ) {
    let a = spreadMatrix(shape.rows, shape.k, seed: 1)
    let b = spreadMatrix(shape.k, shape.n, seed: 2)
    let rounded = packedProduct(a, b.view, kernel: kernel)
    let split = packedProduct(a, b.view, kernel: kernel, accuracy: .split)
    guard kernel.isRounded else {
      #expect(worstError(rounded, a, b.view) < Double(shape.k + 1) * 0x1p-24)
      #expect(differing(rounded, split) == 0)
      return
    }
    // A factor is off by 2⁻⁸ of itself at most; split, by 2⁻⁸ of that, and rest times rest is
    // left out.
    let sums = Double(shape.k + 3) * 0x1p-23
    #expect(worstError(rounded, a, b.view) < 0x1.01p-7 + sums)
    #expect(worstError(split, a, b.view) < 3 * 0x1.01p-16 + sums)
  }
}
