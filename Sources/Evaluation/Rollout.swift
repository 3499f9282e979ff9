package import Collectives
internal import LinearAlgebra
package import Networks

/// Errors of free-running prediction: the models run on from recorded frames, and are held
/// against what was recorded then.
package struct RolloutScores: Sendable {
  /// The frames it started from, all in the held-out part.
  package let starts: [Int]
  /// Mean squared error over starts and neurons, by frames ahead from 1 on.
  package let mse: [Double]
  /// The same of rates that stay as they were at the start.
  package let persistence: [Double]
  /// The same of the linear model.
  package let linear: [Double]

  /// Frames ahead.
  package var horizon: Int { mse.count }

  /// Runs network and linear model without noise from up to `starts` evenly spaced frames,
  /// `horizon` frames each; the inputs are the recorded ones.
  ///
  /// - Returns: nil if no held-out frame is followed by that many of its trial.
  /// - Complexity: 4 N² flops a frame and start over all ranks, two gathers of N rates.
  /// - Collective: every rank of `group` must call it.
  package init?<S>(
    of network: borrowing RateNetwork<S>, against linear: borrowing LinearModel<S>,
    on observed: borrowing ObservedRates<S>, starts count: Int, horizon: Int, threads: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    precondition(count >= 1 && horizon >= 1, "\(count) starts, horizon \(horizon)")
    let possible = observed.starts(in: observed.heldOutFrames, steps: horizon)
    guard !possible.isEmpty else { return nil }
    let used = min(count, possible.count)
    starts = (0..<used).map { possible[$0 * possible.count / used] }
    // Sums of squares by frames ahead: network, persistence, linear; then counts.
    var sums = [Double](repeating: 0, count: 4 * horizon)
    for start in starts {
      let state = observed.state(at: start)
      let inputs = observed.inputs.view.columns(start..<(start + horizon)).copy()
      func tally(_ rates: [S], _ ahead: Int, into slot: Int) {
        guard ahead > 0 else { return }
        for (i, neuron) in observed.local.enumerated() where observed.isScored[i] {
          let truth = Double(observed.rates.matrix[neuron, start + ahead])
          guard !truth.isNaN else { continue }
          let error = Double(rates[i]) - truth
          sums[slot * horizon + ahead - 1] += error * error
          if slot == 1 { sums[3 * horizon + ahead - 1] += 1 }
        }
      }
      try network.simulate(
        from: state, steps: horizon, inputs: inputs, threads: threads, group: group
      ) { tally($1, $0, into: 0) }
      let held = Array(state[observed.local])
      for ahead in 1...horizon { tally(held, ahead, into: 1) }
      try linear.simulate(from: state, steps: horizon, inputs: inputs, group: group) {
        tally($1, $0, into: 2)
      }
    }
    try group.sum(&sums)
    let total = sums
    func means(_ slot: Int) -> [Double] {
      (0..<horizon).map { total[slot * horizon + $0] / total[3 * horizon + $0] }
    }
    mse = means(0)
    persistence = means(1)
    self.linear = means(2)
  }
}
