internal import Evaluation

/// The linear model, with the choice of its ridge, and the free runs of both models on the
/// held-out frames: what `LinearModel` and `RolloutScores` do.
extension FitCounts {
  /// The linear model has a Gram matrix of its own, in the same form as ours but for T < M.
  private var linearIsDual: Bool { t < regressors }
  private var linearOrder: Double { min(t, regressors) }

  var evaluation: PhaseWork {
    guard u > 0 else { return PhaseWork(phase: .evaluate) }
    let gram = linearOrder * linearOrder * max(t, regressors) / ranks
    let linearColumn = (linearIsDual ? 4 * t : 2 * regressors) * own
    let ownColumn = (isDual ? 4 * t : 2 * regressors) * own
    let columns = horizon * starts
    let solution =
      linearOrder * linearOrder * (linearOrder / 3 + 2 * own)
      + (linearIsDual ? 0 : 2 * own * regressors * t)
    let touched =
      horizon * own
      * ((linearIsDual ? t : 0) * scalar + linearOrder * 8 + (isDual ? t : 0) * scalar
        + order * scalar)
    return PhaseWork(
      phase: .evaluate,
      flops: gram + choiceOfRidge + solution + (u + columns) * linearColumn
        + columns * ownColumn,
      entries: 2 * own * columns, streamed: touched, messages: evaluationMessages)
  }

  /// Flops of the choice of the linear model's ridge: every ridge on every fold.
  private var choiceOfRidge: Double {
    let folds = Double(RidgeChoice.folds)
    let trials = (folds * Double(RidgeChoice.decades.count) / ranks).rounded(.up)
    let judges = min(Double(RidgeChoice.judges), neurons)
    let foldOrder = linearIsDual ? (1 - 1 / folds) * t : regressors
    let trial =
      foldOrder * foldOrder * (foldOrder / 3 + 2 * judges) + 2 * judges * foldOrder * t / folds
    // What is left out of the Gram matrix and of the right-hand side, for each fold anew.
    let set =
      linearIsDual
      ? 0 : min(folds, trials) * regressors * (regressors + 2 * judges) * t / folds
    return trials * trial + set
  }

  private var evaluationMessages: PhaseMessages {
    let columns = horizon * starts
    let summed =
      ((linearIsDual ? t : 0) * (u + columns) + (isDual ? t : 0) * columns) * 8
    let gathered =
      ((linearIsDual ? 0 : u + columns) + (isDual ? 0 : columns)) * neurons * scalar
    return PhaseMessages(
      summedOverNodes: neurons * frames * scalar, summed: linearOrder * linearOrder * 8 + summed,
      gathered: gathered, rounds: 2 * horizon + 8)
  }

  /// Bytes that a rank holds beside the shared rates while it evaluates.
  var evaluationBytes: Double {
    guard u > 0 else { return 0 }
    let folds = Double(RidgeChoice.folds)
    // The Gram matrix, a fold's and its factor; the regressors of the fold's part of the
    // frames, as they are and in float64.
    let matrices =
      linearIsDual
      ? 2 * linearOrder * linearOrder * 8
      : 3 * linearOrder * linearOrder * 8 + regressors * t / folds * (8 + scalar)
    // Frames at a time: rates and features, or all regressors in either precision.
    let block =
      min(Double(framesAtOnce), t)
      * (isDual ? own * (scalar + 8) + t * 8 : regressors * 2 * (scalar + 8))
    // What is freed of blocks this small stays with the process.
    return matrices + max(block, own * linearOrder * 8)
  }
}
