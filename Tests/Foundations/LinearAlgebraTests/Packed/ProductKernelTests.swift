import Foundation
import Kernels
import Testing

@testable import LinearAlgebra

@Suite struct ProductKernelTests {
  @Test func theBestIsWhatTheProcessorHas() {
    #expect(best(units(matrix: .granted, bfloat16: .fast)) == (.amx, nil))
    #expect(best(units(bfloat16: .fast)) == (.avx512BF16, nil))
    #expect(best(units(bfloat16: .slow)) == (.avx512, nil))
    #expect(best(units()) == (.avx512, nil))
    #expect(best(units(level: 3)) == (.avx2, nil))
    #expect(best(units(level: 2)) == (.portable, nil))
  }

  @Test func matrixUnitsThatTheSystemRefusesAreTold() {
    let (kernel, refusal) = best(units(matrix: .refused))
    #expect(kernel == .avx512)
    #expect(
      refusal?.hasPrefix("the system refuses this process the processor's matrix units") == true)
    #expect(refusal?.hasSuffix("products use AVX-512 float32 instead") == true)
    let asked = best(asked: "amx", units(matrix: .refused, level: 3))
    #expect(asked.kernel == .avx2)
    #expect(
      asked.refusal
        == "GANGLION_PRODUCTS=amx: the system refuses this process the matrix units: products use "
        + "AVX2 float32 instead")
  }

  /// Whoever asks for another kernel has no need of the matrix units.
  @Test(arguments: ProductKernel.allCases) func eachCanBeAskedFor(kernel: ProductKernel) {
    let name = kernel.rawValue
    #expect(best(asked: name, units(matrix: .granted, bfloat16: .slow)) == (kernel, nil))
    guard kernel != .amx else { return }
    #expect(best(asked: name, units(matrix: .refused, bfloat16: .slow)) == (kernel, nil))
  }

  @Test func whatCannotRunIsRefused() {
    let (kernel, refusal) = best(asked: "avx512", units(level: 3))
    #expect(kernel == .avx2)
    #expect(
      refusal
        == "GANGLION_PRODUCTS=avx512: this processor cannot run AVX-512 float32: products use "
        + "AVX2 float32 instead")
  }

  @Test(arguments: ["AMX", "float32", "amx "]) func otherNamesAreRefused(name: String) {
    let (kernel, refusal) = best(asked: name, units())
    #expect(kernel == .avx512)
    #expect(
      refusal
        == "GANGLION_PRODUCTS=\(name) is none of amx, tiles, avx512bf16, pairs, avx512, avx2, portable: "
        + "products use AVX-512 float32 instead")
  }

  @Test func whatThisProcessRunsItCanRun() {
    let (kernel, _) = ProductKernel.best()
    #expect(kernel.isAvailable)
    if ProcessInfo.processInfo.environment[ProductKernel.variable] == nil {
      #expect(kernel == ProductUnits.here.best)
    }
  }

  @Test func namesGoThroughFiles() throws {
    let data = try JSONEncoder().encode(ProductKernel.allCases)
    #expect(try JSONDecoder().decode([ProductKernel].self, from: data) == ProductKernel.allCases)
    #expect(Set(ProductKernel.allCases.map(\.name)).count == 7)
  }
}

private func units(
  matrix: MatrixUnits = .absent, bfloat16: BFloat16Vectors = .absent, level: Int = 4
) -> ProductUnits {
  ProductUnits(matrix: matrix, bfloat16: bfloat16, level: level)
}

private func best(
  asked: String = "", _ units: ProductUnits
) -> (kernel: ProductKernel, refusal: String?) {
  ProductKernel.best(asked: asked, units: units)
}
