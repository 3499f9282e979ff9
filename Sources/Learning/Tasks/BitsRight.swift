package import Differentiation
internal import LinearAlgebra
internal import RandomNumbers

extension LearningTask {
  /// How often the signs of a network's outputs are those of its targets.
  ///
  /// The program has an output `y` and a channel `target`, 0 where a bit is not known yet.
  package func bitsRight(_ program: Program, parameters: [Double], seed: UInt64) -> Score {
    // Steps after a change of any line's target that do not count.
    let transition = 5
    let batch = 32
    let channel = program.channel("target")
    let bits = program.channels[channel].width
    let trials = trials(
      0..<batch, of: batch, iteration: 1, purpose: .heldOutTrials, seed: seed, program: program,
      precision: Double.self)
    var rollout = Rollout<Double>(program, rows: batch)
    rollout.load(parameters: parameters)
    guard let output = program.outputs["y"] else { preconditionFailure("no output y") }
    let slot = rollout.layout[output]
    let target = trials.channels[channel]
    var right = 0
    var counted = 0
    var changed = [Int](repeating: -100, count: batch)
    _ = rollout.run(trials) { t, arena in
      let y = arena.elements(slot)
      for b in 0..<batch {
        let row = (t * batch + b) * bits
        for i in 0..<bits where t > 0 && target[row + i] != target[row - batch * bits + i] {
          changed[b] = t
        }
        guard t - changed[b] > transition else { continue }
        let known = (0..<bits).filter { target[row + $0] != 0 }
        guard !known.isEmpty else { continue }
        counted += 1
        if known.allSatisfy({ y[b * bits + $0] * target[row + $0] > 0 }) { right += 1 }
      }
    }
    return Score(
      "bits_right", Double(right) / Double(max(1, counted)),
      "share of held-out steps, more than 5 after a change, with every known bit's sign right")
  }
}
