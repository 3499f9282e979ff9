package import Differentiation

extension LearningTask {
  /// How often the signs of a network's outputs are those of its targets.
  ///
  /// The program has an output `y` and a channel `target`, 0 where a bit is not known yet.
  package func bitsRight(_ program: Program, parameters: [Double], seed: UInt64) -> [Score] {
    // Steps after a change of any line's target that do not count.
    let transition = 5
    let batch = 32
    let run = HeldOutRun(of: self, program, parameters: parameters, count: batch, seed: seed)
    let bits = program.channels[program.channel("target")].width
    let (y, target) = (run.values(of: "y"), run.channel("target"))
    var (rowsRight, rows, bitsRight, known) = (0, 0, 0, 0)
    for b in 0..<batch {
      var changed = -100
      for t in 0..<steps {
        let row = (t * batch + b) * bits
        let hasChanged =
          t > 0
          && (0..<bits).contains {
            target[row + $0] != target[row - batch * bits + $0]
          }
        if hasChanged { changed = t }
        guard t - changed > transition else { continue }
        let own = (row..<(row + bits)).filter { target[$0] != 0 }
        guard !own.isEmpty else { continue }
        let right = own.count { y[$0] * target[$0] > 0 }
        rows += 1
        if right == own.count { rowsRight += 1 }
        known += own.count
        bitsRight += right
      }
    }
    return [
      Score(
        "bits_right", Double(rowsRight) / Double(max(1, rows)),
        "share of held-out steps, more than 5 after a change, with every known bit's sign right"),
      Score(
        "each_bit_right", Double(bitsRight) / Double(max(1, known)),
        "share of the known bits with the right sign at these steps; guessing has 0.5"),
    ]
  }
}
