import TestSupport
import Testing

@testable import Recordings

@Suite struct RollingStatisticsTests {
  /// Numbers without order, with gaps: entry t is 37 t² mod 101.
  private let ragged = (0..<80).map { t in
    [7, 8, 9, 30, 79].contains(t) || (40..<55).contains(t) ? Double.nan : Double(37 * t * t % 101)
  }

  @Test(arguments: [1, 2, 7, 200])
  func baselineIsTheMaximumOfTheMinima(reach: Int) {
    func window(_ values: [Double], _ t: Int) -> [Double] {
      values[max(0, t - reach)...min(values.count - 1, t + reach)].filter { !$0.isNaN }
    }
    let lowest = ragged.indices.map { window(ragged, $0).min() ?? .nan }
    let expected = ragged.indices.map { window(lowest, $0).max() ?? .nan }
    let baseline = rollingBaseline(ragged, reach: reach, deviation: 0)
    var last = 0.0
    for t in ragged.indices {
      // In a gap that is wider than the windows the last value stays.
      if !expected[t].isNaN { last = expected[t] }
      #expect(baseline[t] == last)
    }
  }

  /// A rising line is its own baseline, but for the last windows, which are cut off.
  @Test func baselineFollowsALine() {
    let line = (0..<50).map { 100 + 2 * Double($0) }
    let baseline = rollingBaseline(line, reach: 6, deviation: 0)
    #expect(Array(baseline[..<44]) == Array(line[..<44]))
    #expect(baseline[44...].allSatisfy { $0 == line[43] })
  }

  @Test func nothingKnownHasOne() {
    #expect(rollingBaseline([.nan, .nan], reach: 3, deviation: 1) == [1, 1])
    #expect(rollingBaseline([], reach: 3, deviation: 1) == [])
  }

  /// scipy.ndimage.gaussian_filter1d([1, 5, 2, 8, 3, 0], 1.5), and
  /// minimum_filter1d then maximum_filter1d of that, both of size 3.
  @Test func smoothingIsThatOfScipy() {
    let series: [Double] = [1, 5, 2, 8, 3, 0]
    #expect(relativeError(smoothed(series, deviation: 1.5), Self.scipySmooth) < 1e-13)
    #expect(
      relativeError(rollingBaseline(series, reach: 1, deviation: 1.5), Self.scipyBaseline) < 1e-13)
  }

  /// What is missing carries no weight: a constant stays one.
  @Test func smoothingLeavesConstantsAlone() {
    let series: [Double] = [4, .nan, 4, 4, .nan, .nan, 4, 4]
    #expect(smoothed(series, deviation: 2).allSatisfy { abs($0 - 4) < 1e-14 })
  }

  private static let scipySmooth = [
    2.7557571477639797, 3.264704934059479, 3.8184209643079203,
    3.8193649714509337, 3.0806235545549194, 2.2611284278627686,
  ]
  private static let scipyBaseline = [
    2.7557571477639797, 3.264704934059479, 3.264704934059479,
    3.264704934059479, 3.0806235545549194, 2.2611284278627686,
  ]
}
