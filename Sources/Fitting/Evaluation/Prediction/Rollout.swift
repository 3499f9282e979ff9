package import Collectives
internal import LinearAlgebra

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
  /// The same of the linear model whose ridge free runs chose; empty where there is none.
  package let linearByRuns: [Double]
  /// The same of each neuron's mean over the fitted frames.
  package let mean: [Double]
  /// The same of each neuron's own decay towards its mean.
  package let decay: [Double]
  /// Half the width of the 95 % interval of the mean over 1 … h frames ahead of a rival's error less
  /// the network's, over that of persistence, by h: of the linear models and of own decay.
  package let linearUncertainty: [Double]
  package let linearByRunsUncertainty: [Double]
  package let decayUncertainty: [Double]

  /// Frames ahead.
  package var horizon: Int { mse.count }

  /// How far ahead one looks if nobody says it: 50 frames, or a quarter of the held-out ones.
  package static func usualHorizon(heldOut frames: Int) -> Int { max(1, min(50, frames / 4)) }

  /// Frames ahead over which the ridge of the linear model is chosen by free runs.
  package static func ridgeHorizon(of horizon: Int) -> Int { min(20, horizon) }

  /// Runs network and linear model without noise from up to `starts` evenly spaced frames,
  /// `horizon` frames each; the inputs are the recorded ones.
  ///
  /// `progress` is told after each frame ahead how many of all are done.
  ///
  /// - Returns: nil if no held-out frame is followed by that many of its trial.
  /// - Complexity: 4 N² flops a frame and start over all ranks, and its model's messages.
  /// - Collective: every rank of `group` must call it.
  package init?<M: FreeRunning & ~Copyable>(
    of network: borrowing M, against linear: borrowing LinearModel<M.S>,
    _ runner: LinearRunner<M.S>? = nil, on observed: ObservedRates<M.S>, starts count: Int,
    horizon: Int, group: borrowing some RankGroup & ~Copyable,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    precondition(count >= 1 && horizon >= 1, "\(count) starts, horizon \(horizon)")
    let possible = observed.starts(in: observed.heldOutFrames, steps: horizon)
    guard !possible.isEmpty else { return nil }
    let used = min(count, possible.count)
    let starts = (0..<used).map { possible[$0 * possible.count / used] }
    self.starts = starts
    var errors = RunErrors(starts: starts, horizon: horizon)
    let recorded = observed.ownHeldOut()
    let first = observed.heldOutFrames.lowerBound
    func tally(_ ahead: Int, _ model: RunErrors.Model, _ predicted: borrowing Matrix<M.S>) {
      errors.add(
        model, ahead: ahead, predicted, truth: columns(recorded, starts.map { $0 + ahead - first }),
        isScored: observed.isScored)
    }
    try network.run(from: starts, steps: horizon, of: observed, group: group) {
      tally($0, .network, $1)
      progress($0, 2 * horizon)
    }
    let unchanged = observed.ownRates(at: starts[...])
    let decay = NeuronDecay(observed, horizon: horizon)
    let average = repeated(decay.means, columns: used, of: M.S.self)
    for ahead in 1...horizon {
      tally(ahead, .persistence, unchanged)
      tally(ahead, .mean, average)
      tally(ahead, .decay, decay.forecast(unchanged, ahead: ahead))
    }
    try linear.run(from: starts, steps: horizon, of: observed, group: group) {
      tally($0, .linear, $1)
      progress(horizon + $0, 2 * horizon)
    }
    if let runner {
      try runner.model.run(from: starts, steps: horizon, of: observed, group: group) {
        tally($0, .linearByRuns, $1)
      }
    }
    try errors.total(over: group)
    mse = errors.means(.network)
    persistence = errors.means(.persistence)
    self.linear = errors.means(.linear)
    linearByRuns = runner == nil ? [] : errors.means(.linearByRuns)
    mean = errors.means(.mean)
    self.decay = errors.means(.decay)
    linearUncertainty = errors.halfWidths(of: .linear)
    linearByRunsUncertainty = runner == nil ? [] : errors.halfWidths(of: .linearByRuns)
    decayUncertainty = errors.halfWidths(of: .decay)
  }
}

/// A matrix of which all columns are the same.
private func repeated<S: Scalar>(_ column: [Double], columns: Int, of type: S.Type) -> Matrix<S> {
  Matrix(column.map { [S](repeating: S($0), count: columns) })
}

/// Rows of a matrix as the columns of another.
@specialized(where S == Double)
@specialized(where S == Float)
private func columns<S: Scalar>(_ source: borrowing Matrix<S>, _ rows: [Int]) -> Matrix<S> {
  var result = Matrix<S>(rows: source.columns, columns: rows.count)
  var elements = result.mutableElements
  for (k, row) in rows.enumerated() {
    let values = source.row(row)
    for i in 0..<values.count { elements[i * rows.count + k] = values[i] }
  }
  return result
}
