internal import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

/// The cross-validation of candidates on contiguous blocks of the fitted transitions.
struct CrossValidation<S: Scalar & Transferable> {
  let problem: FitProblem<S>
  let grid: SelectionGrid
  let configuration: Configuration
  let threads: Int
  let memory: SearchMemory
  /// Constraints on the weights, if there are any.
  let restriction: Restriction?

  /// Tries all pairs of leaks and ridges with each loss, fold by fold, `blocks` of them at most, and
  /// goes on with those that do not fall behind.
  ///
  /// - Returns: findings by loss.
  /// - Collective: every rank of `group` must call it.
  func evaluate(
    _ trial: SearchMemory.Trial, by judge: FoldRace.Judge, blocks: Int = .max,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> [SearchFindings] {
    let neurons = try problem.sample(trial.round.neurons, seed: grid.seed, group: group)
    var race = FoldRace(trial, by: judge)
    let folds = folds.prefix(blocks)
    for number in folds.indices {
      if number > 0 { race.retire() }
      let open = race.open
      let entry =
        try memory.recall(open, fold: number)
        ?? remember(open, neurons, folds[number], number: number, group, phases)
      race.take(entry.tallies, tried: entry.tried)
    }
    return race.findings
  }

  /// Tries candidates on a fold, and keeps what was found in the memory.
  private func remember(
    _ trial: SearchMemory.Trial, _ neurons: [Int], _ fold: Fold, number: Int,
    _ group: borrowing some RankGroup & ~Copyable, _ phases: Phases
  ) throws -> SearchMemory.Entry {
    let walk = try solve(
      fold, trial, neurons, stopsEarly: number == 0, group: group, phases: phases)
    let tallies = try walk.tallies().map { own in
      var tally = own
      try tally.sum(over: group)
      return tally
    }
    let entry = SearchMemory.Entry(
      trial: trial, fold: number, tallies: tallies, tried: walk.outcomes.count)
    try memory.add(entry, group: group)
    return entry
  }

  /// All blocks.
  var allFolds: [Fold] { grid.blocks(of: problem.transitions) }

  /// Those that candidates are tried on, evenly spaced.
  var folds: [Fold] {
    let (all, count) = (allFolds, grid.foldsTried(transitions: problem.transitions.count))
    return (0..<min(count, all.count)).map { all[$0 * all.count / min(count, all.count)] }
  }

  /// The solutions of one fold down the ridges; a ridge that is too weak to factor with
  /// ends the walk, unless it is the first.
  ///
  /// - Collective: every rank of `group` must call it.
  func solve(
    _ fold: Fold, _ trial: SearchMemory.Trial, _ neurons: [Int], stopsEarly: Bool,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> RidgeWalk<S> {
    // All losses at a leak and all leaks of a neuron, then those of the next: rows that share the
    // regressors of a panel share its products, whatever they minimise.
    let subproblems = neurons.flatMap { neuron in
      trial.alphas.flatMap { alpha in
        trial.losses.map { Subproblem(neuron: neuron, alpha: alpha, loss: $0) }
      }
    }
    let fitted = problem.transitions.selecting(fold.training)
    let solver = searching(trial.round)
    let isSpectral = try isSpectral(fold, trial, subproblems.count, group: group)
    var work = work(subproblems, of: fold, heldOut: fold.validation, solver)
    problem.lastWhitening.forget(but: fold)
    if isSpectral { work.features = solver.searchFeatures(for: trial.losses) }
    work.range = trial.targets
    var walk = RidgeWalk(
      problem: problem, work: work, phases: phases, leaks: trial.alphas.count,
      losses: trial.losses.count, isAbandoned: memory.isAbandoned,
      descent: stopsEarly ? Descent() : nil)
    let ridges = trial.lambdas.map { fitted.ridge(lambda: $0) }
    do {
      if let features = work.features {
        try visit(&walk, spectral: fold, ridges, features.kernel, group: group, phases: phases)
      } else {
        let regressors =
          try problem.lastWhitening.regressors(of: fold)
          ?? Regressors(problem.regressors, fold: fold, group: group)
        try visit(
          &walk, subproblems, regressors, ridges, solver, last: problem.lastWhitening,
          group: group, phases: phases)
      }
    } catch FitError.ridgeTooSmall where !walk.outcomes.isEmpty {}
    return walk
  }

  /// Subproblems on the transitions that a fold trains on, scored at others by position, solved with
  /// an effort.
  func work(
    _ subproblems: [Subproblem], of fold: Fold, heldOut: [Int], _ effort: Configuration
  ) -> PanelWork {
    var work = PanelWork(
      subproblems: subproblems, margin: configuration.targetMargin,
      fitted: problem.transitions.selecting(fold.training),
      heldOut: problem.transitions.selecting(heldOut),
      solver: effort.searcher(for: subproblems.map(\.loss)),
      threads: threads)
    work.range = configuration.targetRange
    return work
  }

  /// The configuration with the effort of a round.
  func searching(_ round: SearchRound) -> Configuration {
    var solver = configuration
    solver.iterations = round.iterations
    solver.tolerance = round.tolerance
    return solver
  }

  /// Whether a fold is solved in its eigenvectors: where it is free and its candidates repay them.
  ///
  /// - Collective: every rank of `group` must call it.
  private func isSpectral(
    _ fold: Fold, _ trial: SearchMemory.Trial, _ subproblems: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool {
    let solutions = try group.sum(subproblems)
    guard restriction == nil else { return false }
    return problem.foldBases.hasBasis(of: fold)
      || FoldLoad(
        samples: fold.training.count, regressors: problem.regressors.count,
        ridges: trial.lambdas.count, solutions: solutions
      ).repaysEigenvectors
  }

  /// Walks down the ridges in the eigenvectors of a fold.
  private func visit(
    _ walk: inout RidgeWalk<S>, spectral fold: Fold, _ ridges: [Double], _ kernel: ProductKernel,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    let basis = try phases.measure("factor") {
      try problem.foldBases.basis(of: fold) {
        try FoldBasis(
          Regressors(problem.regressors, fold: fold, group: group), group: group, phases: phases)
      }
    }
    for ridge in ridges {
      let form = try phases.measure("factor") {
        try SpectralForm(
          basis, ridge: ridge, excludesSelf: !configuration.selfConnections, kernel: kernel,
          group: group)
      }
      guard try walk.visit(form, group: group) else { return }
    }
  }

  /// Walks down the ridges, under constraints where there are some; from `last` on, which keeps what
  /// they leave.
  func visit<W: SearchWalk<S>>(
    _ walk: inout W, _ subproblems: [Subproblem], _ regressors: Regressors<S>,
    _ ridges: [Double], _ solver: Configuration, last: LastWhitening<S> = LastWhitening(),
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    if let restriction = restriction?.restricted(to: subproblems) {
      let choice = try restriction.chooseForm(
        regressors, configuration, threads: threads, group: group)
      walk.work.widest = choice.widestPanel
      try CORNN.visit(
        &walk, under: restriction, regressors: regressors, isDual: choice.isDual, ridges: ridges,
        group: group, phases: phases)
    } else {
      var solver = solver
      let load = FoldLoad(
        samples: regressors.samples, regressors: regressors.count, ridges: ridges.count,
        solutions: try group.sum(subproblems.count))
      solver.form = solver.cheaperForm(load)
      if solver.form == .primal,
        let gradients = solver.searchFeatures(for: subproblems.map(\.loss)),
        load.repaysWhitening(by: gradients.kernel, isSingle: S.self == Float.self)
      {
        walk.work.features = gradients
        try CORNN.visit(
          &walk, whitened: regressors, ridges: ridges,
          excludesSelf: !configuration.selfConnections, gradients: gradients, last: last,
          group: group, phases: phases)
        return
      }
      try CORNN.visit(
        &walk, regressors: regressors, ridges: ridges, configuration: solver,
        group: group, phases: phases)
    }
  }
}

extension Configuration {
  /// How losses are iterated in the features of a fold; nil where that is not exact enough.
  func searchFeatures(for losses: [PointwiseLoss]) -> FeatureGradients? {
    var search = self
    search.usesFeatures = searchesInFeatures && tolerance >= Arithmetic.singleTolerance
    return search.features(for: losses)
  }

  /// The form that takes less work for the products and factors of a fold and for a few
  /// iterations of its solutions at each ridge, where the form is free.
  fileprivate func cheaperForm(_ load: FoldLoad) -> Form {
    guard form == .auto else { return form }
    return load.isDual ? .dual : .primal
  }

  /// The method for losses in a search, which need not measure its solutions again.
  func searcher(for losses: [PointwiseLoss]) -> any PanelSolver {
    guard var solver = solver(for: losses) as? ConjugateGradients else {
      return solver(for: losses)
    }
    solver.verifies = false
    return solver
  }
}
