private import Glibc
package import LinearAlgebra

/// Welch's estimate of power spectra: the mean over half-overlapping segments, each freed of
/// its mean and tapered by Hann's window.
///
/// Densities are one-sided, squared rates per (cycle a frame): their sum over frequencies,
/// divided by the segment length, estimates the variance.
///
/// Reference: Welch (1967).
package struct PowerSpectrum: Sendable {
  /// Frames a segment.
  package let segment: Int

  /// Cycles a frame, from 0 to 1/2.
  package var frequencies: [Double] { (0...(segment / 2)).map { Double($0) / Double(segment) } }

  /// Segments of a power of two, at most 256, of which three fit into `frames`; nil if there
  /// are fewer than 16 frames.
  package init?(frames: Int) {
    guard frames >= 16 else { return nil }
    var length = 8
    while length < 256, 4 * length <= frames { length *= 2 }
    segment = length
  }

  /// The densities of series (rows × frames): rows × frequencies.
  ///
  /// - Complexity: segment² flops a segment and row.
  package func density(of series: borrowing Matrix<Double>) -> Matrix<Double> {
    precondition(series.columns >= segment, "\(series.columns) frames for segments of \(segment)")
    let half = segment / 2
    let starts = Array(stride(from: 0, through: series.columns - segment, by: half))
    let window = (0..<segment).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(segment)) }
    // Cosines, then sines, one column a frequency.
    var waves = Matrix<Double>(rows: segment, columns: 2 * (half + 1))
    for t in 0..<segment {
      for k in 0...half {
        let phase = 2 * .pi * Double(k * t % segment) / Double(segment)
        waves[t, k] = cos(phase)
        waves[t, half + 1 + k] = sin(phase)
      }
    }
    var result = Matrix<Double>(rows: series.rows, columns: half + 1)
    let power = window.reduce(0) { $0 + $1 * $1 } * Double(starts.count)
    for i in 0..<series.rows {
      var segments = Matrix<Double>(rows: starts.count, columns: segment)
      for (s, start) in starts.enumerated() {
        let mean = (0..<segment).reduce(0) { $0 + series[i, start + $1] } / Double(segment)
        for t in 0..<segment { segments[s, t] = window[t] * (series[i, start + t] - mean) }
      }
      let transformed = product(segments, waves)
      for k in 0...half {
        var sum = 0.0
        for s in starts.indices {
          let (real, imaginary) = (transformed[s, k], transformed[s, half + 1 + k])
          sum += real * real + imaginary * imaginary
        }
        result[i, k] = (k == 0 || k == half ? 1 : 2) * sum / power
      }
    }
    return result
  }
}

/// Hellinger's distance of two spectra as distributions of power over frequency, without
/// that at frequency 0: from 0 (same shape) to 1 (nothing in common); NaN without power.
package func spectralDistance(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "\(a.count) against \(b.count) frequencies")
  let (p, q) = (a.dropFirst(), b.dropFirst())
  let total = (p.reduce(0, +) * q.reduce(0, +)).squareRoot()
  let overlap = zip(p, q).reduce(0) { $0 + ($1.0 * $1.1).squareRoot() }
  return total > 0 ? max(0, 1 - overlap / total).squareRoot() : .nan
}

/// Wasserstein's distance (of order 1) of two samples: the area between their distribution
/// functions, in the units of the samples; NaN if one is empty, or has a number that is not finite.
package func wassersteinDistance(_ a: [Double], _ b: [Double]) -> Double {
  guard !a.isEmpty, !b.isEmpty, (a + b).allSatisfy(\.isFinite) else { return .nan }
  let x = a.sorted()
  let y = b.sorted()
  var (i, j) = (0, 0)
  var last = min(x[0], y[0])
  var area = 0.0
  while i < x.count || j < y.count {
    let next = min(i < x.count ? x[i] : .infinity, j < y.count ? y[j] : .infinity)
    let gap = Double(i) / Double(x.count) - Double(j) / Double(y.count)
    area += abs(gap) * (next - last)
    last = next
    while i < x.count, x[i] == next { i += 1 }
    while j < y.count, y[j] == next { j += 1 }
  }
  return area
}
