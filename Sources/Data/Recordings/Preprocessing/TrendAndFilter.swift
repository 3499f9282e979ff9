internal import Foundation

/// The least-squares line through the finite values of a range: its value at frame 0, and
/// its slope a frame.
func trend(of series: [Double], in range: Range<Int>) -> (start: Double, slope: Double) {
  let known = range.filter { series[$0].isFinite }
  guard !known.isEmpty else { return (0, 0) }
  let count = Double(known.count)
  let time = known.reduce(0.0) { $0 + Double($1) } / count
  let mean = known.reduce(0.0) { $0 + series[$1] } / count
  var (covariance, variance) = (0.0, 0.0)
  for t in known {
    covariance += (Double(t) - time) * (series[t] - mean)
    variance += (Double(t) - time) * (Double(t) - time)
  }
  let slope = variance > 0 ? covariance / variance : 0
  return (mean - slope * time, slope)
}

/// The share of the way to a new value that a one-pole filter goes in one frame.
func onePole(_ corner: Double, _ dt: Double) -> Double { 1 - exp(-2 * .pi * corner * dt) }

/// `y[t] = y[t−1] + factor (x[t] − y[t−1])`, begun anew at each trial; where x is missing
/// y stays, and the output is NaN.
func filter(_ series: inout [Double], factor: Double, resetAt starts: [Int]) {
  var state: Double?
  var nextStart = 0
  for t in series.indices {
    if nextStart < starts.count, starts[nextStart] == t {
      state = nil
      nextStart += 1
    }
    guard series[t].isFinite else { continue }
    let value = state.map { $0 + factor * (series[t] - $0) } ?? series[t]
    state = value
    series[t] = value
  }
}
