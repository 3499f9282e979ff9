import Foundation
import Kernels
import Testing

/// Targets beyond ±1, of which the cross entropy has no minimum but a slope.
@Suite struct ExcessTests {
  private static let margin = PointwiseLoss.excessMargin

  /// A row of one target d beyond ±(1 − margin), at some activations.
  private func scored<S: VectorKernels>(
    _ d: Double, _ s: [S]
  ) -> (loss: Double, e: [S], h: [S]) {
    let z = [S](
      repeating: S(PointwiseLoss.excessTarget * (d < 0 ? -1 : 1)), count: s.count)
    let eta = [S](repeating: S(-(abs(d) - (1 - Self.margin))), count: s.count)
    var e = [S](repeating: 7, count: s.count)
    var h = e
    var eSpan = e.mutableSpan
    var hSpan = h.mutableSpan
    let row = PointwiseLoss.crossEntropy.score(
      targets: z.span, headroom: eta.span, activations: s.span, into: &eSpan, curvatures: &hSpan)
    return (row.loss, e, h)
  }

  /// `E = d − tanh s`, and φ the same as `ln cosh s − d s` but for a constant.
  @Test(arguments: [1 - 1e-7, 1, 1.3, -1.0000001, -4, 37], [2, 3, 4])
  func theScoreIsThatOfTheTargetItself(d: Double, level: Int) {
    withProcessorLevel(atMost: level) {
      let s = (0...400).map { Double($0) * 0.05 - 10 }
      let e = scored(d, s).e
      let single = scored(d, s.map { Float($0) }).e
      func plain(_ s: Double) -> Double { log(cosh(s)) - d * s }
      let origin = scored(d, [0.0]).loss
      for (i, s) in s.enumerated() {
        #expect(abs(e[i] - (d - tanh(s))) < 4e-16 * (2 + abs(d)) + 1e-15, "s \(s)")
        #expect(abs(Double(single[i]) - (d - tanh(s))) < 4e-7 * (2 + abs(d)), "s \(s)")
        let rise = scored(d, [s]).loss - origin
        #expect(abs(rise - plain(s)) < 1e-13 * (1 + abs(d)) * (1 + abs(s)), "s \(s)")
        if i > 0 { #expect(e[i] <= e[i - 1]) }
      }
    }
  }

  /// The curvature a line search begins with is finite and no less than that of φ.
  @Test(arguments: [1.5, -3]) func curvaturesBound(d: Double) {
    let s = (0...200).map { Double($0) * 0.1 - 10 }
    for (s, h) in zip(s, scored(d, s).h) {
      #expect(h.isFinite && h >= (1 - 1e-9) / (cosh(s) * cosh(s)))
    }
  }

  @Test func onlyTheCrossEntropyTakesThem() {
    #expect(PointwiseLoss.crossEntropy.takesExcess)
    #expect(!PointwiseLoss.clipped(k: 0.1, threshold: 1).takesExcess)
    #expect(!PointwiseLoss.weighted(threshold: 1).takesExcess)
  }
}
