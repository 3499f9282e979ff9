package import Differentiation
internal import RealModule

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
  /// Trials that are kept to be looked at.
  static var exampleCount: Int { 3 }
  /// Units whose rates are kept.
  static var exampleUnits: Int { 64 }

  /// What goes into the network and comes out in the first held-out trials, what was wanted
  /// where, and what the first units do.
  ///
  /// Nothing of trials of one step: there is nothing to follow.
  package func heldOutTrials(
    _ program: Program, parameters: [Double], seed: UInt64
  ) -> [Picture] {
    guard steps > 1, let loss = program.losses.first else { return [] }
    let run = HeldOutRun(
      of: self, program, parameters: parameters, count: Self.exampleCount, seed: seed)
    let names = ["activity", "torque"].filter { program.outputs[$0] != nil }
    let values = run.values(
      of: [loss.output, loss.target] + names.compactMap { program.outputs[$0] }
        + [loss.weight].compactMap(\.self)
    ).values
    let width = program.width(loss.output)
    var pictures = [
      trialPicture("output", meaning(of: loss), "output", width, loss.shown(values[0], width), run),
      trialPicture("target", "what was wanted in these trials", "output", width, values[1], run),
      Picture(
        name: "loss_weight", meaning: "weight of each step in the loss, 0 where nothing was wanted",
        rows: "trial_step", columns: "loss", columnCount: 1,
        values: weights(loss.weight == nil ? nil : run.byTrial(values[values.count - 1]))),
    ]
    for (name, all) in zip(names, values.dropFirst(2)) {
      pictures.append(
        name == "activity"
          ? activityPicture(all, units: program.outputs[name].map(program.width) ?? 0, run)
          : trialPicture(name, "\(name) of the network in these trials", name, 2, all, run))
    }
    if let input = inputPicture(run) { pictures.append(input) }
    return pictures
  }

  /// The weight of every step of the kept trials: the task's, times the trial's own, the mean of
  /// its outputs' where they differ.
  private func weights(_ own: [Double]?) -> [Double] {
    let rows = Self.exampleCount * steps
    let width = (own?.count ?? 0) / rows
    return (0..<rows).map { row in
      let mean = own.map { $0[(row * width)..<((row + 1) * width)].reduce(0, +) / Double(width) }
      return stepWeights[row % steps] * (mean ?? 1)
    }
  }

  private func meaning(of loss: Loss) -> String {
    switch loss.kind {
    case .squaredError: "the network in held-out trials, one after the other"
    case .crossEntropy: "probabilities of the network in held-out trials, one after the other"
    }
  }

  private func trialPicture(
    _ name: String, _ meaning: String, _ columns: String, _ width: Int, _ values: [Double],
    _ run: HeldOutRun
  ) -> Picture {
    Picture(
      name: name, meaning: meaning, rows: "trial_step", columns: columns, columnCount: width,
      values: run.byTrial(values))
  }

  /// The rates of the first units.
  private func activityPicture(_ all: [Double], units: Int, _ run: HeldOutRun) -> Picture {
    let kept = min(units, Self.exampleUnits)
    let some = stride(from: 0, to: all.count, by: units).flatMap { all[$0..<($0 + kept)] }
    return trialPicture(
      "rates", "rates of the first units in these trials", "unit", kept, some, run)
  }

  /// What the trials bring at every step that is neither wanted of the network nor noise.
  private func inputPicture(_ run: HeldOutRun) -> Picture? {
    let asked = run.program.losses.flatMap { [$0.target, $0.weight].compactMap(\.self) }
    let kept = run.program.channels.indices.filter { i in
      let channel = run.program.channels[i]
      return channel.isPerStep && channel.name != "noise" && !asked.contains(channel.register)
    }
    let widths = kept.map { run.program.channels[$0].width }
    guard !kept.isEmpty else { return nil }
    let rows = steps * Self.exampleCount
    let values = (0..<rows).flatMap { row in
      zip(kept, widths).flatMap { c, width in
        run.trials.channels[c][(row * width)..<((row + 1) * width)]
      }
    }
    return trialPicture(
      "input", "what goes into the network in these trials", "input", widths.reduce(0, +), values,
      run)
  }
}

extension Loss {
  /// Outputs as they are looked at: of a cross-entropy the probabilities, that is the softmax.
  fileprivate func shown(_ output: [Double], _ width: Int) -> [Double] {
    guard case .crossEntropy = kind else { return output }
    return stride(from: 0, to: output.count, by: width).flatMap { first in
      let row = output[first..<(first + width)]
      let top = row.max() ?? 0
      let powers = row.map { Double.exp($0 - top) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }
}
