import Foundation
import LinearAlgebra
import Statistics
import Testing

@testable import CORNN

/// What surrogate targets keep of a neuron's own, and what they lose.
@Suite struct SurrogateTests {
  private let series = Self.wave(60)

  private static func wave(_ count: Int) -> [Double] {
    (0..<count).map { t in
      let bumps: Double = 0.01 * Double(t * t % 17)
      return sin(0.3 * Double(t)) + bumps
    }
  }

  private func surrogate(_ kind: NullKind, neuron: Int, null: Int) -> [Double] {
    drawn(surrogates(kind, count: series.count), series, neuron: neuron, null: null)
  }

  private func drawn(
    _ surrogates: SurrogateTargets, _ targets: [Double], neuron: Int, null: Int
  ) -> [Double] {
    let all = surrogates.draw(targets, neuron: neuron, nulls: null)
    return targets.indices.map { all[null, $0] }
  }

  private func surrogates(_ kind: NullKind, count: Int, driven: Double = 0) -> SurrogateTargets {
    var outputs = Matrix<Double>(rows: 4, columns: count)
    for i in 0..<4 { for t in 0..<count { outputs[i, t] = driven * Double(t % 5) } }
    let none = Matrix<Double>(rows: 0, columns: count)
    return SurrogateTargets(
      kind, seed: 4, first: 0, driven: outputs,
      bends: DriveBends(
        targets: Matrix(rows: 4, columns: count), outputs: outputs, drives: none,
        components: (0..<0, 0..<0)))
  }

