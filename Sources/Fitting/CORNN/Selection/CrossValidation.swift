internal import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

/// The cross-validation of candidates on contiguous blocks of the fitted transitions.
struct CrossValidation<S: Scalar & Transferable> {
  let problem: FitProblem<S>
  let grid: SelectionGrid
  let configuration: Configuration
  /// This rank's neurons that take part, by local index.
  let neurons: [Int]
  let threads: Int
  let memory: SearchMemory
  /// Constraints on the weights, if there are any.
  let restriction: Restriction?

  /// Tries all pairs of leaks and ridges.
  ///
  /// - Collective: every rank of `group` must call it.
  func evaluate(
    loss: PointwiseLoss, alphas: [Double], lambdas: [Double],
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> (candidates: [Selection.Candidate], clipped: [Double: Double]) {
    let folds = folds
    var lambdas = lambdas.sorted(by: >)
    var tally = Tally(alphas: alphas.count, lambdas: lambdas.count)
    for (number, fold) in folds.enumerated() {
      if let known = memory.recall(loss, alphas, lambdas, fold: number) {
        lambdas = Array(lambdas.prefix(known.tried))
        tally.add(known.tally)
        continue
      }
      // The first fold tells how far down the ridges it is worth going.
      let outcomes = try solve(
        fold, subproblems(of: neurons, alphas), loss: loss, lambdas,
        stopsEarly: number == 0, group: group, phases: phases)
      var own = Tally(alphas: alphas.count, lambdas: lambdas.count)
      own.add(outcomes, trainingCount: fold.training.count)
      try own.sum(over: group)
      tally.add(own)
      let entry = SearchMemory.Entry(
        loss: loss, alphas: alphas, lambdas: lambdas, fold: number, tally: own,
        tried: outcomes.count)
      lambdas = Array(lambdas.prefix(outcomes.count))
      try memory.add(entry, group: group)
    }
    let sampled = Double(try group.sum(neurons.count) * folds.count)
    var candidates: [Selection.Candidate] = []
    for (row, lambda) in lambdas.enumerated() {
      for (column, alpha) in alphas.enumerated() {
        candidates.append(
          Selection.Candidate(
            alpha: alpha, lambda: lambda, error: tally.relativeError(row, column),
            magnitude: tally.relativeMagnitude(row, column)))
      }
    }
    return (
      candidates,
      Dictionary(uniqueKeysWithValues: zip(alphas, tally.clipped.map { $0 / sampled }))
    )
  }

  var folds: [Fold] { Fold.blocks(of: problem.transitions, count: grid.folds, gap: grid.gap) }

  /// All leaks of a neuron, then those of the next.
  func subproblems(of neurons: [Int], _ alphas: [Double]) -> [Subproblem] {
    neurons.flatMap { neuron in alphas.map { Subproblem(neuron: neuron, alpha: $0) } }
  }

  /// The solutions of one fold, down the ridges; a ridge that is too weak to factor with ends
  /// the walk, unless it is the first.
  func solve(
    _ fold: Fold, _ subproblems: [Subproblem], loss: PointwiseLoss, _ lambdas: [Double],
    stopsEarly: Bool, group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> [PanelOutcome<S>] {
    let regressors = try Regressors(problem.regressors, fold: fold, group: group)
    var solver = configuration
    solver.iterations = grid.iterations
    solver.tolerance = grid.tolerance
    let fitted = problem.transitions.selecting(fold.training)
    let work = PanelWork(
      subproblems: subproblems, margin: configuration.targetMargin, fitted: fitted,
      heldOut: problem.transitions.selecting(fold.validation),
      solver: solver.solver(for: loss), threads: threads)
    let ridges = lambdas.map { fitted.ridge(lambda: $0) }
    var walk = RidgeWalk(
      problem: problem, work: work, phases: phases,
      alphas: max(1, subproblems.count / max(1, neurons.count)),
      isAbandoned: memory.isAbandoned,
      descent: stopsEarly ? Descent() : nil)
    do {
      try visit(&walk, subproblems, regressors, ridges, group: group, phases: phases)
    } catch FitError.ridgeTooSmall where !walk.outcomes.isEmpty {}
    return walk.outcomes
  }

  /// Walks down the ridges, under constraints where there are some.
  private func visit(
    _ walk: inout RidgeWalk<S>, _ subproblems: [Subproblem], _ regressors: Regressors<S>,
    _ ridges: [Double], group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    if let restriction = restriction?.restricted(to: subproblems) {
      let choice = try restriction.chooseForm(
        regressors, configuration, threads: threads, group: group)
      walk.work.widest = choice.widestPanel
      try CORNN.visit(
        &walk, under: restriction, regressors: regressors, isDual: choice.isDual, ridges: ridges,
        group: group, phases: phases)
    } else {
      try CORNN.visit(
        &walk, regressors: regressors, ridges: ridges, configuration: configuration,
        group: group, phases: phases)
    }
  }
}

/// Solutions at one ridge after another, each from those of the last.
private struct RidgeWalk<S: Scalar & Transferable>: RidgeVisitor {
  let problem: FitProblem<S>
  var work: PanelWork
  let phases: Phases
  let alphas: Int
  /// Whether this rank was asked to stop.
  let isAbandoned: @Sendable () -> Bool
  /// Judges whether to go on; nil to visit every ridge.
  var descent: Descent?
  var outcomes: [PanelOutcome<S>] = []

  mutating func visit<F: SubproblemForm & ~Copyable>(
    _ form: borrowing F, group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool where F.S == S {
    let own = try work.run(
      problem.recording, form: form, from: outcomes.last, phases: phases,
      isAbandoned: isAbandoned)
    // Where one rank gives up, all do.
    guard try group.maximum(own == nil ? 1 : 0) == 0, let outcome = own else {
      throw SearchPaused()
    }
    outcomes.append(outcome)
    guard descent != nil else { return true }
    var errors = Tally(alphas: alphas, lambdas: 1)
    errors.add([outcome], trainingCount: work.fitted.count)
    try errors.sum(over: group)
    let relative = (0..<alphas).map { errors.relativeError(0, $0) }
    return descent?.isOver(after: relative) == false
  }
}
