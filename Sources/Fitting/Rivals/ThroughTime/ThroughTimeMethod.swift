internal import CORNN
package import Collectives
package import LinearAlgebra

/// Backpropagation through time with teacher forcing, Adam on the mean loss of windows; one step on
/// all windows an iteration.
///
/// The network starts from the recording at the first frame of each window and runs by itself; a
/// share of its steps, drawn anew in every iteration, starts from the recording again. With a share
/// of 1 it is gradient descent on one-step errors.
///
/// The loss is of rates: with the problem's squared loss their squared error, else the deviance of
/// a variable of ±1 with the recorded mean. The ridge is the problem's.
///
/// - Complexity: see `UnrolledNetwork`; M numbers of memory a transition on every rank, twice.
package struct ThroughTimeMethod: RivalMethod {
  /// η > 0.
  private let learningRate: Double
  /// Steps of a window, at least 1.
  private let window: Int
  /// Share of the steps that start from the recording, in [0, 1].
  private let forcing: Double
  private let seed: UInt64

  /// `seed` is that of the steps that are forced.
  package init(learningRate: Double, window: Int, forcing: Double, seed: UInt64) {
    precondition(window >= 1, "windows of \(window) steps")
    precondition(forcing >= 0 && forcing <= 1, "forcing \(forcing)")
    self.learningRate = learningRate
    self.window = window
    self.forcing = forcing
    self.seed = seed
  }

  package func improve(
    _ weights: inout Matrix<Double>, of problem: RivalProblem, recorder: MethodRecorder,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let regressors = problem.whole.regressors
    let windows = Windows(frames: problem.whole.transitions.frames, length: window)
    var network = try UnrolledNetwork(
      windows: windows, loss: problem.loss == .squared ? .squaredError : .crossEntropy,
      alpha: problem.leaks, local: problem.local, neurons: regressors.neurons,
      regressors: regressors.fitted.matrix,
      next: problem.whole.following(isFitted: problem.isFitted), group: group)
    var adam = AdamSteps(
      rows: weights.rows, columns: weights.columns, learningRate: learningRate)
    while try recorder.goesOn(from: weights, on: group) {
      let forced = windows.forced(share: forcing, seed: seed, iteration: recorder.iteration)
      _ = try network.run(weights: weights, forced: forced, group: group)
      var gradient = try network.gradient(weights: weights, forced: forced, group: group)
      for i in 0..<weights.rows {
        gradient.weights.add(problem.ridge, weights, i, toRow: i)
        gradient.weights.scaleRow(i, by: problem.isFitted[i] ? 1 / Double(problem.samples) : 0)
        if let own = problem.excluded(i) { gradient.weights[i, own] = 0 }
      }
      adam.step(&weights, gradient.weights)
    }
  }
}

extension FitProblem<Double> {
  /// Where each transition leads, this rank's neurons × transitions; NaN where missing, and of
  /// neurons that are not fitted.
  func following(isFitted: [Bool]) -> Matrix<Double> {
    var result = Matrix<Double>(rows: isFitted.count, columns: transitions.count)
    for i in 0..<result.rows {
      for (t, frame) in transitions.frames.enumerated() {
        result[i, t] = isFitted[i] ? recording.rates[i, frame + 1] : .nan
      }
    }
    return result
  }
}
