import Foundation
import Testing

@testable import Scalability

@Suite struct ScalingLawTests {
  private static let ranks = [1.0, 2, 4, 8, 16, 32]

  private func times(
    s: Double, w: Double, c: Double, noise: Double = 0, seed: UInt64 = 1, runs: Int = 3
  ) -> [(p: Double, seconds: Double)] {
    var state = seed
    // Uniform in (-1, 1), by a linear congruential generator (Knuth).
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 52) - 1
    }
    return Self.ranks.flatMap { p in
      (0..<runs).map { _ in (p, (s + w / p + c * log2(p)) * (1 + noise * uniform())) }
    }
  }

  @Test(arguments: [(2.0, 100.0, 0.5), (0.1, 5, 0), (0, 40, 0.01), (3, 0, 0)])
  func exactTimesGiveTheirLaw(s: Double, w: Double, c: Double) throws {
    let law = try #require(ScalingLaw(times(s: s, w: w, c: c)))
    for (found, true_) in zip(
      [law.serial, law.divisible, law.communication].map(\.seconds), [s, w, c])
    {
      #expect(abs(found - true_) < 1e-9 * (s + w + c), "\(law)")
    }
    #expect(law.misfit < 1e-10)
  }

  /// Over many noisy studies the truth lies within two standard errors nearly always.
  @Test func errorsCoverTheTruth() throws {
    let truth = [2.0, 100, 0.5]
    var covered = [0, 0, 0]
    let studies = 200
    for seed in 1...studies {
      let law = try #require(
        ScalingLaw(
          times(s: truth[0], w: truth[1], c: truth[2], noise: 0.05, seed: UInt64(seed) &* 77)))
      for (i, found) in [law.serial, law.divisible, law.communication].enumerated() {
        let error = try #require(found.error)
        if abs(found.seconds - truth[i]) <= 2 * error { covered[i] += 1 }
        #expect(found.seconds >= 0)
      }
    }
    // 95 % for normal errors; 88 % is more than five standard deviations away.
    for count in covered { #expect(count >= studies * 88 / 100, "\(covered)") }
  }

  /// Times that fall faster than 1/p have no serial part, rather than a negative one.
  @Test func noCoefficientIsNegative() throws {
    let law = try #require(ScalingLaw([(1, 10), (2, 4), (4, 1.5), (8, 0.6)]))
    #expect(law.serial.seconds == 0 && law.communication.seconds == 0)
    #expect(law.divisible.seconds > 0)
  }

  @Test func twoNumbersOfRanksLeaveCommunicationOpen() throws {
    let law = try #require(ScalingLaw([(1, 12), (1, 12), (2, 7), (2, 7)]))
    #expect(abs(law.serial.seconds - 2) < 1e-9 && abs(law.divisible.seconds - 10) < 1e-9)
    #expect(law.communication == ScalingLaw.Coefficient(seconds: 0, error: nil))
    #expect(ScalingLaw([(2, 7), (2, 7)]) == nil)
  }

  @Test func weakScalingHasNoDivisiblePart() throws {
    let measured = Self.ranks.map { ($0, 5 + 0.3 * log2($0)) }
    let law = try #require(ScalingLaw(measured, isWeak: true))
    #expect(abs(law.serial.seconds - 5) < 1e-9)
    #expect(abs(law.communication.seconds - 0.3) < 1e-9)
    #expect(law.divisible.seconds == 0)
  }
}
