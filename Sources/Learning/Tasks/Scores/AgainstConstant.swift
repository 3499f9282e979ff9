package import Differentiation

extension Score {
  /// The name of the share of the constant's loss that a network takes away.
  package static var explained: String { "explained" }
}

extension LearningTask {
  /// The loss beside that of the best constant output, which knows nothing of a trial.
  ///
  /// Both are of the same held-out trials, on the scale of the loss. Trials are drawn a few at a
  /// time, so that memory does not grow with how many are judged.
  package func againstConstant(
    _ program: Program, parameters: [Double], seed: UInt64
  ) -> [Score] {
    // Trials that are judged: few enough for those of a thousand steps.
    let count = 128
    let atOnce = 16
    let registers = program.losses.flatMap { [$0.target, $0.weight].compactMap(\.self) }
    var loss = 0.0
    var constants = program.losses.map {
      ConstantLoss(of: $0.kind, width: program.width($0.output), stepWeights: stepWeights)
    }
    for start in stride(from: 0, to: count, by: atOnce) {
      let run = HeldOutRun(
        of: self, program, parameters: parameters, trials: start..<(start + atOnce), of: count,
        seed: seed)
      var (values, part) = run.values(of: registers)
      loss += part
      for (k, term) in program.losses.enumerated() {
        let target = values.removeFirst()
        constants[k].add(target, weight: term.weight == nil ? nil : values.removeFirst())
      }
    }
    let constant = constants.reduce(0) { $0 + $1.loss(trials: count) }
    let losses = [
      Score("loss", loss, "loss on \(count) held-out trials"),
      Score("loss_constant", constant, "loss of the best constant output on the same trials"),
    ]
    // Targets that never change leave a constant nothing to lose.
    guard constant > 0 else { return losses }
    return losses + [
      Score(
        Score.explained, 1 - loss / constant,
        "share of the constant's loss that the network takes away; 1 is perfect")
    ]
  }
}
