import Statistics
import Testing

@Suite struct PairSumsTests {
  private func sums(_ x: [Double], _ y: [Double]) -> PairSums {
    var sums = PairSums()
    for (a, b) in zip(x, y) { sums.add(a, b) }
    return sums
  }

  /// Means 2.5 and 5, deviations by hand: Σ(x − x̄)² = 5, Σ(y − ȳ)² = 14, Σ(x − x̄)(y − ȳ) = 8.
  @Test func figuresByHand() {
    let found = sums([1, 2, 3, 4], [3, 4, 5, 8])
    #expect(found.count == 4)
    #expect(found.firstVariation == 5)
    #expect(found.secondVariation == 14)
    #expect(found.covariation == 8)
    #expect(found.squaredDifference == 4 + 4 + 4 + 16)
    #expect(abs(found.correlation - 8 / 70.0.squareRoot()) < 1e-15)
    #expect(found.slope == 1.6)
  }

  /// 0.1 is no binary fraction: its sums round, and the variation of so many comes out about 1e-13.
  @Test(arguments: [3, 90, 1_000, 100_000]) func constantHasNoCorrelation(count: Int) {
    let varying = (0..<count).map { Double($0 % 7) }
    let constant = [Double](repeating: 0.1, count: count)
    #expect(sums(constant, varying).correlation.isNaN)
    #expect(sums(varying, constant).correlation.isNaN)
    #expect(sums(constant, constant).correlation.isNaN)
    #expect(sums(constant, varying).slope.isNaN)
    // A flat line fits it, though.
    #expect(abs(sums(varying, constant).slope) < 1e-9)
  }

  @Test func littleVariationIsNotNone() {
    let x = (0..<1_000).map { 1 + 1e-4 * Double($0 % 5) }
    #expect(abs(sums(x, x.map { 3 - 2 * $0 }).correlation + 1) < 1e-6)
  }

  @Test func numbersOfPartsAddUp() {
    let parts = [sums([1, 2], [3, 4]), sums([3, 4], [5, 8])]
    let added = zip(parts[0].numbers, parts[1].numbers).map(+)
    #expect(PairSums(added) == sums([1, 2, 3, 4], [3, 4, 5, 8]))
  }

  @Test func nothingHasNone() {
    #expect(PairSums().correlation.isNaN)
    #expect(PairSums().slope.isNaN)
  }
}
