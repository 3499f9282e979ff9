import Foundation
import Statistics
import Testing

/// The transform against the sum that defines it.
@Suite struct FourierTransformTests {
  @Test(arguments: [1, 2, 3, 7, 8, 30, 101, 128])
  func isTheSumThatDefinesIt(count: Int) {
    var series = ComplexSeries(count: count)
    for t in 0..<count {
      series.real[t] = sin(1.3 * Double(t * t) + 0.2)
      series.imaginary[t] = cos(0.7 * Double(t * t))
    }
    let transform = FourierTransform(count: count)
    let found = transform.forward(series)
    for f in 0..<count {
      var (re, im) = (0.0, 0.0)
      for t in 0..<count {
        let phase = -2 * Double.pi * Double(f * t % count) / Double(count)
        re += series.real[t] * cos(phase) - series.imaginary[t] * sin(phase)
        im += series.real[t] * sin(phase) + series.imaginary[t] * cos(phase)
      }
      #expect(abs(found.real[f] - re) < 1e-12 * Double(count))
      #expect(abs(found.imaginary[f] - im) < 1e-12 * Double(count))
    }
    let back = transform.inverse(found)
    for t in 0..<count {
      #expect(abs(back.real[t] - series.real[t]) < 1e-12)
      #expect(abs(back.imaginary[t] - series.imaginary[t]) < 1e-12)
    }
  }
  /// Two real series come back from their transforms by one inverse.
  @Test(arguments: [1, 2, 7, 30]) func twoRealSeries(count: Int) {
    let first = (0..<count).map { sin(1.3 * Double($0 * $0) + 0.2) }
    let second = (0..<count).map { 2 + cos(0.7 * Double($0)) }
    let transform = FourierTransform(count: count)
    let back = transform.inverse(
      transform.forward(ComplexSeries(first)), transform.forward(ComplexSeries(second)))
    for t in 0..<count {
      #expect(abs(back.first[t] - first[t]) < 1e-12)
      #expect(abs(back.second[t] - second[t]) < 1e-12)
    }
  }
}
