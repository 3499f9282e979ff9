import Foundation
import Testing

@testable import LinearAlgebra

let availableKernels = ProductKernel.allCases.filter(\.isAvailable)

/// One of each, none a multiple of a tile or panel, all of them, and more than a block of each.
let oddShapes = [
  (rows: 1, k: 1, n: 1), (rows: 15, k: 31, n: 17), (rows: 16, k: 32, n: 32),
  (rows: 17, k: 33, n: 63), (rows: 33, k: 600, n: 65), (rows: 400, k: 70, n: 40),
  (rows: 34, k: 2100, n: 33),
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

  /// Rows beyond those that are multiplied stay as they are, also within a tile.
  @Test(arguments: availableKernels, [1, 15, 16, 17, 33])
  func rowsBeyondTheCountAreLeftAlone(kernel: ProductKernel, count: Int) {
    let a = spreadMatrix(50, 40, seed: 3)
    let b = spreadMatrix(40, 35, seed: 4)
    let whole = packedProduct(a, b.view, kernel: kernel)
    let part = packedProduct(a, b.view, count: count, kernel: kernel)
    #expect(differing(whole.copy(rows: 0..<count), part.copy(rows: 0..<count)) == 0)
    #expect(
      part.copy(rows: count..<50).elements.indices.allSatisfy {
        part.elements[count * 35 + $0] == 7
      })
  }

  /// Panels packed apart, from transposed blocks, are those packed at once.
  @Test(arguments: availableKernels)
  func panelsOfTransposedBlocks(kernel: ProductKernel) {
    let wide = spreadMatrix(90, 50, seed: 5)
    let b = wide.view.transposed.block(rows: 3..<40, columns: 10..<85)
    let copy = b.copy()
    let layout = PackedLayout(kernel: kernel, rows: 37, columns: 75, holdsRest: true)
    var once = Matrix<Float>(rows: layout.storageRows, columns: layout.storageColumns)
    layout.pack(copy.view, firstPanel: 0, into: &once)
    var apart = Matrix<Float>(rows: layout.storageRows, columns: layout.storageColumns)
    layout.pack(b.columns(64..<75), firstPanel: 2, into: &apart)
    layout.pack(b.columns(0..<64), firstPanel: 0, into: &apart)
    #expect(differing(once, apart) == 0)
    #expect(layout.bytes == 3 * layout.storageColumns * 4)
  }

  /// As many products with one storage as there are threads.
  @Test(arguments: availableKernels)
  func threadsShareTheStorage(kernel: ProductKernel) throws {
    let a = spreadMatrix(40, 300, seed: 6)
    let b = spreadMatrix(300, 100, seed: 7)
    let alone = packedProduct(a, b.view, kernel: kernel, accuracy: .split)
    let layout = PackedLayout(kernel: kernel, rows: 300, columns: 100, holdsRest: true)
    var storage = Matrix<Float>(rows: layout.storageRows, columns: layout.storageColumns)
    layout.pack(b.view, firstPanel: 0, into: &storage)
    let differences = try parallelMap(count: 32, threads: 4) { _ in
      var rows = PackedRows(rows: 40, columns: 300, kernel: kernel, holdsRest: true)
      for i in 0..<40 { rows.set(i, a.row(i)) }
      var c = Matrix<Float>(rows: 40, columns: 100)
      layout.multiply(count: 40, rows, storage, accuracy: .split, into: &c)
      return differing(c, alone)
    }
    #expect(differences.allSatisfy { $0 == 0 })
  }

  @Test(arguments: availableKernels)
  func aRowWithoutNumbersSpoilsNoOther(kernel: ProductKernel) {
    var a = spreadMatrix(20, 70, seed: 8)
    let b = spreadMatrix(70, 40, seed: 9)
    let before = packedProduct(a, b.view, kernel: kernel, accuracy: .split)
    a[5, 33] = .nan
    let after = packedProduct(a, b.view, kernel: kernel, accuracy: .split)
    #expect((0..<40).allSatisfy { after[5, $0].isNaN })
    #expect(differing(after.copy(rows: 0..<5), before.copy(rows: 0..<5)) == 0)
    #expect(differing(after.copy(rows: 6..<20), before.copy(rows: 6..<20)) == 0)
  }

  @Test(arguments: availableKernels)
  func exchangedRowsExchangeTheirProducts(kernel: ProductKernel) {
    let a = spreadMatrix(20, 70, seed: 10)
    let b = spreadMatrix(70, 40, seed: 11)
    let layout = PackedLayout(kernel: kernel, rows: 70, columns: 40, holdsRest: true)
    var storage = Matrix<Float>(rows: layout.storageRows, columns: layout.storageColumns)
    layout.pack(b.view, firstPanel: 0, into: &storage)
    var rows = PackedRows(rows: 20, columns: 70, kernel: kernel, holdsRest: true)
    for i in 0..<20 { rows.set(i, a.row(i)) }
    rows.swapRows(2, 18)
    rows.swapRows(7, 7)
    var c = Matrix<Float>(rows: 20, columns: 40)
    layout.multiply(count: 20, rows, storage, accuracy: .split, into: &c)
    var expected = packedProduct(a, b.view, kernel: kernel, accuracy: .split)
    expected.swapRows(2, 18)
    #expect(differing(c, expected) == 0)
  }

  @Test(arguments: availableKernels)
  func productsOfNothingAreZeros(kernel: ProductKernel) {
    let c = packedProduct(
      Matrix<Float>(rows: 3, columns: 0), Matrix<Float>(rows: 0, columns: 5).view, kernel: kernel)
    #expect(c.elements.indices.allSatisfy { c.elements[$0] == 0 })
  }

  @Test func aSplitProductNeedsRests() async {
    await #expect(processExitsWith: .failure) {
      let a = Matrix<Float>.identity(3)
      _ = packedProduct(
        a, a.view, kernel: .portableTiles, accuracy: .split, holdsRest: false)
    }
  }
}
