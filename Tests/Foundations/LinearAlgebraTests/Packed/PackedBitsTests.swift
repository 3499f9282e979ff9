import Kernels
import Testing

@testable import LinearAlgebra

/// Fast kernels against plain C, bit by bit.
@Suite struct PackedBitsTests {
  @Test(arguments: roundingKernels, oddShapes)
  func unitsForBFloat16(
    pair: (fast: ProductKernel, plain: ProductKernel), shape: (rows: Int, k: Int, n: Int)
  ) throws {
    try requireAvailable(pair.fast)
    let a = spreadMatrix(shape.rows, shape.k, seed: 12)
    let b = spreadMatrix(shape.k, shape.n, seed: 13)
    for accuracy in [ProductAccuracy.rounded, .split] {
      let fast = packedProduct(a, b.view, kernel: pair.fast, accuracy: accuracy)
      let plain = packedProduct(a, b.view, kernel: pair.plain, accuracy: accuracy)
      #expect(differing(fast, plain) == 0)
    }
  }

  /// Rests are beside the high parts, which are the same without them.
  @Test(arguments: availableKernels.filter(\.isRounded))
  func productsOfHighPartsNeedNoRests(kernel: ProductKernel) {
    let a = spreadMatrix(40, 100, seed: 14)
    let b = spreadMatrix(100, 50, seed: 15)
    let with = packedProduct(a, b.view, kernel: kernel)
    let without = packedProduct(a, b.view, kernel: kernel, holdsRest: false)
    #expect(differing(with, without) == 0)
  }

  /// Numbers of all magnitudes, subnormal ones, zeros of both signs, infinities and NaN: operands
  /// and sums that are subnormal become zeros, and products of 2⁻¹²⁶ are rounded beside it.
  @Test(arguments: roundingKernels)
  func unusualNumbers(pair: (fast: ProductKernel, plain: ProductKernel)) throws {
    try requireAvailable(pair.fast)
    let unusual: [Float] = [
      0, -0.0, .leastNonzeroMagnitude, -.leastNormalMagnitude, .infinity, -.infinity, .nan,
      .greatestFiniteMagnitude, 0x1.ffp-127, 0x1.8p-126, 0x1p-63, -0x1.fep-64, 0x1.01p-63,
    ]
    var a = spreadMatrix(48, 64, seed: 16)
    var b = spreadMatrix(64, 48, seed: 17)
    for i in 0..<48 {
      for l in 0..<64 {
        // Rows by rarity of what is unusual, or of products about the least normal number.
        if i < 16, (i * 64 + l) % (8 * i + 3) == 0 { a[i, l] = unusual[(i + l) % unusual.count] }
        if i >= 16 { a[i, l] *= 0x1p-62 }
        if i >= 32, l >= 2 { a[i, l] = 0 }
        if i >= 16 { b[l, i] *= 0x1p-62 }
      }
    }
    for accuracy in [ProductAccuracy.rounded, .split] {
      let fast = packedProduct(a, b.view, kernel: pair.fast, accuracy: accuracy)
      let plain = packedProduct(a, b.view, kernel: pair.plain, accuracy: accuracy)
      #expect(differing(fast, plain) == 0)
    }
  }

  /// Each is one chain of fused multiply-adds, however it is cut into blocks.
  @Test(arguments: [ProductKernel.avx512, .avx2], oddShapes)
  func vectors(kernel: ProductKernel, shape: (rows: Int, k: Int, n: Int)) throws {
    try requireAvailable(kernel)
    let a = spreadMatrix(shape.rows, shape.k, seed: 18)
    let b = spreadMatrix(shape.k, shape.n, seed: 19)
    let fast = packedProduct(a, b.view, kernel: kernel)
    let plain = packedProduct(a, b.view, kernel: .portable)
    #expect(differing(fast, plain) == 0)
    let one = (0..<shape.k).reduce(Float(0)) { sum, l in sum.addingProduct(a[0, l], b[l, 0]) }
    #expect(fast[0, 0] == one)
  }

  /// Plain C is the same without fused multiplication in hardware.
  @Test(arguments: [ProductKernel.portable, .portableTiles, .portablePairs], [2, 3])
  func levels(kernel: ProductKernel, level: Int) {
    let a = spreadMatrix(3, 70, seed: 20)
    let b = spreadMatrix(70, 33, seed: 21)
    let best = packedProduct(a, b.view, kernel: kernel, accuracy: .split)
    let differences = withProcessorLevel(atMost: level) {
      differing(best, packedProduct(a, b.view, kernel: kernel, accuracy: .split))
    }
    #expect(differences == 0)
  }
}

/// Kernels that round to bfloat16, each with plain C of the same bits.
private let roundingKernels: [(fast: ProductKernel, plain: ProductKernel)] = [
  (.amx, .portableTiles), (.avx512BF16, .portablePairs),
]

private func requireAvailable(_ kernel: ProductKernel) throws {
  guard kernel.isAvailable else { try Test.cancel("this processor cannot run \(kernel.name)") }
}
