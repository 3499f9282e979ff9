package import Differentiation
internal import RealModule

extension Score {
  /// The name of the share of the constant's loss that a network takes away.
  package static var explained: String { "explained" }
}

extension LearningTask {
  /// The loss beside that of the best constant output, which knows nothing of a trial.
  ///
  /// With weights w of the loss, over all scored steps of some held-out trials, the constant's
  /// loss is `Σ_d (Σ w y*² − (Σ w y*)² / Σ w)`, as is that of cross-entropy with the mean target
  /// for its distribution; both on the scale of the loss.
  package func againstConstant(
    _ program: Program, parameters: [Double], seed: UInt64
  ) -> [Score] {
    // Trials that are judged: few enough for those of a thousand steps.
    let count = 128
    let run = HeldOutRun(of: self, program, parameters: parameters, count: count, seed: seed)
    let registers = program.losses.flatMap { [$0.target, $0.weight].compactMap(\.self) }
    var (values, loss) = run.values(of: registers)
    var constant = 0.0
    for term in program.losses {
      let target = values.removeFirst()
      let weight = term.weight == nil ? nil : values.removeFirst()
      constant += constantLoss(
        term.kind, target, weight, width: program.width(term.output), trials: count)
    }
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

  /// The least loss that a constant has on one term.
  private func constantLoss(
    _ kind: Loss.Kind, _ target: [Double], _ weight: [Double]?, width: Int, trials: Int
  ) -> Double {
    let weightWidth = (weight?.count ?? 0) / (steps * trials)
    var (mass, first, second) = ([Double](repeating: 0, count: width), [Double](), 0.0)
    first = mass
    for t in 0..<steps where stepWeights[t] > 0 {
      for row in (t * trials)..<((t + 1) * trials) {
        for d in 0..<width {
          let own = weight.map { $0[row * weightWidth + (weightWidth == 1 ? 0 : d)] } ?? 1
          let w = stepWeights[t] * own
          let y = target[row * width + d]
          mass[d] += w
          first[d] += w * y
          second += w * y * y
        }
      }
    }
    switch kind {
    case .squaredError:
      let explained = (0..<width).reduce(0.0) {
        $0 + (mass[$1] > 0 ? first[$1] * first[$1] / mass[$1] : 0)
      }
      return (second - explained) / Double(trials * width)
    case .crossEntropy:
      let total = first.reduce(0, +)
      return first.reduce(0.0) { $0 - ($1 > 0 ? $1 * Double.log($1 / total) : 0) } / Double(trials)
    }
  }
}
