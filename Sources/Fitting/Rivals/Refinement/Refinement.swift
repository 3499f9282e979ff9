package import CORNN
package import Collectives
internal import LinearAlgebra
internal import Runtime
internal import Statistics

/// Refinement of a fit through time: what its free runs miss of the recording is made less.
///
/// A fit sees one frame ahead. From its weights and leaks the error of free runs
/// (``FreeRunFrames``) is descended, for as many iterations as held-out blocks say: the network
/// is fitted and refined without each of them, and run on it. Where no number of iterations makes
/// that error less by more than its standard error over the blocks, the fit stays as it is.
package struct Refinement: Equatable, Sendable {
  package var rule = RefinementRule.adam
  /// Frames ahead, H ≥ 1.
  package var horizon = 20
  /// Frames from which the network runs, at most.
  package var starts = 160
  /// Iterations that are tried.
  package var iterations = RefinementRule.adam.usualIterations
  /// See ``RefinementRule/usualRate``.
  package var learningRate = RefinementRule.adam.usualRate
  /// κ of the pull towards the start, beside an error of about 1.
  package var pull = 1e-2
  /// Whether leaks stay as they are.
  package var keepsLeaks = false
  /// The blocks.
  package var grid = SelectionGrid()

  package init() {}

  /// What a refinement came to.
  package struct Outcome: ~Copyable {
    package let network: RefinedNetwork
    /// Iterations that it took; 0: it is the start.
    package let iterations: Int
    /// By block: the error of free runs on it after 0, 1, … iterations without it.
    package let errors: [[Double]]

    /// The mean over the blocks.
    package var means: [Double] { Refinement.means(errors) }
  }

  /// Refines a network.
  ///
  /// `recipe` is how the network was fitted; `progress` is told how many steps of all are done.
  ///
  /// - Throws: `FitError`; what `group` throws.
  /// - Complexity: a fit and `iterations` steps a block; a step is `6 N² H` flops a start.
  /// - Collective: every rank of `group` must call it.
  package func refine(
    _ start: consuming RefinedNetwork, of problem: FitProblem<Double>, _ recipe: FitRecipe,
    group: borrowing some RankGroup & ~Copyable, threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> Outcome {
    var horizonGrid = HorizonGrid()
    horizonGrid.horizon = horizon
    try problem.require(horizonGrid, grid: grid)
    let folds = grid.blocks(of: problem.transitions)
    let total = (folds.count + 1) * iterations
    var errors: [[Double]] = []
    for (number, fold) in folds.enumerated() {
      let found = try self.errors(
        without: fold, of: problem, recipe, group: group, threads: threads
      ) { progress(number * iterations + $0, total) }
      if let found { errors.append(found) }
    }
    let best = Self.iterations(errors)
    let whole = Array(problem.transitions.frames.indices)
    guard best > 0, let frames = try freeRunFrames(problem, at: whole, group: group) else {
      return Outcome(network: start, iterations: 0, errors: errors)
    }
    let network = try descend(from: start, of: problem, frames, recipe, group: group, steps: best) {
      done, _ in progress(folds.count * iterations + done, total)
    }
    return Outcome(network: network, iterations: best, errors: errors)
  }

  /// The error on a block after 0, 1, … iterations of the network that is fitted without it; nil
  /// where no run fits into the block, or between the blocks.
  private func errors(
    without fold: Fold, of problem: FitProblem<Double>, _ recipe: FitRecipe,
    group: borrowing some RankGroup & ~Copyable, threads: Int, progress: (Int) -> Void
  ) throws -> [Double]? {
    guard let frames = try freeRunFrames(problem, at: fold.training, group: group),
      let judged = try freeRunFrames(problem, at: fold.validation, group: group)
    else { return nil }
    let judge = TangentRuns(problem, from: judged)
    let fitted = try problem.weights(
      without: fold, recipe, group: group, threads: threads, phases: Phases())
    let start = RefinedNetwork(weights: fitted.matrix.copy(), leaks: recipe.leaks)
    var errors: [Double] = []
    _ = try descend(
      from: start, of: problem, frames, recipe, group: group, steps: iterations
    ) { done, network in
      errors.append(try judge.value(of: network, group: group))
      progress(done)
    }
    return errors
  }

  /// Some steps from a network; `visit` sees it before the first, and after each.
  private func descend(
    from start: consuming RefinedNetwork, of problem: FitProblem<Double>,
    _ frames: consuming FreeRunFrames, _ recipe: FitRecipe,
    group: borrowing some RankGroup & ~Copyable, steps: Int,
    visit: (_ done: Int, _ network: borrowing RefinedNetwork) throws -> Void
  ) throws -> RefinedNetwork {
    let bounds = WeightBounds(problem, recipe)
    switch rule {
    case .adam:
      var descent = RefinementDescent(
        self, of: try FreeRunLoss(problem, from: frames, group: group), bounds: bounds,
        from: start)
      return try take(steps, with: &descent, group: group, visit: visit)
    case .gaussNewton:
      var descent = SubspaceDescent(
        self, of: TangentRuns(problem, from: frames), bounds: bounds, from: start)
      return try take(steps, with: &descent, group: group, visit: visit)
    }
  }

  private func take<Steps: RefinementSteps & ~Copyable>(
    _ steps: Int, with descent: inout Steps, group: borrowing some RankGroup & ~Copyable,
    visit: (_ done: Int, _ network: borrowing RefinedNetwork) throws -> Void
  ) throws -> RefinedNetwork {
    try visit(0, descent.network)
    for done in 0..<steps {
      try descent.step(group: group)
      try visit(done + 1, descent.network)
    }
    return descent.network.copy()
  }

  private func freeRunFrames(
    _ problem: FitProblem<Double>, at positions: [Int],
    group: borrowing some RankGroup & ~Copyable
  ) throws -> FreeRunFrames? {
    try FreeRunFrames(problem, at: positions, horizon: horizon, most: starts, group: group)
  }

  /// The iterations after which the mean error over blocks is least, if it is below that of the
  /// start by more than the standard error of the difference; else 0.
  static func iterations(_ errors: [[Double]]) -> Int {
    guard errors.count > 1, let best = means(errors).placeOfLeast, best > 0 else { return 0 }
    var gains = Moments()
    for own in errors { gains.add(own[0] - own[best]) }
    return gains.mean > gains.standardError ? best : 0
  }

  private static func means(_ errors: [[Double]]) -> [Double] {
    guard let first = errors.first else { return [] }
    return first.indices.map { k in
      errors.reduce(0) { $0 + $1[k] } / Double(errors.count)
    }
  }
}
