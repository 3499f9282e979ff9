internal import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

/// The cross-validation of candidates on contiguous blocks of the fitted transitions.
struct CrossValidation<S: Scalar & Transferable> {
  /// What was found of a loss.
  struct Findings {
    let candidates: [Selection.Candidate]
    /// For each leak, the share of targets beyond ±1.
    let clipped: [Double: Double]
  }

  let problem: FitProblem<S>
  let grid: SelectionGrid
  let configuration: Configuration
  let threads: Int
  let memory: SearchMemory
  /// Constraints on the weights, if there are any.
  let restriction: Restriction?

  /// Tries all pairs of leaks and ridges with each loss.
  ///
  /// - Returns: findings by loss.
  /// - Collective: every rank of `group` must call it.
  func evaluate(
    _ trial: SearchMemory.Trial, group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> [Findings] {
    var trial = trial
    let neurons = try problem.sample(trial.round.neurons, seed: grid.seed, group: group)
    var tallies = trial.losses.map { _ in
      Tally(alphas: trial.alphas.count, lambdas: trial.lambdas.count)
    }
    let folds = folds
    for number in folds.indices {
      let entry =
        try memory.recall(trial, fold: number)
        ?? remember(trial, neurons, folds[number], number: number, group, phases)
      for (i, own) in entry.tallies.enumerated() { tallies[i].add(own) }
      // The first fold tells how far down the ridges it is worth going.
      trial.lambdas = Array(trial.lambdas.prefix(entry.tried))
    }
    let sampled = Double(try group.sum(neurons.count) * folds.count)
    return tallies.map { findings(of: trial, $0, sampled: sampled) }
  }

  private func findings(
    of trial: SearchMemory.Trial, _ tally: Tally, sampled: Double
  ) -> Findings {
    var candidates: [Selection.Candidate] = []
    for (row, lambda) in trial.lambdas.enumerated() {
      for (column, alpha) in trial.alphas.enumerated() {
        candidates.append(
          Selection.Candidate(
            alpha: alpha, lambda: lambda, error: tally.relativeError(row, column),
            magnitude: tally.relativeMagnitude(row, column)))
      }
    }
    return Findings(
      candidates: candidates,
      clipped: Dictionary(
        uniqueKeysWithValues: zip(trial.alphas, tally.clipped.map { $0 / sampled })))
  }

  /// Tries candidates on a fold, and keeps what was found in the memory.
  private func remember(
    _ trial: SearchMemory.Trial, _ neurons: [Int], _ fold: Fold, number: Int,
    _ group: borrowing some RankGroup & ~Copyable, _ phases: Phases
  ) throws -> SearchMemory.Entry {
    let outcomes = try solve(
      fold, trial, neurons, stopsEarly: number == 0, group: group, phases: phases)
    let tallies = try outcomes.map { outcome in
      var own = Tally(alphas: trial.alphas.count, lambdas: trial.lambdas.count)
      own.add(outcome, trainingCount: fold.training.count)
      try own.sum(over: group)
      return own
    }
    let entry = SearchMemory.Entry(
      trial: trial, fold: number, tallies: tallies, tried: outcomes.first?.count ?? 0)
    try memory.add(entry, group: group)
    return entry
  }

  var folds: [Fold] { Fold.blocks(of: problem.transitions, count: grid.folds, gap: grid.gap) }

  /// The solutions of one fold by loss, down the ridges; a ridge that is too weak to factor with
  /// ends the walk, unless it is the first.
  ///
  /// - Collective: every rank of `group` must call it.
  func solve(
    _ fold: Fold, _ trial: SearchMemory.Trial, _ neurons: [Int], stopsEarly: Bool,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> [[PanelOutcome<S>]] {
    let regressors = try Regressors(problem.regressors, fold: fold, group: group)
    // All leaks of a neuron, then those of the next.
    let subproblems = neurons.flatMap { neuron in
      trial.alphas.map { Subproblem(neuron: neuron, alpha: $0) }
    }
    let fitted = problem.transitions.selecting(fold.training)
    let heldOut = problem.transitions.selecting(fold.validation)
    let solver = searching(trial.round)
    let works = trial.losses.map { loss in
      var work = PanelWork(
        subproblems: subproblems, margin: configuration.targetMargin, fitted: fitted,
        heldOut: heldOut, solver: solver.searcher(for: loss), threads: threads)
      work.range = configuration.targetRange
      return work
    }
    var walk = RidgeWalk(
      problem: problem, works: works, phases: phases, alphas: trial.alphas.count,
      isAbandoned: memory.isAbandoned, descent: stopsEarly ? Descent() : nil)
    let ridges = trial.lambdas.map { fitted.ridge(lambda: $0) }
    do {
      try visit(&walk, subproblems, regressors, ridges, solver, group: group, phases: phases)
    } catch FitError.ridgeTooSmall where walk.outcomes.contains(where: { !$0.isEmpty }) {}
    return walk.outcomes
  }

  /// The configuration with the effort of a round.
  func searching(_ round: SearchRound) -> Configuration {
    var solver = configuration
    solver.iterations = round.iterations
    solver.tolerance = round.tolerance
    return solver
  }

  /// Walks down the ridges, under constraints where there are some.
  func visit<W: SearchWalk<S>>(
    _ walk: inout W, _ subproblems: [Subproblem], _ regressors: Regressors<S>,
    _ ridges: [Double], _ solver: Configuration, group: borrowing some RankGroup & ~Copyable,
    phases: Phases
  ) throws {
    if let restriction = restriction?.restricted(to: subproblems) {
      let choice = try restriction.chooseForm(
        regressors, configuration, threads: threads, group: group)
      for i in walk.works.indices { walk.works[i].widest = choice.widestPanel }
      try CORNN.visit(
        &walk, under: restriction, regressors: regressors, isDual: choice.isDual, ridges: ridges,
        group: group, phases: phases)
    } else {
      var solver = solver
      let solutions = try group.sum(subproblems.count) * walk.works.count
      solver.form = solver.cheaperForm(
        samples: regressors.samples, regressors: regressors.count, ridges: ridges.count,
        solutions: solutions)
      try CORNN.visit(
        &walk, regressors: regressors, ridges: ridges, configuration: solver,
        group: group, phases: phases)
    }
  }
}

extension Configuration {
  /// The form that takes less work for the products and factors of a fold and for a few
  /// iterations of its `solutions` at each ridge, where the form is free.
  fileprivate func cheaperForm(
    samples: Int, regressors: Int, ridges: Int, solutions: Int
  ) -> Form {
    guard form == .auto else { return form }
    let (t, m) = (Double(samples), Double(regressors))
    let factors = Double(ridges)
    let products = factors * Double(solutions) * Self.productsOfSearch
    let dual = t * t * m + factors * t * t * t + products * 2 * t * t
    let primal = m * m * t + factors * m * m * m + products * (4 * t * m + 2 * m * m)
    return dual <= primal ? .dual : .primal
  }

  /// Products of a search with the inverse, a solution, about.
  private static var productsOfSearch: Double { 6 }

  /// The method for a loss in a search, which need not measure its solutions again.
  func searcher(for loss: PointwiseLoss) -> any PanelSolver {
    guard var solver = solver(for: loss) as? ConjugateGradients else { return solver(for: loss) }
    solver.verifies = false
    return solver
  }
}
