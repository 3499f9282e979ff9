internal import CORNN
internal import Collectives
internal import Evaluation
internal import Kernels
internal import LinearAlgebra
internal import Networks

/// What a fit is held against on its held-out frames besides persistence: the linear model and
/// each neuron's mean, one frame ahead and running freely.
struct HeldOutScores {
  /// Squared one-step errors of the linear model of this rank's neurons.
  let linear: [Double]
  /// The same of their means over the fitted frames.
  let mean: [Double]
  /// The ridge per transition that the linear model was given.
  let linearRidge: Double
  /// The same of the one that free runs chose; nil where there is none.
  let linearRidgeOfRuns: Double?
  /// nil if none was asked for, or if no held-out frame is followed by enough others.
  let rollout: RolloutScores?

  /// `progress` is told how many frames of the free-running prediction are done.
  ///
  /// - Returns: nil if no transition was held out.
  /// - Collective: every rank of `group` must call it.
  init?<S: Scalar & Transferable>(
    _ fit: borrowing Fit<S>, _ problem: FitProblem<S>, starts: Int,
    group: borrowing some RankGroup & ~Copyable,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    guard fit.heldOutTransitions.count > 0 else { return nil }
    let observed = try ObservedRates(
      rates: problem.recording.rates, local: problem.recording.local,
      neurons: problem.recording.neurons,
      isScored: fit.diagnostics.outcome.map { $0 != .skipped },
      inputs: problem.recording.inputs.copy(), trialStarts: problem.recording.trialStarts,
      fittedFrames: problem.recording.fittedFrames, group: group)
    let model = try LinearModel(
      of: observed,
      known: fit.regressorProducts.map {
        KnownProducts(
          $0, isDual: fit.form == .dual, hasConstant: fit.regressors.bias,
          frames: fit.transitions.frames)
      },
      rounds: fit.isNarrow, group: group)
    linear = try heldOutErrors(of: model, on: observed, group: group)
    mean = observed.meanErrors()
    linearRidge = model.ridge
    returnFreedMemory()
    guard starts > 0 else {
      (rollout, linearRidgeOfRuns) = (nil, nil)
      return
    }
    let horizon = RolloutScores.usualHorizon(heldOut: observed.heldOutFrames.count)
    let runner = try model.chosenByRuns(
      horizon: RolloutScores.ridgeHorizon(of: horizon), group: group)
    linearRidgeOfRuns = runner?.model.ridge
    // With a mask, W is taken once; else it stays as the fit has it.
    rollout =
      fit.hasImplicitMask
      ? try RolloutScores(
        of: fit.network(), against: model, runner, on: observed, starts: starts,
        horizon: horizon, group: group, progress: progress)
      : try RolloutScores(
        of: fit, against: model, runner, on: observed, starts: starts, horizon: horizon,
        group: group,
        progress: progress)
  }
}

extension Fit: FreeRunning {
  var local: Range<Int> { regressors.local }

  func next(
    after own: borrowing Matrix<S>, inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    var result = try currents(at: own, inputs: inputs, group: group)
    leak(&result, from: own, alpha: alpha)
    return result
  }

  /// Frames at which currents in float32 are held against those in float64.
  private static var triedFrames: Int { 4 }

  func run(
    from starts: [Int], steps: Int, of observed: ObservedRates<S>,
    group: borrowing some RankGroup & ~Copyable,
    observe: (_ ahead: Int, _ rates: borrowing Matrix<S>) -> Void
  ) throws {
    let tried = starts.prefix(Self.triedFrames)
    let products = try narrowCurrents(
      triedAt: observed.ownRates(at: tried), inputs: observed.inputs(at: tried), group: group)
    try observed.run(from: starts, steps: steps, observe: observe) { own, inputs in
      guard let products else { return try next(after: own, inputs: inputs, group: group) }
      var result = try currents(at: own, inputs: inputs, by: products, group: group)
      leak(&result, from: own, alpha: alpha)
      return result
    }
  }

  /// The network with its weights written out.
  fileprivate func network() -> RateNetwork<S> {
    let neurons = regressors.neurons
    var weights = Matrix<S>(rows: local.count, columns: neurons)
    let inputs = regressors.inputScale.count
    var inputWeights = Matrix<S>(rows: local.count, columns: inputs)
    var bias = [S](repeating: 0, count: local.count)
    for block in 0..<blocks {
      let values = self.weights(ofBlock: block)
      for (i, row) in rows(ofBlock: block).enumerated() {
        for j in 0..<neurons { weights[row, j] = values[i, j] }
        for k in 0..<inputs { inputWeights[row, k] = values[i, neurons + k] }
        if regressors.bias { bias[row] = values[i, neurons + inputs] }
      }
    }
    return RateNetwork(
      local: local, neurons: neurons, weights: weights, inputWeights: inputWeights, bias: bias,
      alpha: alpha)
  }
}
