import Kernels
import LinearAlgebra
import Testing

@Suite struct ArenaTests {
  /// Thin products against plain loops, at every processor level.
  @Test(arguments: [(5, 37, 3), (9, 700, 1), (6, 21, 8), (7, 5, 700), (3, 2, 1100), (1, 8, 9)])
  func thinProductsAreProducts(shape: (m: Int, n: Int, k: Int)) {
    let (m, n, k) = shape
    var plan = ArenaPlan()
    let a = plan.reserve(rows: m, columns: k)
    let b = plan.reserve(rows: k, columns: n)
    let c = plan.reserve(rows: m, columns: n)
    var arena = Arena<Double>(plan)
    func entry(_ i: Int, _ salt: Int) -> Double { Double((i * 7919 + salt) % 101) / 50 - 1 }
    var numbers = arena.mutableElements(a)
    for i in 0..<numbers.count { numbers[i] = entry(i, 1) }
    numbers = arena.mutableElements(b)
    for i in 0..<numbers.count { numbers[i] = entry(i, 2) }
    var expected = [Double](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        for l in 0..<k { expected[i * n + j] += entry(i * k + l, 1) * entry(l * n + j, 2) }
      }
    }
    for level in [2, 3, 4] {
      withProcessorLevel(atMost: level) {
        arena.multiply(a, b, into: c, scale: 2, keep: false)
        arena.multiply(a, b, into: c, scale: 0.5, keep: true)
      }
      let found = arena.elements(c)
      for i in 0..<(m * n) { #expect(abs(found[i] - 2.5 * expected[i]) < 1e-10) }
    }
  }

  @Test func modulationInPlaceAndBesideAgree() {
    var plan = ArenaPlan()
    let x = plan.reserve(rows: 6, columns: 5)
    let d = plan.reserve(rows: 2, columns: 5)
    let y = plan.reserve(rows: 6, columns: 5)
    var arena = Arena<Float>(plan)
    var numbers = arena.mutableElements(x)
    for i in 0..<30 { numbers[i] = Float(i) }
    numbers = arena.mutableElements(d)
    for i in 0..<10 { numbers[i] = Float(i) - 4 }
    arena.modulate(x, by: d, into: y, keep: false)
    arena.modulate(x, by: d, into: x, keep: false)
    let beside = arena.elements(y)
    let inPlace = arena.elements(x)
    for b in 0..<2 {
      for k in 0..<3 {
        for j in 0..<5 {
          let i = (b * 3 + k) * 5 + j
          #expect(beside[i] == Float(i) * (Float(b * 5 + j) - 4) && inPlace[i] == beside[i])
        }
      }
    }
  }
}
