internal import Collectives
internal import Kernels
internal import LinearAlgebra

/// Free runs of networks from frames of a block of transitions, under the recorded inputs.
struct FreeRuns<S: Scalar & Transferable> {
  let problem: FitProblem<S>
  /// Transitions from which as many follow each other as the runs are long, by position.
  let starts: [Int]
  let horizon: Int

  /// Up to `most` runs, spread evenly over a block of positions; nil if none fits in it.
  init?(_ problem: FitProblem<S>, block: [Int], horizon: Int, most: Int) {
    starts = problem.transitions.starts(among: block, length: horizon, most: most)
    guard !starts.isEmpty else { return nil }
    self.problem = problem
    self.horizon = horizon
  }

  private var regressors: Regressors<S> { problem.regressors }

  /// The squared errors over this rank's neurons and all runs, by frames ahead.
  ///
  /// `weights` has a row for each neuron that can be fitted, a column for each regressor by its
  /// scale; `leaks` is theirs.
  ///
  /// - Complexity: `2 N M` flops a run and frame over all ranks, a gather of N scalars.
  /// - Collective: every rank of `group` must call it.
  func errors(
    of weights: borrowing Matrix<S>, leaks: [Double],
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    var errors: [Double] = []
    var state = regressors.fitted.matrix.selectedColumns(starts)
    for ahead in 1...horizon {
      var currents = product(weights, state)
      var elements = currents.mutableElements
      applyTanh(to: &elements)
      var own = state.copy(rows: regressors.local)
      for (i, neuron) in problem.fittable.enumerated() {
        own.scaleRow(neuron, by: S(1 - leaks[i]))
        own.add(S(leaks[i]), currents, i, toRow: neuron)
      }
      errors.append(squaredError(of: own, ahead: ahead, problem.recording))
      if ahead < horizon { try move(&state, to: own, ahead: ahead, group: group) }
    }
    return errors
  }

  /// The same of rates that stay as they were.
  func errorsOfPersistence() -> [Double] {
    let own = regressors.fitted.matrix.selectedColumns(starts).copy(rows: regressors.local)
    return (1...horizon).map { squaredError(of: own, ahead: $0, problem.recording) }
  }

  /// The state at a frame, from this rank's rates there.
  private func move(
    _ state: inout Matrix<S>, to own: borrowing Matrix<S>, ahead: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let rates = try group.gatherRows(own, rows: regressors.neurons)
    for i in 0..<rates.rows { state.copyRow(i, from: rates, i) }
    for input in regressors.inputs {
      for (k, start) in starts.enumerated() {
        state[input, k] = regressors.fitted.matrix[input, start + ahead]
      }
    }
  }

  private func squaredError(
    of own: borrowing Matrix<S>, ahead: Int, _ recording: borrowing PreparedRecording<S>
  ) -> Double {
    let frames = starts.map { problem.transitions.frames[$0] + ahead }
    var sum = 0.0
    for neuron in problem.fittable {
      sum += squaredDistance(own.row(neuron), recording.rates.row(neuron), at: frames)
    }
    return sum
  }
}

/// `Σ_k (predicted[k] − series[frames[k]])²`; a missing truth does not count.
@specialized(where S == Double)
@specialized(where S == Float)
private func squaredDistance<S: Scalar>(
  _ predicted: Span<S>, _ series: Span<S>, at frames: [Int]
) -> Double {
  var sum = 0.0
  for (k, frame) in frames.enumerated() where !series[frame].isNaN {
    let error = Double(predicted[k]) - Double(series[frame])
    sum += error * error
  }
  return sum
}
