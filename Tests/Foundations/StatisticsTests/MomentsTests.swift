import Statistics
import Testing

@Suite struct MomentsTests {
  @Test func holesDoNotCount() {
    // Over frames 1 to 6 there are 2, 4, 4 and 6: mean 4, variance 2.
    let series: [Float] = [99, 2, .nan, 4, 4, .nan, 6, .nan]
    let moments = Moments(of: series.span, in: 1..<7)
    #expect(moments.count == 4 && moments.mean == 4)
    #expect(moments.variance == 2 && moments.deviation == 2.0.squareRoot())
    let none = Moments(of: series.span, in: 2..<3)
    #expect(none.count == 0 && none.mean == 0 && none.variance == 0)
  }

  /// The sum of squares less the squared sum would lose the variance.
  @Test func aLargeMeanCancelsNothing() {
    let series: [Double] = [1e8, .nan, 1e8 + 1, 1e8 + 2, 5]
    let moments = Moments(of: series.span, in: 0..<4)
    #expect(moments.count == 3 && moments.mean == 1e8 + 1)
    #expect(abs(moments.variance - 2.0 / 3) < 1e-12)
  }

  @Test func presentValues() {
    let series: [Float] = [1, .nan, 3, .nan, .nan]
    let all = PresentValues(of: series.span, in: 0..<5)
    #expect(all.count == 2 && all.missing == 3 && all.mean == 2 && all.isMostlyMissing)
    #expect(!PresentValues(of: series.span, in: 0..<4).isMostlyMissing)
    #expect(PresentValues(of: series.span, in: 3..<5).mean.isNaN)
    #expect(!PresentValues(of: series.span, in: 2..<2).isMostlyMissing)
  }
}
