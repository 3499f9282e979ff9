import Collectives
import Evaluation
import Foundation
import LinearAlgebra
import Networks
import TestSupport
import Testing

@Suite struct AttractorTests {
  /// An oscillating pair, run without noise.
  private func oscillation(frames: Int, scale: Double) throws -> Matrix<Double> {
    var rates = Matrix<Double>(rows: 2, columns: frames)
    try network([[1.5, -scale], [scale, 1.5]], alpha: 0.2).simulate(
      from: [0.5, 0], steps: frames - 1, inputs: Matrix(rows: 0, columns: 0), threads: 1,
      group: SingleRank()
    ) { t, now in
      for i in 0..<2 { rates[i, t] = now[i] }
    }
    return rates
  }

  @Test func theNetworkOfTheRecordingIsAtDistanceZero() throws {
    let rates = try oscillation(frames: 600, scale: 1)
    let observed = try observe(rates, fitted: 300)
    let same = try #require(
      try AttractorScores(
        of: network([[1.5, -1], [1, 1.5]], alpha: 0.2), on: observed, most: 1000,
        group: SingleRank()))
    #expect(same.frames == 300..<600)
    #expect(same.wasserstein.allSatisfy { $0 < 1e-9 })
    #expect(same.spectral.allSatisfy { $0 < 1e-6 })
    // The limit cycle is the same before and after, up to where it begins.
    #expect(same.spectralYardstick.allSatisfy { $0 < 0.1 })
    // Twice as fast a rotation: other frequencies; no recurrence at all: other states.
    let faster = try #require(
      try AttractorScores(
        of: network([[1.5, -2], [2, 1.5]], alpha: 0.2), on: observed, most: 1000,
        group: SingleRank()))
    #expect(faster.spectral.allSatisfy { $0 > 0.7 })
    let silent = try #require(
      try AttractorScores(
        of: network([[0, 0], [0, 0]], alpha: 0.2), on: observed, most: 1000, group: SingleRank()))
    // It decays to 0, at a distance of the mean of |r| over the standard deviation of r.
    for i in 0..<2 {
      let values = (300..<600).map { rates[i, $0] }
      let mean = values.reduce(0, +) / 300
      let size = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 300).squareRoot()
      let expected = values.reduce(0) { $0 + abs($1) } / 300 / size
      #expect(abs(silent.wasserstein[i] - expected) < 0.1)
    }
  }

  @Test func tooFewFramesHaveNoSpectrum() throws {
    let rates = try oscillation(frames: 40, scale: 1)
    let none = try AttractorScores(
      of: network([[1.5, -1], [1, 1.5]], alpha: 0.2), on: observe(rates, fitted: 30), most: 1000,
      group: SingleRank())
    #expect(none == nil)
  }
}
