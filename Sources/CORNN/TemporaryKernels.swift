internal import LinearAlgebra
import Glibc
struct LossKernel { var kind: Int; var threshold: Double; var k: Double }
struct LineScore { var objective: Double; var slope: Double }
func artanh(_ x: Double) -> Double { atanh(x) }
extension Loss {
  var kernel: LossKernel {
    switch self { case .crossEntropy: LossKernel(kind: 0, threshold: 0, k: 0)
    case .robust(let t): LossKernel(kind: 1, threshold: t, k: 0) }
  }
}
extension Scalar {
  static func artanh(_ a: Span<Self>, into c: inout MutableSpan<Self>) {
    for i in 0..<a.count { c[i] = Self(Glibc.atanh(Double(a[i]))) }
  }
  static func curvature(_ l: LossKernel, target: Span<Self>, currentTarget: Span<Self>, response: Span<Self>, score: Span<Self>, directionResponse: Span<Self>) -> Double {
    var sum = 0.0
    for i in 0..<target.count where !target[i].isNaN {
      let d = Double(target[i]), e = Double(score[i]), s = Double(response[i]), z = Double(currentTarget[i]), p = Double(directionResponse[i])
      var c = 0.0
      if l.kind == 0 { c = 1 - (d - e) * (d - e) } else if abs(e) < l.threshold { let w = 1 / (1 - d * d); let th = d - e / w; c = w * (1 - th * th) }
      if abs(z - s) > 1e-8 { c = max(c, e / (z - s)) }
      sum += c * p * p
    }
    return sum
  }
  static func scoreLine(_ l: LossKernel, target: Span<Self>, currentTarget: Span<Self>, response: Span<Self>, directionResponse: Span<Self>, step: Self, into e: inout MutableSpan<Self>) -> LineScore {
    var f = 0.0, g = 0.0
    for i in 0..<target.count {
      if target[i].isNaN { e[i] = 0; continue }
      let d = Double(target[i]), s = Double(response[i]) + Double(step) * Double(directionResponse[i])
      func lc(_ s: Double) -> Double { abs(s) + log1p(exp(-2 * abs(s))) - log(2) }
      var ee = d - Glibc.tanh(s), ff = lc(s) - d * s
      if l.kind == 1 {
        let w = 1 / (1 - d * d)
        let t = l.threshold
        let raw = w * ee
        ff = w * ff
        ee = raw
        if raw > t { let u = d - t / w; let sb = Glibc.atanh(u); ff = w * (lc(sb) - d * sb) + t * (sb - s); ee = t }
        if raw < -t { let u = d + t / w; let sb = Glibc.atanh(u); ff = w * (lc(sb) - d * sb) + t * (s - sb); ee = -t }
      }
      e[i] = Self(ee); f += ff; g += ee * Double(directionResponse[i])
    }
    return LineScore(objective: f, slope: g)
  }
}