  /// What drives make of the targets stays where it is.
  @Test func driveStays() {
    let own = surrogate(.shift, neuron: 2, null: 7)
    let targets = series.enumerated().map { $1 + 0.1 * Double($0 % 5) }
    let moved = drawn(surrogates(.shift, count: 60, driven: 0.1), targets, neuron: 2, null: 7)
    for t in moved.indices { #expect(abs(moved[t] - own[t] - 0.1 * Double(t % 5)) < 1e-12) }
  }

  /// Of responses that saturate, what is linear in two drives stays, and the rest is taken away:
  /// nothing of it is left, and none of the noise beside it.
  @Test func bendsAreTakenAway() throws {
    let frames = 400
    func drive(_ k: Int) -> [Double] {
      (0..<frames).map { sin(0.07 * Double(k + 1) * Double($0) + Double(k)) }
    }
    let drives = Matrix((0..<4).map(drive) + [[Double](repeating: 1, count: frames)])
    let noise = (0..<frames).map { 0.05 * cos(2.3 * Double($0)) }
    var targets = Matrix<Double>(rows: 2, columns: frames)
    for t in 0..<frames {
      let (a, b) = (drives[0, t] - 0.5 * drives[1, t], 0.7 * drives[2, t] + 0.2 * drives[3, t])
      targets[0, t] = a + 2 * b + 0.3 * a * a * b - 0.2 * b * b * b + 0.1 * a * b + noise[t]
      targets[1, t] = a + 2 * b + noise[t]
    }
    targets[0, 17] = .nan
    let found = DriveBends(
      targets: targets, outputs: Matrix(rows: 2, columns: frames), drives: drives,
      components: (0..<2, 2..<4))
    #expect(abs(found.scale - (400.0 / 388).squareRoot()) < 1e-12)
    var own = 0.0
    for t in 0..<frames where t != 17 {
      own += pow(found.bends[1, t], 2)
    }
    // The linear part of the terms stays with the drives; of noise 7 of 400 numbers are taken.
    let bent = (0..<frames).filter { $0 != 17 }.reduce(0.0) { $0 + pow(found.bends[0, $1], 2) }
    #expect(bent > 1)
    #expect(own < 0.1 * noise.reduce(0) { $0 + $1 * $1 })
    #expect(found.bends[0, 17].isFinite)
    // Once more without the bend, nothing bends.
    for t in 0..<frames { targets[0, t] -= found.bends[0, t] }
    let again = DriveBends(
      targets: targets, outputs: Matrix(rows: 2, columns: frames), drives: drives,
      components: (0..<2, 2..<4))
    let left = (0..<frames).reduce(0.0) { $0 + pow(again.bends[0, $1], 2) }
    #expect(left < 1e-3 * bent)
  }

  private func rotated(_ by: Int) -> [Double] { Array(series[by...]) + Array(series[..<by]) }

  /// Rotations by a tenth or more, no two of a neuron the same, other ones for other neurons.
  @Test func shiftsAreRotations() throws {
    func shift(_ neuron: Int, _ null: Int) throws -> Int {
      let drawn = surrogate(.shift, neuron: neuron, null: null)
      return try #require((0..<60).first { by in drawn == rotated(by) })
    }
    let possible = CircularShifts(frames: 60).count
    #expect(possible == 49)
    let shifts = try (1...possible).map { try shift(3, $0) }
    #expect(Set(shifts) == Set(6...54))
    #expect(try (1...10).map { try shift(2, $0) } != Array(shifts.prefix(10)))
  }

  /// The same power at each frequency, other values; missing targets stay missing.
  @Test(arguments: [60, 61]) func phasesKeepPower(count: Int) {
    let before = Self.wave(count)
    let transform = FourierTransform(count: count)
    func power(_ values: [Double]) -> [Double] {
      let spectrum = transform.forward(ComplexSeries(values))
      return (0..<count).map { hypot(spectrum.real[$0], spectrum.imaginary[$0]) }
    }
    let phases = surrogates(.phase, count: count)
    let all = phases.draw(before, neuron: 1, nulls: 3)
    #expect((0..<count).allSatisfy { all[0, $0] == before[$0] })
    for null in 1...3 {
      let own = (0..<count).map { all[null, $0] }
      // Whatever is drawn with it.
      #expect(own == drawn(phases, before, neuron: 1, null: null))
      for (drawn, recorded) in zip(power(own), power(before)) {
        #expect(abs(drawn - recorded) < 1e-9)
      }
      #expect(zip(own, before).contains { abs($0 - $1) > 0.1 })
      #expect((0..<count).contains { abs(own[$0] - all[1 + null % 3, $0]) > 0.1 })
    }
    var missing = before
    missing[7] = .nan
    for null in 1...2 {
      let own = drawn(phases, missing, neuron: 1, null: null)
      #expect(own.indices.filter { own[$0].isNaN } == [7])
    }
  }

  /// Ranks of two weights among three nulls, by hand.
  @Test func ranksByHand() {
    let ranks = NullRanks(
      Matrix([[3, 9, 1, 0], [0, 9, 2, 0], [1, 9, 0, 0], [0, 9, 1, 0]]), edges: [0, 2, 3])
    // Column 0: mean 1; |w - 1| = 2 1 0 1. Column 2: mean 1; |w - 1| = 0 1 1 0.
    #expect(ranks.p[0] == 0.25 && ranks.p[2] == 1)
    // Pooled nulls by their deviation: 1, 0, 1 over sqrt 1.5 and 1, 1, 0 over sqrt 0.5.
    #expect(ranks.pooled[0] == Float(1.0 / 7) && ranks.pooled[2] == 1)
    #expect(ranks.p[1].isNaN && ranks.p[3].isNaN && ranks.pooled[1].isNaN)
  }

  /// Mean squares of pairs of regions and their ranks, by hand.
  @Test func regionsByHand() {
    var nulls = RegionNulls(regions: ["b", "a", "b"], nulls: 2)
    nulls.add(nulls.share(Matrix([[0, 3, 4], [0, 1, 1], [0, 5, 0]]), edges: [1, 2]), onto: 0)
    nulls.add(nulls.share(Matrix([[0, 0, 2], [0, 0, 2], [1, 0, 1]]), edges: [0, 2]), onto: 1)
    #expect(nulls.names == ["a", "b"])
    #expect(nulls.p[0].isNaN && nulls.strengths[0].isNaN)
    // a from b: 4, 4, 2 over two weights; b from a: 9, 1, 25 over one; b from b: 16, 1, 0.
    #expect(nulls.strengths[1] == 2.0.squareRoot() && nulls.p[1] == 2.0 / 3)
    #expect(nulls.strengths[2] == 3 && nulls.nullStrengths[2] == 3 && nulls.p[2] == 2.0 / 3)
    #expect(nulls.strengths[3] == 4 && nulls.p[3] == 1.0 / 3)
    let pairs = RegionPairNulls(largestOf: [nulls])
    #expect(pairs.q[0].isNaN && abs(pairs.q[3] - 2.0 / 3) < 1e-15)
  }
}
