import Testing

@testable import LinearAlgebra

@Suite struct KernelFamilyTests {
  private static let dynamic = "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Haswell"

  @Test(arguments: [
    ("Haswell", true, "SkylakeX"), ("Zen", true, "SkylakeX"), ("Prescott", true, "SkylakeX"),
    ("SkylakeX", true, nil), ("Cooperlake", true, nil), ("SapphireRapids", true, nil),
    ("Haswell", false, nil),
  ])
  func onlyOlderFamiliesAreImproved(family: String, hasAVX512: Bool, expected: String?) {
    #expect(
      BLAS.betterKernelFamily(than: family, configuration: Self.dynamic, hasAVX512: hasAVX512)
        == expected)
  }

  @Test func aLibraryForOneProcessorIsLeftAlone() {
    #expect(
      BLAS.betterKernelFamily(
        than: "Haswell", configuration: "OpenBLAS 0.3.21 Haswell", hasAVX512: true) == nil)
  }
}
