internal import Evaluation

/// The linear model, with the choice of its ridge, and the free runs of both models on the
/// held-out frames: what `LinearModel` and `RolloutScores` do.
extension FitCounts {
  /// The linear model is in the same form as ours but for T < M; then it has its Gram matrix from the
  /// fit, unless masks leave the dual form others.
  private var linearIsDual: Bool { t < regressors }
  private var hasLinearProducts: Bool { linearIsDual == isDual && (mask == nil || !isDual) }
  private var linearOrder: Double { min(t, regressors) }

  var evaluation: PhaseWork {
    guard u > 0 else { return PhaseWork(phase: .evaluate) }
    let gram = hasLinearProducts ? 0 : linearOrder * linearOrder * max(t, regressors) / ranks
    let columns = horizon * starts
    let running = columns * (isDual ? 4 * t : 2 * regressors) * own
    let touched =
      horizon
      * ((linearIsDual ? 2 * t * t / ranks : linearOrder * own) * 8
        + ((isDual ? t : 0) + order) * (runsNarrow ? 4 : scalar) * own)
    return PhaseWork(
      phase: .evaluate,
      flops: gram + choiceOfRidge + linearSolution + u * linearColumn + columns * linearFrame
        + (runsNarrow ? 0 : running) + (scalar == 4 ? 0 : rightHandSide),
      flopsFloat: (runsNarrow ? running : 0) + (scalar == 4 ? rightHandSide : 0)
        + (u + columns) * narrowIncrements,
      entries: 2 * own * columns, streamed: touched, messages: evaluationMessages)
  }

  /// Whether the network's free runs are products of float32 factors.
  private var runsNarrow: Bool { isDual && storesFloat && mask == nil }

  /// Flops of the inverse in the transitions by the first rank of a node, or of the weights.
  private var linearSolution: Double {
    linearIsDual
      ? t * t * t
      : linearOrder * linearOrder * (linearOrder / 3 + 2 * own)
  }

  /// Flops of the products of its increments with the regressors, in the precision of these.
  private var rightHandSide: Double { linearIsDual ? 0 : 2 * own * regressors * t }

  /// Flops of one prediction of the linear model: products with the rates, the inverse, and the
  /// increments.
  private var linearColumn: Double {
    linearIsDual
      ? 4 * t * own + 2 * t * t / ranks - narrowIncrements : 2 * regressors * own
  }

  /// The same of one frame of a free run, in the transitions till its end.
  private var linearFrame: Double {
    linearIsDual ? 2 * t * own + 4 * t * t / ranks - narrowIncrements : linearColumn
  }

  /// Those of the increments, where they are products in float32.
  private var narrowIncrements: Double { linearIsDual && runsNarrow ? 2 * t * own : 0 }

  /// Flops of the choice of the linear model's ridge: every second ridge and two more on the first
  /// fold, three on the others, each fold's shared by the ranks.
  private var choiceOfRidge: Double {
    let folds = Double(RidgeChoice.folds)
    let tried = RidgeChoice.tried(transitions: Int(t))
    let ridges = [Double(RidgeChoice.decades.count / 2), 2] + Array(repeating: 3, count: tried - 1)
    let trials = ridges.reduce(0) { $0 + ($1 / ranks).rounded(.up) }
    let judges = min(Double(RidgeChoice.judges), neurons)
    let foldOrder = linearIsDual ? (1 - 1 / folds) * t : regressors
    let trial =
      foldOrder * foldOrder * (foldOrder / 3 + 2 * judges) + 2 * judges * foldOrder * t / folds
    // What is left out of the Gram matrix and of the right-hand side, and that of all transitions.
    let set =
      linearIsDual
      ? 0 : regressors * (regressors + 4 * judges) * t * Double(tried) / folds / ranks
    return trials * trial + set
  }

  /// Bytes that the ranks of a node share then: the Gram matrix, and that of a fold or the inverse.
  var evaluationSharedBytes: Double { u > 0 ? 2 * linearOrder * linearOrder * 8 : 0 }

  /// Matrices of products that the ranks sum: that of all transitions, where it is not the fit's, or
  /// in the regressors those of the folds too.
  private var summedProducts: Double {
    guard linearIsDual else { return 5 }
    return hasLinearProducts ? 0 : 1
  }

  private var evaluationMessages: PhaseMessages {
    let columns = horizon * starts
    let summed = ((linearIsDual ? t * u : 0) + (isDual ? t * columns : 0)) * 8
    let gathered =
      (linearIsDual ? t * (u + 2 * columns) * 8 : (u + columns) * neurons * scalar)
      + (isDual ? 0 : columns) * neurons * scalar
    return PhaseMessages(
      summedOverNodes: neurons * frames * scalar,
      summed: summedProducts * linearOrder * linearOrder * 8 + summed,
      gathered: gathered, rounds: (linearIsDual ? 3 : 2) * horizon + 8)
  }

  /// Bytes that a rank holds beside the shared rates while it evaluates.
  var evaluationBytes: Double {
    guard u > 0 else { return 0 }
    // Its part of the Gram matrix, or of a fold's, or a factor.
    let matrices = linearOrder * linearOrder * 8
    // Frames at a time: rates and features, or all regressors in either precision.
    let block =
      min(Double(framesAtOnce), t)
      * (isDual ? own * (scalar + 8) + t * 8 : regressors * 2 * (scalar + 8))
    // The factors that free runs multiply with.
    let factors = runsNarrow ? 2 * own * t * 4 : 0
    let increments = linearIsDual && runsNarrow ? own * t * 4 : 0
    // What is freed of blocks this small stays with the process.
    return matrices + increments + max(block, own * linearOrder * 8, factors)
  }
}
