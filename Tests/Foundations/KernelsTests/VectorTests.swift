import Kernels
import Testing

@Suite struct VectorTests {
  /// Integers small enough that every sum is exact: the answer is known to the bit.
  func exactSums<S: VectorKernels>(_ type: S.Type, _ n: Int) {
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

    let square = zip(x, y).reduce(0) { $0 + Double($1.0 * $1.1 * $1.1) }
    #expect(weightedSquare(x.span, y.span) == square)

    let (p, sp, score, e0, z0) = (vector(3), vector(11), vector(13), vector(17), vector(19))
    var (b, s, e) = (x, y, e0)
    var bSpan = b.mutableSpan
    var sSpan = s.mutableSpan
    var eSpan = e.mutableSpan
    let crossing = dualAdvance(
      step: 2, along: p.span, response: sp.span, score: score.span, image: z0.span, ridge: 4,
      coefficients: &bSpan, activations: &sSpan, residual: &eSpan)
    #expect(b == zip(x, p).map { $0 + 2 * $1 })
    #expect(s == zip(y, sp).map { $0 + 2 * $1 })
    #expect(e == zip(score, b).map { $0 - 4 * $1 })
    #expect(crossing == plain(e, zip(e0, z0).map { $0 - 4 * $1 }))

    var z = z0
    var zSpan = z.mutableSpan
    let decrement = dualComplete(
      image: &zSpan, correction: 2, along: p.span, residual: e0.span, ridge: 4)
    #expect(z == zip(z0, p).map { $0 + 2 * $1 })
    #expect(decrement == plain(e0, zip(e0, z).map { $0 - 4 * $1 }))

    var (q, sq) = (p, sp)
    var qSpan = q.mutableSpan
    var sqSpan = sq.mutableSpan
    let sums = dualDirection(
      &qSpan, response: &sqSpan, beta: 2, ridge: 4, residual: e0.span, image: z0.span,
      coefficients: x.span, curvatures: y.span)
    #expect(q == zip(z0, p).map { $0 + 2 * $1 })
    #expect(sq == zip(zip(e0, z0).map { $0 - 4 * $1 }, sp).map { $0 + 2 * $1 })
    #expect(sums.slope == plain(e0, sq) && sums.square == plain(q, sq))
    #expect(sums.overlap == plain(x, sq))
    #expect(sums.curvature == zip(y, sq).reduce(0) { $0 + Double($1.0) * Double($1.1 * $1.1) })
  }

  @Test(arguments: [0, 1, 7, 8, 63, 64, 65, 1000]) func exactSums(n: Int) {
    exactSums(Float.self, n)
    exactSums(Double.self, n)
  }
}
