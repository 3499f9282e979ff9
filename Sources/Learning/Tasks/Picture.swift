package import Differentiation
internal import LinearAlgebra
internal import RandomNumbers

/// Numbers to look at: what a trained network does, row by row.
package struct Picture: Sendable {
  package let name: String
  package let meaning: String
  /// What the rows and columns are; pictures may share them.
  package let rows: String
  package let columns: String
  package let columnCount: Int
  package let values: [Double]
}

extension LearningTask {
  /// What the network puts out in the first three held-out trials, and what was wanted where.
  ///
  /// Nothing where the loss is no squared error: then outputs and targets are of two kinds.
  package func heldOutTrials(
    _ program: Program, parameters: [Double], seed: UInt64
  ) -> [Picture] {
    guard let loss = program.losses.first, case .squaredError = loss.kind else { return [] }
    let count = 3
    let width = program.width(loss.output)
    var rollout = Rollout<Double>(program, rows: count)
    rollout.load(parameters: parameters)
    let layout = rollout.layout
    var output = [Double](repeating: 0, count: count * steps * width)
    var target = output
    _ = rollout.run(
      trials(
        0..<count, of: count, iteration: 1, purpose: .heldOutTrials, seed: seed, program: program,
        precision: Double.self)
    ) { t, arena in
      let y = arena.elements(layout[loss.output])
      let wanted = arena.elements(layout[loss.target])
      for b in 0..<count {
        for d in 0..<width {
          output[(b * steps + t) * width + d] = y[b * width + d]
          target[(b * steps + t) * width + d] = wanted[b * width + d]
        }
      }
    }
    // Trials one after the other: the steps of the first, of the second, …
    return [
      Picture(
        name: "output", meaning: "the network in held-out trials, one after the other",
        rows: "trial_step", columns: "output", columnCount: width, values: output),
      Picture(
        name: "target", meaning: "what was wanted in these trials", rows: "trial_step",
        columns: "output", columnCount: width, values: target),
      Picture(
        name: "loss_weight", meaning: "weight of each step in the loss, 0 where nothing was wanted",
        rows: "trial_step", columns: "loss", columnCount: 1,
        values: (0..<count).flatMap { _ in stepWeights }),
    ]
  }
}
