internal import Foundation

/// How long frames took, in bins that grow by a fiftieth: percentiles without keeping them all.
struct LatencyHistogram {
  private static let growth = log(1.02)
  /// Seconds of the first bin's lower edge.
  private static let shortest = 1e-6

  private var counts: [Int: Int] = [:]
  private(set) var count = 0
  /// The longest, in seconds; exact.
  private(set) var longest = 0.0

  mutating func note(seconds: Double) {
    let bin = Int((log(max(seconds, Self.shortest) / Self.shortest) / Self.growth).rounded(.down))
    counts[bin, default: 0] += 1
    count += 1
    longest = max(longest, seconds)
  }

  /// The seconds that a share of the frames did not exceed, to 2 %; NaN without frames.
  func quantile(_ share: Double) -> Double {
    guard count > 0 else { return .nan }
    let rank = max(1, Int((share * Double(count)).rounded(.up)))
    var seen = 0
    for (bin, number) in counts.sorted(by: { $0.key < $1.key }) {
      seen += number
      if seen >= rank {
        return min(longest, Self.shortest * exp(Self.growth * Double(bin + 1)))
      }
    }
    return longest
  }

  /// Median, 95th and 99th percentile and the longest, in milliseconds; nil without frames.
  var milliseconds: [Double]? {
    guard count > 0 else { return nil }
    return [quantile(0.5), quantile(0.95), quantile(0.99), longest].map {
      (1e6 * $0).rounded() / 1e3
    }
  }
}
