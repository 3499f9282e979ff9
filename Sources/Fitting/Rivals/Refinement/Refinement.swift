package import CORNN
package import Collectives
internal import LinearAlgebra
internal import Runtime
internal import Statistics

/// Refinement of a fit through time: what its free runs miss of the recording is made less.
///
/// A fit sees one frame ahead. From its weights and leaks, Adam descends the error of free runs
/// (``FreeRunLoss``) back through time, for as many iterations as held-out blocks say: the network
/// is fitted and refined without each of them, and run on it. Where no number of iterations makes
/// that error less by more than its standard error over the blocks, the fit stays as it is.
package struct Refinement: Equatable, Sendable {
  /// Frames ahead, H ≥ 1.
  package var horizon = 20
  /// Frames from which the network runs, at most.
  package var starts = 160
  /// Iterations that are tried.
  package var iterations = 100
  /// The length of a step: of weights, and of the logarithms of leaks.
  package var learningRate = 3e-4
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
    guard best > 0, let loss = try freeRunLoss(problem, at: whole, group: group) else {
      return Outcome(network: start, iterations: 0, errors: errors)
    }
    var descent = RefinementDescent(
      self, of: loss, bounds: WeightBounds(problem, recipe), from: start)
    for done in 0..<best {
      try descent.step(group: group)
      progress(folds.count * iterations + done + 1, total)
    }
    return Outcome(network: descent.network.copy(), iterations: best, errors: errors)
  }

  /// The error on a block after 0, 1, … iterations of the network that is fitted without it; nil
  /// where no run fits into the block, or between the blocks.
  private func errors(
    without fold: Fold, of problem: FitProblem<Double>, _ recipe: FitRecipe,
    group: borrowing some RankGroup & ~Copyable, threads: Int, progress: (Int) -> Void
  ) throws -> [Double]? {
    guard let loss = try freeRunLoss(problem, at: fold.training, group: group),
      var judge = try freeRunLoss(problem, at: fold.validation, group: group)
    else { return nil }
    let fitted = try problem.weights(
      without: fold, recipe, group: group, threads: threads, phases: Phases())
    var descent = RefinementDescent(
      self, of: loss, bounds: WeightBounds(problem, recipe),
      from: RefinedNetwork(weights: fitted.matrix.copy(), leaks: recipe.leaks))
    var errors = [try judge.value(of: descent.network, group: group)]
    for done in 1...iterations {
      try descent.step(group: group)
      errors.append(try judge.value(of: descent.network, group: group))
      progress(done)
    }
    return errors
  }

  private func freeRunLoss(
    _ problem: FitProblem<Double>, at positions: [Int],
    group: borrowing some RankGroup & ~Copyable
  ) throws -> FreeRunLoss? {
    try FreeRunLoss(problem, at: positions, horizon: horizon, most: starts, group: group)
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
