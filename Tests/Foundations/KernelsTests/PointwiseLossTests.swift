import Foundation
import Kernels
import Testing

/// One row evaluated at s, or at `s + step · along`, with its scores and curvatures.
func scored<S: VectorKernels>(
  _ loss: PointwiseLoss, _ z: [S], _ s: [S], step: S = 0, along: [S]? = nil
) -> (row: RowScore, e: [S], h: [S]) {
  var eta = z
  var e = [S](repeating: 7, count: z.count)
  var h = e
  var etaSpan = eta.mutableSpan
  PointwiseLoss.headroom(of: z.span, into: &etaSpan)
  var eSpan = e.mutableSpan
  var hSpan = h.mutableSpan
  let row =
    if let along {
      loss.score(
        targets: z.span, headroom: eta.span, activations: s.span, step: step,
        along: along.span, into: &eSpan, curvatures: &hSpan)
    } else {
      loss.score(
        targets: z.span, headroom: eta.span, activations: s.span, into: &eSpan,
        curvatures: &hSpan)
    }
  return (row, e, h)
}

let everyLoss: [PointwiseLoss] = [
  .crossEntropy, .clipped(k: 0, threshold: 0.2), .clipped(k: 0, threshold: 1),
  .clipped(k: 0.1, threshold: 0.05), .clipped(k: 0.03, threshold: .infinity),
  .weighted(threshold: 0.2), .weighted(threshold: .infinity),
]

@Suite(.serialized) struct PointwiseLossTests {
  /// Relative errors of E, h and φ against the 60-digit table, one sample at a time.
  func worstErrors<S: VectorKernels>(_ type: S.Type) -> (e: Double, h: Double, phi: Double) {
    var worst = (e: 0.0, h: 0.0, phi: 0.0)
    func relative(_ a: Double, _ b: Double) -> Double { b == 0 ? abs(a) : abs(a / b - 1) }
    for r in lossReference {
      let (row, e, h) = scored(r.loss, [S(r.z)], [S(r.s)])
      let secant = abs(r.z - r.s) > 1e-8 ? r.e / (r.z - r.s) : 0
      #expect(row.beyond == (r.beyond ? 1 : 0) && row.observed == 1)
      worst.e = max(worst.e, relative(Double(e[0]), r.e))
      worst.h = max(worst.h, relative(Double(h[0]), max(r.c, secant)))
      worst.phi = max(worst.phi, relative(row.loss, r.phi))
    }
    return worst
  }

  @Test(arguments: [2, 3, 4]) func referenceValues(level: Int) {
    withProcessorLevel(atMost: level) {
      let double = worstErrors(Double.self)
      #expect(double.e < 2e-15 && double.h < 3e-15 && double.phi < 5e-15, "\(double)")
      let float = worstErrors(Float.self)
      #expect(float.e < 1e-6 && float.h < 1.5e-6 && float.phi < 2e-6, "\(float)")
    }
  }

