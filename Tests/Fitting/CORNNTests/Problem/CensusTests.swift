import Collectives
import LinearAlgebra
import Testing

@testable import CORNN

@Suite struct CensusTests {
  /// Rates (neuron, frame) as the census takes them, the last fifth held out.
  private func census(
    _ rows: [[Double]], inputs: [[Double]] = [], holdout: Double = 0.2
  ) throws -> Census {
    let frames = rows[0].count
    var rates = Matrix<Double>(rows: rows.count, columns: frames)
    for (i, row) in rows.enumerated() { for t in 0..<frames { rates[i, t] = row[t] } }
    var signals = Matrix<Double>(rows: inputs.count, columns: inputs.isEmpty ? 0 : frames)
    for (i, row) in inputs.enumerated() { for t in 0..<frames { signals[i, t] = row[t] } }
    return try Census(
      of: PreparedRecording(
        rates: rates, local: 0..<rows.count, neurons: rows.count, inputs: signals,
        trialStarts: [], holdout: holdout), group: SingleRank())
  }

  private func alternating(_ frames: Int = 50) -> [Double] {
    (0..<frames).map { $0 % 2 == 0 ? 0.1 : -0.1 }
  }

  @Test func aConstantNeuronIsToldByTheFittedFramesAlone() throws {
    var late = [Double](repeating: 0.5, count: 50)
    late[45] = -0.5  // moves, but where it is not fitted
    let found = try census([alternating(), late, [Double](repeating: 0.5, count: 50)])
    #expect(found.constant == [1, 2])
    #expect(found.unusable.isEmpty && !found.missing.contains(true))
  }

  @Test func aTinySpreadBesideOthersIsNoConstant() throws {
    let small = alternating().map { 1e-4 * $0 }
    #expect(try census([alternating(), small, alternating()]).constant.isEmpty)
  }

  /// 40 frames are fitted: 8 missing ones are the most that a neuron may cost the others.
  @Test(arguments: [(8, false), (9, true)])
  func aNeuronThatIsMostlyMissingIsLeftOut(missing: Int, isLeftOut: Bool) throws {
    var gaps = alternating()
    for t in 0..<missing { gaps[t] = .nan }
    let found = try census([alternating(), gaps])
    #expect(found.unusable == (isLeftOut ? [1] : []))
    // Left out, it marks no frame.
    #expect(found.missing.filter { $0 }.count == (isLeftOut ? 0 : missing))
  }

  @Test func aFrameIsMissingWhereAnyNeuronOrInputIs() throws {
    var (one, two, input) = (alternating(), alternating(), alternating())
    (one[3], two[7], input[44]) = (.nan, .nan, .nan)
    let found = try census([one, two], inputs: [input])
    #expect(found.missing.indices.filter { found.missing[$0] } == [3, 7, 44])
  }
}
