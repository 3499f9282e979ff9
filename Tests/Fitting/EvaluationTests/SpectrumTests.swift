import Collectives
import Evaluation
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct SpectrumTests {
  /// Under Hann's window a sinusoid of amplitude a at frequency k/L has density a²L/3 there and
  /// a²L/12 on both sides, nothing elsewhere.
  @Test(arguments: [5, 20])
  func aSinusoidHasThreeLines(k: Int) throws {
    let spectrum = try #require(PowerSpectrum(frames: 512))
    let length = spectrum.segment
    #expect(length == 128 || length == 256)
    var series = Matrix<Double>(rows: 1, columns: 512)
    for t in 0..<512 {
      series[0, t] = 0.3 * sin(2 * .pi * Double(k * t) / Double(length) + 1) + 0.4
    }
    let density = spectrum.density(of: series)
    let top = 0.09 * Double(length) / 3
    for j in 0..<density.columns {
      let expected = j == k ? top : abs(j - k) == 1 ? top / 4 : 0
      #expect(abs(density[0, j] - expected) < 1e-10 * top, "frequency \(j)")
    }
    #expect(abs(spectrum.frequencies[k] - Double(k) / Double(length)) < 1e-15)
    // The sum estimates the variance.
    let sum = (0..<density.columns).reduce(0) { $0 + density[0, $1] } / Double(length)
    #expect(abs(sum - 0.045) < 1e-12)
  }

  @Test func distancesOfSpectra() {
    let a = [7, 1, 2, 0, 0.0]
    #expect(spectralDistance(a, a.map { 5 * $0 }) < 1e-7)
    #expect(spectralDistance(a, [0, 0, 0, 3, 1]) == 1)
    // Shares 1/3, 2/3 against 2/3, 1/3: overlap 2√2/3.
    let expected = (1 - 2 * 2.0.squareRoot() / 3).squareRoot()
    #expect(abs(spectralDistance(a, [0, 2, 1, 0, 0]) - expected) < 1e-12)
    #expect(spectralDistance(a, [1, 0, 0, 0, 0]).isNaN)
  }

  @Test func wassersteinOfShiftsAndScales() {
    let sample = [0.3, -0.2, 0.9, 0.1, 0.1]
    #expect(wassersteinDistance(sample, sample.reversed()) == 0)
    #expect(abs(wassersteinDistance(sample, sample.map { $0 + 0.25 }) - 0.25) < 1e-14)
    #expect(abs(wassersteinDistance([0, 1], [0.5]) - 0.5) < 1e-14)
    // U(0, 1) against U(0, 2): the mean distance of equal quantiles is 1/2.
    let grid = (0..<1000).map { (Double($0) + 0.5) / 1000 }
    #expect(abs(wassersteinDistance(grid, grid.map { 2 * $0 }) - 0.5) < 1e-12)
    #expect(wassersteinDistance([], sample).isNaN)
    #expect(wassersteinDistance([0, .nan], sample).isNaN)
  }
}
