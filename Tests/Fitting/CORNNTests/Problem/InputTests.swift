import Collectives
import Kernels
import LinearAlgebra
import Networks
import Runtime
import Testing

@testable import CORNN

@Suite struct InputTests {
  /// Forty channels over eight decades of units: every one's weights are recovered.
  @Test func fortyInputsOfVeryDifferentScales() throws {
    let count = 40
    let neurons = 60
    let data = try Synthetic(neurons: neurons, frames: 2500, inputs: count)
    func unit(_ k: Int) -> Double { [1e-4, 1e-2, 1, 1e2, 1e4][k % 5] }
    var inputs = data.inputs.copy()
    for k in 0..<count { inputs.scaleRow(k, by: unit(k)) }
    let recording = PreparedRecording(
      rates: data.rates.copy(), local: 0..<neurons, neurons: neurons, inputs: inputs.copy(),
      trialStarts: [], holdout: 0)
    let problem = try FitProblem(recording, bias: true, group: SingleRank(), phases: Phases())
    var configuration = Configuration()
    configuration.lambda = 1e-5
    let fit = try problem.fit(
      loss: .crossEntropy, alpha: [Double](repeating: 0.1, count: neurons),
      configuration: configuration, group: SingleRank(), threads: 2, phases: Phases())
    let weights = allWeights(fit)
    for k in 0..<count {
      let found = weights.map { $0[neurons + k] * unit(k) }
      let truth = (0..<neurons).map { Double(data.network.inputWeights[$0, k]) }
      #expect(pearson(found, truth) > 0.97, "input \(k), unit \(unit(k))")
      // Nor is a channel shrunk for its unit.
      let slope =
        zip(found, truth).reduce(0) { $0 + $1.0 * $1.1 } / truth.reduce(0) { $0 + $1 * $1 }
      #expect(abs(slope - 1) < 0.2, "input \(k): slope \(slope)")
    }
    let check = InputCheck(inputs, transitions: problem.transitions)
    #expect(check.constant.isEmpty && check.dependent.isEmpty)
  }

  @Test func namesInputsThatCannotTellTheirWeights() {
    let frames = 200
    var inputs = Matrix<Float>(rows: 7, columns: frames)
    for t in 0..<frames {
      let x = Float(t % 17) / 17
      let y = Float(t % 23) / 23
      inputs[0, t] = x
      inputs[1, t] = 3
      inputs[2, t] = y
      inputs[3, t] = 2 * x - 500 * y + 1
      inputs[4, t] = 300 + Float(t % 5)
      inputs[5, t] = 0
      inputs[6, t] = Float(t % 7) * 1e-6
    }
    let transitions = Transitions(
      in: 0..<frames, missing: [Bool](repeating: false, count: frames))
    let check = InputCheck(inputs, transitions: transitions)
    #expect(check.constant == [1, 5])
    #expect(check.dependent == [3])
    #expect(check.offset == [4])
  }
}
