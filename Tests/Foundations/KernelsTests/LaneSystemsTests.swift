import Kernels
import Testing

/// Systems side by side against Cholesky's recurrence in float64, one by one.
@Suite struct LaneSystemsTests {
  /// `Σ v vᵀ + 0.3 I` of a few vectors of small fractions, by lane.
  private func matrix(_ lane: Int, order: Int) -> [[Double]] {
    var result = [[Double]](repeating: [Double](repeating: 0, count: order), count: order)
    for i in 0..<order {
      for j in 0...i {
        for k in 0..<7 {
          result[i][j] += entry(lane, i, k) * entry(lane, j, k)
        }
      }
      result[i][i] += 0.3
    }
    return result
  }

  private func entry(_ lane: Int, _ i: Int, _ k: Int) -> Double {
    let mixed: Int = i * 31 + k * 17 + lane * 5 + i * k
    return Double(mixed % 23 - 11) / 16
  }

  private func solution(_ a: [[Double]], _ x: [Double]) -> [Double] {
    var (l, y) = (a, x)
    for i in y.indices {
      for j in 0...i {
        var sum = a[i][j]
        for k in 0..<j { sum -= l[i][k] * l[j][k] }
        l[i][j] = i == j ? sum.squareRoot() : sum / l[j][j]
      }
      for j in 0..<i { y[i] -= l[i][j] * y[j] }
      y[i] /= l[i][i]
    }
    for i in y.indices.reversed() {
      for j in (i + 1)..<max(i + 1, y.count) { y[i] -= l[j][i] * y[j] }
      y[i] /= l[i][i]
    }
    return y
  }

  @Test(arguments: [4, 8, 20, 64], [2, 3, 4]) func solutions(order: Int, level: Int) {
    let lanes = LaneSystems.count
    var factors = [Float](repeating: 0, count: LaneSystems.triangle(order) * lanes)
    var vectors = [Float](repeating: 0, count: order * lanes)
    let right: [[Double]] = (0..<lanes).map { lane in
      (0..<order).map { i in
        let mixed: Int = i * 13 + lane * 7
        return Double(mixed % 19 - 9) / 8
      }
    }
    for lane in 0..<lanes {
      let rows = matrix(lane, order: order)
      let triangle = rows.indices.flatMap { i in rows[i][...i].map { Float($0) } }
      var all = factors.mutableSpan
      LaneSystems.set(lane, triangle.span, in: &all)
      let numbers = right[lane].map { Float($0) }
      var columns = vectors.mutableSpan
      LaneSystems.set(lane, numbers.span, in: &columns)
    }
    withProcessorLevel(atMost: level) {
      var all = factors.mutableSpan
      LaneSystems.factor(order: order, least: 0x1p-20, &all)
      var columns = vectors.mutableSpan
      LaneSystems.solve(order: order, factors.span, &columns)
    }
    for lane in 0..<lanes {
      var found = [Float](repeating: 0, count: order)
      var numbers = found.mutableSpan
      LaneSystems.get(lane, count: order, of: vectors.span, into: &numbers)
      let expected = solution(matrix(lane, order: order), right[lane])
      let scale = expected.map(abs).max() ?? 1
      // The smallest eigenvalue is 0.3, the largest about 0.4 of the order.
      for i in 0..<order {
        #expect(
          abs(Double(found[i]) - expected[i]) < 1e-6 * Double(order) * scale, "\(lane), \(i)")
      }
    }
  }

  /// A matrix that rounding left without a factor has one whose pivots are bounded.
  @Test func pivotsAreBounded() {
    let order = 4
    var factors = [Float](
      repeating: 0, count: LaneSystems.triangle(order) * LaneSystems.count)
    // The diagonal 1, 0, −1, 4: its mean is 1.
    for (place, value) in [(0, Float(1)), (5, -1), (9, 4)] {
      for lane in 0..<LaneSystems.count { factors[place * LaneSystems.count + lane] = value }
    }
    var all = factors.mutableSpan
    LaneSystems.factor(order: order, least: 0.25, &all)
    var vectors = [Float](repeating: 1, count: order * LaneSystems.count)
    var columns = vectors.mutableSpan
    LaneSystems.solve(order: order, factors.span, &columns)
    for lane in 0..<LaneSystems.count {
      #expect((0..<order).map { vectors[$0 * LaneSystems.count + lane] } == [1, 4, 4, 0.25])
    }
  }

  /// The passes of an iteration, with integers small enough that every sum is exact.
  @Test(arguments: [0, 1, 17, 200]) func passesInAMetric(n: Int) {
    func vector(_ a: Int) -> [Float] { (0..<n).map { Float(($0 * a) % 23 - 11) } }
    func plain(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0 * $1.1) }
    }
    let (h, w, c, m, z0) = (vector(7), vector(5), vector(3), vector(11), vector(13))
    let v = zip(h, w).map { $0 - $1 }
    var z = z0
    var images = z.mutableSpan
    let sums = featureGradient(
      &images, product: h.span, penalty: w.span, own: c.span, image: m.span)
    #expect(z == v)
    #expect(sums.square == plain(v, v) && sums.own == plain(c, v) && sums.image == plain(m, v))
    #expect(sums.crossing == plain(z0, v))

    var corrected = z0
    var correctedSpan = corrected.mutableSpan
    let product = featureCorrect(
      &correctedSpan, product: h.span, penalty: w.span, correction: 2, image: m.span)
    #expect(corrected == zip(z0, m).map { $0 - 2 * $1 })
    #expect(product == plain(v, corrected))

    var p = c
    var directions = p.mutableSpan
    let along = featureDescent(
      &directions, product: h.span, penalty: w.span, beta: 2, image: z0.span, own: m.span)
    #expect(p == zip(z0, c).map { $0 + 2 * $1 })
    #expect(along.slope == plain(v, p) && along.own == plain(m, p))

    // h̄ = 3 with b = 0 and 1: a third, and as it was.
    var rest = z0
    let penalty = (0..<n).map { Float($0 % 2) }
    var restSpan = rest.mutableSpan
    featureRest(&restSpan, from: n / 2, mean: 3, penalty: penalty.span)
    #expect(
      rest == z0.indices.map { $0 < n / 2 || $0 % 2 == 1 ? z0[$0] : z0[$0] / 3 })
  }
}
