import CKernelChoice
import Foundation
import Kernels
import Testing

@testable import LinearAlgebra

/// The rule over processors and libraries, none of which need be here.
@Suite struct KernelRuleTests {
  private static let sse = 0
  private static let avx2 = ckc_avx2_fma
  private static let avx512 = ckc_avx2_fma | ckc_avx512
  private static let bf16 = ckc_avx2_fma | ckc_avx512 | ckc_avx512_bf16
  private static let all = ckc_haswell | ckc_skylakex | ckc_cooperlake

  private func better(_ used: String, _ features: Int, _ available: Int = all) -> String? {
    ckc_better(used, Int32(features), Int32(available)).map { String(cString: $0) }
  }

  @Test(arguments: [
    "Prescott", "Core2", "Nehalem", "Sandybridge", "Barcelona", "Bulldozer", "Steamroller",
  ])
  func narrowKernelsGiveWayToWhatTheProcessorHas(used: String) {
    #expect(better(used, Self.sse) == nil)
    #expect(better(used, Self.avx2) == "Haswell")
    #expect(better(used, Self.avx512) == "SkylakeX")
    #expect(better(used, Self.bf16) == "Cooperlake")
  }

  /// Zen's kernels are Haswell's: an AMD processor without AVX-512 keeps its own.
  @Test(arguments: ["Haswell", "Zen", "Excavator"])
  func kernelsForAVX2GiveWayToAVX512Only(used: String) {
    #expect(better(used, Self.sse) == nil)
    #expect(better(used, Self.avx2) == nil)
    #expect(better(used, Self.avx512) == "SkylakeX")
    #expect(better(used, Self.bf16) == "Cooperlake")
  }

  @Test(arguments: ["SkylakeX", "Cooperlake", "SapphireRapids"])
  func kernelsForAVX512AreLeftAlone(used: String) { #expect(better(used, Self.bf16) == nil) }

  /// Another architecture's, or a later library's.
  @Test(arguments: ["NEOVERSEV1", "POWER10", "GraniteRapids", "Unknown", ""])
  func kernelsThatAreNotKnownAreLeftAlone(used: String) { #expect(better(used, Self.bf16) == nil) }

  @Test func onlyWhatTheLibraryHoldsIsWanted() {
    #expect(better("Prescott", Self.bf16, ckc_haswell | ckc_skylakex) == "SkylakeX")
    #expect(better("Prescott", Self.bf16, ckc_haswell) == "Haswell")
    #expect(better("Haswell", Self.bf16, ckc_haswell) == nil)
    #expect(better("Prescott", Self.bf16, 0) == nil)
  }
}

@Suite struct KernelFamilyTests {
  /// This binary has chosen as the program does; a user's choice may be a worse one.
  @Test func theseTestsRunTheRightKernels() {
    if case .user = BLAS.kernelChoice { return }
    #expect(BLAS.betterKernelFamily == nil)
    #expect(BLAS.kernelWarning == nil)
  }

  /// Restarted or not, a process is listed by its program's name.
  @Test func theProcessKeepsItsName() throws {
    let name = try String(contentsOfFile: "/proc/self/comm", encoding: .utf8)
    #expect(name != "exe\n")
  }

  @Test func theKernelsThatRunMultiplyRightly() { #expect(ckc_multiplies_rightly() == 1) }

  @Test func eachChoiceHasItsRemedy() {
    func warning(_ choice: BLAS.KernelChoice, better: String? = "SkylakeX") -> String? {
      BLAS.kernelWarning(choice: choice, family: "Prescott", better: better)
    }
    #expect(warning(.user("Prescott"))?.contains("OPENBLAS_CORETYPE=Prescott") == true)
    #expect(warning(.user("Prescott"))?.hasSuffix("unset it") == true)
    #expect(warning(.failed)?.contains("set OPENBLAS_CORETYPE=SkylakeX") == true)
    #expect(warning(.rejected("SkylakeX"))?.contains("multiply wrongly") == true)
    for choice in [BLAS.KernelChoice.library, .user("SkylakeX"), .features(instead: "Prescott")] {
      #expect(warning(choice, better: nil) == nil)
    }
  }

  @Test func theLibraryTellsItsLimit() {
    #expect(BLAS.mostThreads.map { $0 >= 1 } ?? true)
  }

  /// Twelve chains of one vector each, a multiplication and an addition a round.
  @Test func vectorUnitsCountTheirOperations() {
    #expect(exerciseVectorUnits(rounds: 0) == 0)
    let operations = exerciseVectorUnits(rounds: 10)
    #expect(operations == Double(10 * 2 * 12 * [2: 4, 3: 8, 4: 16][processorLevel, default: 4]))
    let narrow = withProcessorLevel(atMost: 2) { exerciseVectorUnits(rounds: 10) }
    #expect(narrow == 10 * 2 * 12 * 4)
  }
}
