internal import Foundation

/// The rolling maximum of the rolling minimum of a smoothed series, over windows of
/// 2 `reach` + 1 frames, cut off at the ends.
///
/// Where a window holds no number, the frame before counts, at the beginning the first one
/// that is known; a series without any number has 1.
func rollingBaseline(_ series: [Double], reach: Int, deviation: Double) -> [Double] {
  let smooth = smoothed(series, deviation: deviation)
  let lowest = rollingExtreme(smooth, reach: reach, <=)
  var result = rollingExtreme(lowest, reach: reach, >=)
  var last = result.first { !$0.isNaN } ?? 1
  for t in result.indices {
    if result[t].isNaN { result[t] = last } else { last = result[t] }
  }
  return result
}

/// The series under a Gaussian that ends at four deviations, mirrored at its ends, as
/// `scipy.ndimage.gaussian_filter1d` does it; missing values carry no weight.
func smoothed(_ series: [Double], deviation: Double) -> [Double] {
  let count = series.count
  let radius = Int(4 * deviation + 0.5)
  guard radius > 0, count > 0 else { return series }
  let weights = (0...radius).map { exp(-0.5 * Double($0 * $0) / (deviation * deviation)) }
  return (0..<count).map { t in
    var (sum, total) = (0.0, 0.0)
    for k in -radius...radius {
      let place = t + k
      let value = series[
        place >= 0 && place < count ? place : mirrored(place, in: count)]
      if value.isNaN { continue }
      sum += weights[abs(k)] * value
      total += weights[abs(k)]
    }
    return total > 0 ? sum / total : .nan
  }
}

/// The index that stands for one beyond the ends: d c b a | a b c d | d c b a.
private func mirrored(_ index: Int, in count: Int) -> Int {
  let place = index % (2 * count)
  let positive = place < 0 ? place + 2 * count : place
  return positive < count ? positive : 2 * count - 1 - positive
}

/// The extreme of each window from `reach` before a value to `reach` after it, NaN aside.
///
/// `wins` tells whether a newer value makes an older one needless: ≤ for the minimum.
private func rollingExtreme(
  _ series: [Double], reach: Int, _ wins: (_ new: Double, _ old: Double) -> Bool
) -> [Double] {
  var result = [Double](repeating: .nan, count: series.count)
  // Indices that may still be an extreme, best first.
  var kept: [Int] = []
  var head = 0
  var next = 0
  for t in series.indices {
    while next < min(series.count, t + reach + 1) {
      if !series[next].isNaN {
        while kept.count > head, let old = kept.last, wins(series[next], series[old]) {
          kept.removeLast()
        }
        kept.append(next)
      }
      next += 1
    }
    while head < kept.count, kept[head] < t - reach { head += 1 }
    if head < kept.count { result[t] = series[kept[head]] }
  }
  return result
}
