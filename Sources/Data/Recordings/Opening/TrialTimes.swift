internal import Foundation
internal import Statistics

/// The first frame at or after each edge, in seconds, on rising frame times.
///
/// An edge that is meant to be a frame's time differs from it by rounding: that of the clock
/// (k/30 is not k times 1/30), of 32-bit numbers, or of the decimals it was written with.
/// Within that it is that frame, and not the next one.
func firstFrames(atOrAfter edges: [Double], _ times: [Double]) -> [Int] {
  guard let dt = lowerMedian(zip(times.dropFirst(), times).map { $0 - $1 }) else {
    return edges.map { edge in times.partitioningIndex { $0 >= edge } }
  }
  let written = writtenRounding(of: edges, times, dt: dt)
  return edges.map { edge in
    let tolerance = min(
      TrialTimes.largest * dt, max(written, TrialTimes.usual * dt, rounding(edge)))
    return times.partitioningIndex { $0 >= edge - tolerance }
  }
}

/// How far from a frame's time an edge may be that is meant to be this time.
private enum TrialTimes {
  /// In any case, in frames.
  static let usual = 1e-3
  /// At most, in frames.
  static let largest = 0.25
  /// Decimals beyond which a number counts as not rounded.
  static let mostDecimals = 6
}

/// The rounding of a number that once was one of 32 bits, as NWB's rates may be.
private func rounding(_ value: Double) -> Double { abs(value) * 0x1p-23 }

/// Half of the last decimal that edges were written with; 0 where they were not rounded.
///
/// All edges that have as few decimals must be frame times but for that rounding: times on a
/// grid of their own, such as whole seconds, are taken as they are.
private func writtenRounding(of edges: [Double], _ times: [Double], dt: Double) -> Double {
  for decimals in 0...TrialTimes.mostDecimals {
    let unit = pow(10, -Double(decimals))
    let isWritten = edges.allSatisfy { edge in
      let places = edge / unit
      let slack = max(1e-6, rounding(edge) / unit)
      return slack < 0.05 && abs(places - places.rounded()) <= slack
    }
    guard isWritten else { continue }
    guard unit / 2 <= TrialTimes.largest * dt else { return 0 }
    let reach = 0.5001 * unit + (edges.map(rounding).max() ?? 0)
    let areFrames = edges.allSatisfy { edge in
      guard let first = times.first, let last = times.last, edge > first, edge < last else {
        return true
      }
      let next = times.partitioningIndex { $0 >= edge }
      return min(times[next] - edge, edge - times[next - 1]) <= reach
    }
    return areFrames ? reach : 0
  }
  return 0
}
