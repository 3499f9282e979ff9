import Collectives
import LinearAlgebra
import Networks
import Testing

/// Networks with a task do it: judged by their readout, with noise, against what they
/// were asked for.
struct TaskNetworkTests {
  @Test(arguments: [1, 3, 4], [UInt64(1), 2, 3])
  func flipFlopsHoldTheirBits(bits: Int, seed: UInt64) throws {
    var base = AttractorNetwork()
    base.neurons = 100 * bits
    base.populations = bits
    base.seed = seed
    let frames = 2000
    let flipFlop = FlipFlopNetwork(base: base, interval: 200)
    let signals = flipFlop.signals(frames: frames)
    let readout = try readouts(
      of: flipFlop.network(local: 0..<base.neurons), weights: base.readout,
      from: randomRates(count: base.neurons, seed: seed), inputs: signals.inputs, seed: seed)
    for bit in 0..<bits {
      var wrong = 0
      var judged = 0
      // A pulse lasts 20 frames; by its end the state has changed.
      for t in 25..<frames where (t - 25..<t).allSatisfy({ signals.inputs[bit, $0] == 0 }) {
        judged += 1
        if readout[t, bit] * signals.targets[t, bit] <= 0 { wrong += 1 }
      }
      #expect(judged > frames / 2)
      #expect(Double(wrong) < 0.01 * Double(judged), "bit \(bit): \(wrong) of \(judged)")
      let held = (0..<frames).map { signals.targets[$0, bit] }
      #expect(Set(held) == [-1, 1], "bit \(bit) never changes")
    }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func timedResponsesComeInTime(seed: UInt64) throws {
    var base = AttractorNetwork()
    base.neurons = 200
    base.gain = 0.5
    base.attraction = 1.5
    base.seed = seed
    let task = TimedResponseNetwork(base: base, intervals: [40, 100])
    let network = task.network(local: 0..<base.neurons)
    let levels = try task.cueLevels(of: network, threads: 1, group: SingleRank())
    #expect(levels[0] > levels[1], "a stronger cue is answered sooner: \(levels)")
    let frames = 10 * task.trial
    let signals = task.signals(frames: frames, cueLevels: levels)
    let readout = try readouts(
      of: network, weights: base.readout, from: task.start, inputs: signals.inputs, seed: seed)
    for first in task.trialStarts(frames: frames) {
      let trial = first..<(first + task.trial)
      let cue = try #require(trial.first { signals.inputs[1, $0] > 0 })
      let due = try #require(trial.first { signals.targets[$0, 0] > 0 }) - cue
      // After the reset, which ends the response of the trial before.
      let response = try #require(trial.first { $0 > first + 20 && readout[$0, 0] > 0 }) - cue
      #expect(abs(response - due) <= due / 5, "due \(due) frames after the cue, came \(response)")
    }
  }

  @Test func aNetworkThatCannotWaitSaysSo() {
    var base = AttractorNetwork()
    base.neurons = 30
    base.gain = 3
    base.attraction = 0.5
    let task = TimedResponseNetwork(base: base, intervals: [500])
    #expect(throws: DesignError.self) {
      try task.cueLevels(
        of: task.network(local: 0..<30), threads: 1, group: SingleRank())
    }
  }

  /// frames × outputs.
  private func readouts(
    of network: borrowing RateNetwork<Float>, weights: borrowing Matrix<Float>, from start: [Float],
    inputs: borrowing Matrix<Float>, seed: UInt64
  ) throws -> Matrix<Float> {
    var outputs = Matrix<Float>(rows: inputs.columns, columns: weights.rows)
    let noise = SimulationNoise(kind: .gaussian, input: 1e-2, output: 1e-3, seed: seed)
    try network.simulate(
      from: start, steps: inputs.columns - 1, inputs: inputs, noise: noise, threads: 1,
      group: SingleRank()
    ) { t, rates in
      for k in 0..<weights.rows {
        outputs[t, k] = rates.indices.reduce(0) { $0 + weights[k, $1] * rates[$1] }
      }
    }
    return outputs
  }
}
