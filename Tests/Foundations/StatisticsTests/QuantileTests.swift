import Statistics
import Testing

/// The expected numbers are those of numpy 2.2, `numpy.quantile` with `method=`.
@Suite struct QuantileTests {
  private let values = [3.5, -1, 2.25, 10, 0.5, 7, 7, -4]

  @Test(arguments: [
    (0.0, -4.0, -4.0), (0.1, -1.9, -4.0), (0.25, 0.125, -1), (0.3, 0.675, 0.5), (0.5, 2.875, 2.25),
    (0.75, 7, 7), (0.9, 7.9, 7), (0.995, 9.895, 7), (1, 10, 10),
  ])
  func linearAndLower(share: Double, linear: Double, lower: Double) throws {
    #expect(abs(try #require(quantile(values, share)) - linear) < 1e-14)
    #expect(quantile(values, share, .lower) == lower)
  }

  /// numpy.quantile([3, 1, 2, 10], [0, 0.1, 0.5, 0.995]).
  @Test(arguments: [(0, 1.0), (0.1, 1.3), (0.5, 2.5), (0.995, 9.895)])
  func ofFewValues(share: Double, value: Double) throws {
    #expect(abs(try #require(quantile([3, 1, 2, 10], share)) - value) < 1e-12)
  }

  /// Of eight values in order, −4, −1, 0.5, 2.25, 3.5, 7, 7, 10, a share of 0.3 are 2.4: two.
  @Test func precededByAShare() {
    #expect(quantile(values, 0.3, .preceded) == 0.5)
    #expect(quantile(values, 0.5, .preceded) == 3.5)
    #expect(quantile(values, 0, .preceded) == -4 && quantile(values, 1, .preceded) == 10)
  }

  @Test func mediansDifferWhereTheCountIsEven() {
    #expect(median(values) == 2.875)
    #expect(lowerMedian(values) == 2.25 && upperMedian(values) == 3.5)
    let odd = [9.0, 1, 4]
    #expect(median(odd) == 4 && lowerMedian(odd) == 4 && upperMedian(odd) == 4)
    #expect(lowerMedian([5, 1]) == 1 && upperMedian([5, 1]) == 5)
  }

  @Test func whatIsMissingIsLeftOut() {
    #expect(median([.nan, 1, .nan, 3]) == 2)
    #expect(quantile([.nan, 4], 0.7) == 4 && lowerMedian([.nan, 4, 2]) == 2)
    #expect(median([1, .infinity, .infinity]) == .infinity)
  }

  @Test func noValuesHaveNone() {
    #expect(median([]).isNaN && median([.nan]).isNaN)
    #expect(lowerMedian([]) == nil && upperMedian([.nan]) == nil)
    for rule in [QuantileRule.linear, .lower, .preceded] { #expect(quantile([], 0.5, rule) == nil) }
  }
}