  /// E = −φ′ by central differences, φ convex, E monotone, φ ≥ 0 and 0 at the target.
  @Test(arguments: everyLoss) func derivativeAndConvexity(loss: PointwiseLoss) {
    let h = 1e-4
    let grid = (0...1600).map { Double($0) * 0.005 - 4 }
    var isConvex = true
    if case .weighted = loss { isConvex = false }
    for z in [-3.8, -1.0, 0.0, 0.3, 2.5] {
      func phi(_ s: Double) -> Double { scored(loss, [z], [s]).row.loss }
      let e = scored(loss, grid.map { _ in z }, grid).e
      #expect(phi(z) == 0)
      for (i, s) in grid.enumerated() {
        let slope = (phi(s + h) - phi(s - h)) / (2 * h)
        // At a bend the two sides differ by at most the step times the curvature; for
        // the dropping rule E jumps there.
        let beside = scored(loss, [z, z], [s - h, s + h]).e
        if isConvex || abs(beside[0] - beside[1]) < 0.05 {
          let curvature = abs(beside[0] - beside[1]) + 1e-7 * max(1, abs(e[i]))
          #expect(abs(slope + e[i]) <= curvature, "z \(z), s \(s)")
        }
        #expect(phi(s) >= 0)
        if isConvex, i > 0 { #expect(e[i] <= e[i - 1]) }
      }
    }
  }

  /// The familiar form of the loss, in plain double arithmetic where that is accurate.
  @Test func offsetGivesTheUsualLoss() {
    let z = [0.3, -1.2, 0.9, 1.5]
    let s = [0.1, 1.0, 1.1, -0.4]
    let d = tanhs(z)
    let q = d.map { 1 - $0 * $0 }
    let l = logCoshs(s)
    let plain = (0..<4).map { l[$0] - d[$0] * s[$0] }
    let cross = PointwiseLoss.crossEntropy
    let sum = scored(cross, z, s).row.loss + cross.offset(targets: z.span)
    #expect(abs(sum - plain.reduce(0, +)) < 1e-14)
    let aware = PointwiseLoss.clipped(k: 0.3, threshold: .infinity)
    let weighted = (0..<4).map { q[$0] / (q[$0] * q[$0] + 0.09) * plain[$0] }
    let other = scored(aware, z, s).row.loss + aware.offset(targets: z.span)
    #expect(abs(other - weighted.reduce(0, +)) < 1e-13)
  }

  /// Rows longer than a chunk: a step along sp is the row at s + t sp, the slope is E·sp,
  /// missing samples add nothing, and Float follows Double for |d| up to 1 − 10⁻⁶.
  @Test(arguments: everyLoss) func wholeRows(loss: PointwiseLoss) {
    let n = 1003
    let z: [Float] = (0..<n).map { (i: Int) in Float((i * 37) % 233 - 116) / 16 }
    let s: [Float] = (0..<n).map { (i: Int) in z[i] + Float((i * 53) % 97 - 48) / 64 }
    let sp: [Float] = (0..<n).map { (i: Int) in Float((i * 29) % 64 - 32) / 32 }
    let holes: [Float] = (0..<n).map { (i: Int) in i % 7 == 3 ? .nan : z[i] }
    let moved: [Double] = (0..<n).map { (i: Int) in Double(s[i]) + 0.25 * Double(sp[i]) }

    func sums<S: VectorKernels>(_ type: S.Type, _ z: [Float]) -> (RowScore, [S], Double) {
      let along = sp.map { S($0) }
      let (row, e, h) = scored(
        loss, z.map { S($0) }, s.map { S($0) }, step: 0.25, along: along)
      return (row, e, weightedSquare(h.span, along.span))
    }
    let (row, e, h) = sums(Double.self, holes)
    let (rowF, eF, hF) = sums(Float.self, holes)
    #expect(row.observed == (0..<n).count { $0 % 7 != 3 } && rowF.observed == row.observed)
    #expect((0..<n).allSatisfy { $0 % 7 != 3 || (e[$0] == 0 && eF[$0] == 0) })

    // Sample by sample, skipping the holes.
    var (phi, slope, curvature, beyond) = (0.0, 0.0, 0.0, 0)
    for i in 0..<n where i % 7 != 3 {
      let one = scored(loss, [Double(z[i])], [moved[i]])
      phi += one.row.loss
      slope += one.e[0] * Double(sp[i])
      beyond += one.row.beyond
      curvature += one.h[0] * Double(sp[i]) * Double(sp[i])
      #expect(one.e[0] == e[i])
      #expect(abs(Double(eF[i]) - e[i]) <= 2e-6 * abs(e[i]) || abs(rowF.beyond - row.beyond) > 0)
    }
    #expect(beyond == row.beyond)
    #expect(abs(phi / row.loss - 1) < 1e-12 && abs(curvature / h - 1) < 1e-12)
    #expect(abs(slope - row.slope) <= 1e-12 * abs(slope) + 1e-10)
    #expect(abs(rowF.loss / row.loss - 1) < 1e-5 && abs(hF / h - 1) < 1e-5)
  }

  /// Far on either side of the target φ grows as a line: `(1 ∓ d) |s|` and what is left of it.
  @Test func farValues() {
    for z in [-2.5, -0.5, 0.5, 7.0] {
      let d = tanh(z)
      for s in [-1000.0, -473, -60, 60, 473, 1000] {
        let expected = abs(s) - log(2) - log(cosh(z)) - d * (s - z)
        let found = scored(.crossEntropy, [z], [s]).row.loss
        #expect(abs(found - expected) < 1e-12 * abs(s), "z \(z), s \(s): \(found), \(expected)")
        let single = scored(.crossEntropy, [Float(z)], [Float(s)]).row.loss
        #expect(abs(single - expected) < 1e-5 * abs(s), "z \(z), s \(s): \(single)")
      }
    }
  }

  /// Far from the target nothing overflows into NaN, and φ grows as its slope says.
  @Test(arguments: everyLoss) func farActivations(loss: PointwiseLoss) {
    func check<S: VectorKernels>(_ type: S.Type) {
      for z in [S(-14), 0, 7.25, 14] {
        for s in [S(-1000), -90, 90, 1000] {
          let (row, e, h) = scored(loss, [z], [s])
          #expect(row.loss.isFinite && e[0].isFinite && h[0].isFinite, "z \(z), s \(s)")
        }
      }
    }
    check(Float.self)
    check(Double.self)
    let far = scored(.crossEntropy, [0.5], [-1000])
    #expect(abs(Double(far.e[0]) - (1 + 0.46211715726000975)) < 1e-15)
    #expect(scored(loss, [0.5], [.nan as Double]).row.loss.isNaN)
  }
}
