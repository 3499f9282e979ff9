import Foundation
import Kernels
import Testing

@testable import LinearAlgebra

@Suite struct ProductKernelTests {
  @Test func theBestIsWhatTheProcessorHas() {
    #expect(ProductKernel.best(asked: "", units: .granted, level: 4) == (.amx, nil))
    #expect(ProductKernel.best(asked: "", units: .absent, level: 4) == (.avx512, nil))
    #expect(ProductKernel.best(asked: "", units: .absent, level: 3) == (.avx2, nil))
    #expect(ProductKernel.best(asked: "", units: .absent, level: 2) == (.portable, nil))
  }

  @Test func matrixUnitsThatTheSystemRefusesAreTold() {
    let (kernel, refusal) = ProductKernel.best(asked: "", units: .refused, level: 4)
    #expect(kernel == .avx512)
    #expect(
      refusal?.hasPrefix("the system refuses this process the processor's matrix units") == true)
    #expect(refusal?.hasSuffix("products use AVX-512 float32 instead") == true)
    let asked = ProductKernel.best(asked: "amx", units: .refused, level: 3)
    #expect(asked.kernel == .avx2)
    #expect(
      asked.refusal
        == "GANGLION_PRODUCTS=amx: the system refuses this process the matrix units: products use "
        + "AVX2 float32 instead")
  }

  /// Whoever asks for another kernel has no need of the matrix units.
  @Test(arguments: ProductKernel.allCases) func eachCanBeAskedFor(kernel: ProductKernel) {
    let name = kernel.rawValue
    #expect(ProductKernel.best(asked: name, units: .granted, level: 4) == (kernel, nil))
    guard kernel != .amx else { return }
    #expect(ProductKernel.best(asked: name, units: .refused, level: 4) == (kernel, nil))
  }

  @Test func whatCannotRunIsRefused() {
    let (kernel, refusal) = ProductKernel.best(asked: "avx512", units: .absent, level: 3)
    #expect(kernel == .avx2)
    #expect(
      refusal
        == "GANGLION_PRODUCTS=avx512: this processor cannot run AVX-512 float32: products use "
        + "AVX2 float32 instead")
  }

  @Test(arguments: ["AMX", "float32", "amx "]) func otherNamesAreRefused(name: String) {
    let (kernel, refusal) = ProductKernel.best(asked: name, units: .absent, level: 4)
    #expect(kernel == .avx512)
    #expect(
      refusal
        == "GANGLION_PRODUCTS=\(name) is none of amx, tiles, avx512, avx2, portable: products use "
        + "AVX-512 float32 instead")
  }

  @Test func whatThisProcessRunsItCanRun() {
    let (kernel, _) = ProductKernel.best()
    #expect(kernel.isAvailable)
    if ProcessInfo.processInfo.environment[ProductKernel.variable] == nil {
      #expect(kernel == [.amx, .avx512, .avx2].first(where: \.isAvailable) ?? .portable)
    }
  }

  @Test func namesGoThroughFiles() throws {
    let data = try JSONEncoder().encode(ProductKernel.allCases)
    #expect(try JSONDecoder().decode([ProductKernel].self, from: data) == ProductKernel.allCases)
    #expect(Set(ProductKernel.allCases.map(\.name)).count == 5)
  }
}
