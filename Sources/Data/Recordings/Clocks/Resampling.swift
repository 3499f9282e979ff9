internal import Statistics

/// A series with rising times, brought to other times; nil if they do not overlap.
///
/// Where the series is sampled more than twice as fast as the new times, each new value
/// is the mean over its frame, so that nothing is aliased; else it is interpolated
/// linearly. Before the first and after the last entry that entry holds.
func resample(_ values: [Double], _ times: [Double], to target: [Double]) -> [Double]? {
  guard let first = times.first, let last = times.last, let begin = target.first,
    let end = target.last, first <= end, last >= begin
  else { return nil }
  let spacing = target.count > 1 ? (end - begin) / Double(target.count - 1) : 0
  let own = times.count > 1 ? (last - first) / Double(times.count - 1) : 0
  // An entry on the edge of a frame belongs to the frame that begins there, whatever the
  // rounding of both clocks.
  let edge = spacing / 2 + 1e-3 * own
  return target.map { time in
    if own > 0, own < spacing / 2 {
      let low = times.partitioningIndex { $0 >= time - edge }
      let high = times.partitioningIndex { $0 >= time + spacing - edge }
      if high > low { return values[low..<high].reduce(0, +) / Double(high - low) }
    }
    let after = times.partitioningIndex { $0 >= time }
    if after == 0 { return values[0] }
    if after == times.count { return values[times.count - 1] }
    let share = (time - times[after - 1]) / (times[after] - times[after - 1])
    return values[after - 1] + share * (values[after] - values[after - 1])
  }
}
