import LinearAlgebra
import Testing

@Suite struct VectorTests {
  /// Integers small enough that every sum is exact: the answer is known to the bit.
  func exactSums<S: Scalar>(_ type: S.Type, _ n: Int) {
    func vector(_ a: Int) -> [S] { (0..<n).map { S(($0 * a) % 23 - 11) } }
    func plain(_ a: [S], _ b: [S]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0 * $1.1) } }
    let (x, y) = (vector(7), vector(5))
    #expect(dot(x.span, y.span) == plain(x, y))
    let three = dots(x.span, y.span)
    #expect(three.xx == plain(x, x) && three.xy == plain(x, y) && three.yy == plain(y, y))

    var sum = y
    var sumSpan = sum.mutableSpan
    add(3, x.span, to: &sumSpan)
    #expect(sum == zip(x, y).map { $1 + 3 * $0 })
    var scaled = y
    var scaledSpan = scaled.mutableSpan
    scale(&scaledSpan, by: -2, adding: x.span)
    #expect(scaled == zip(x, y).map { $0 - 2 * $1 })

    let (p, sp, e0, z0, sz0) = (vector(3), vector(11), vector(13), vector(17), vector(19))
    var (b, s, e) = (x, y, e0)
    var bSpan = b.mutableSpan
    var sSpan = s.mutableSpan
    var eSpan = e.mutableSpan
    dualAdvance(
      step: 2, along: p.span, image: sp.span, gain: 3, lambda: 4, coefficients: &bSpan,
      activations: &sSpan, residual: &eSpan)
    #expect(b == zip(x, p).map { $0 + 2 * $1 })
    #expect(s == zip(y, sp).map { $0 + 2 * $1 })
    #expect(e == zip(e0, b).map { 3 * $0 - 4 * $1 })

    var (z, sz) = (z0, sz0)
    var zSpan = z.mutableSpan
    var szSpan = sz.mutableSpan
    let products = dualPrecondition(
      &zSpan, image: &szSpan, correction: 2, along: p.span, residual: e0.span, lambda: 4)
    #expect(z == zip(z0, p).map { $0 + 2 * $1 })
    #expect(sz == zip(e0, z).map { $0 - 4 * $1 })
    #expect(products.now == plain(e0, sz) && products.before == plain(e0, sz0))

    var (q, sq) = (p, sp)
    var qSpan = q.mutableSpan
    var sqSpan = sq.mutableSpan
    let slopes = dualDirection(
      &qSpan, image: &sqSpan, beta: 2, adding: z0.span, image: sz0.span, residual: e0.span)
    #expect(q == zip(z0, p).map { $0 + 2 * $1 } && sq == zip(sz0, sp).map { $0 + 2 * $1 })
    #expect(slopes.gradient == plain(e0, sq) && slopes.square == plain(q, sq))
  }

  @Test(arguments: [0, 1, 7, 8, 63, 64, 65, 1000]) func exactSums(n: Int) {
    exactSums(Float.self, n)
    exactSums(Double.self, n)
  }
}
