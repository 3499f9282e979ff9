package import Collectives
package import Kernels
internal import LinearAlgebra
package import Runtime

/// What a search by free runs starts from.
package struct HorizonStart: Sendable {
  /// The common leak, and that of each of this rank's neurons, as one frame ahead chose them.
  package let common: Double
  package let leaks: [Double]
  /// Whether the leak was given: none is tried but it.
  package let isGiven: Bool
  /// Ridges per frame, descending.
  package let lambdas: [Double]
  /// The ridge that one frame ahead chose beside the common leak; nil where that is not known.
  package let lambda: Double?

  package init(
    common: Double, leaks: [Double], isGiven: Bool, lambdas: [Double], lambda: Double? = nil
  ) {
    self.common = common
    self.leaks = leaks
    self.isGiven = isGiven
    self.lambdas = lambdas
    self.lambda = lambda
  }

  /// Whether a candidate is what one frame ahead chose, before any neuron had a leak of its own.
  func isPlain(_ candidate: HorizonSelection.Candidate) -> Bool {
    candidate.rule == LeakRule(slow: common, pull: 1) && candidate.lambda == lambda
  }
}

extension FitProblem {
  /// Refuses a horizon for which no held-out block has a stretch of frames.
  ///
  /// - Throws: `FitError.horizonTooLong`.
  package func require(_ horizon: HorizonGrid, grid: SelectionGrid) throws {
    let frames = transitions.frames
    // Transitions that follow each other, up to each.
    var longest = 0
    for fold in grid.blocks(of: transitions) {
      var length = 0
      for p in fold.validation {
        let follows = length > 0 && frames[p] == frames[p - 1] + 1
        length = follows ? length + 1 : 1
        longest = max(longest, length)
      }
    }
    guard longest >= horizon.horizon else {
      throw FitError.horizonTooLong(horizon: horizon.horizon, longest: longest)
    }
  }

  /// Chooses leaks and ridge by free runs on held-out blocks.
  ///
  /// Every rule of `horizon` pulls the leaks that one frame ahead chose; networks of all neurons are
  /// fitted without each block, at each ridge, and run from frames of the block under its inputs.
  /// A candidate's error is the mean over 1 to H frames ahead of the squared error, summed over
  /// neurons, runs and blocks, over that of persistence. Leaks are those of the grid, so that rules
  /// share solutions, as leaks share factors.
  ///
  /// Its folds are not remembered, but given up where `memory` is asked to stop.
  ///
  /// - Throws: `FitError`; what `group` throws; `SearchPaused`.
  /// - Returns: the same candidates and choice on every rank, and this rank's leaks.
  /// - Complexity: a factorisation a fold and ridge, and up to `grid.alphas` subproblems a neuron;
  ///   `2 N² H` flops a run of each candidate; the weights of all subproblems in memory.
  /// - Collective: every rank of `group` must call it.
  package func select(
    from start: HorizonStart, horizon: HorizonGrid, grid: SelectionGrid, loss: PointwiseLoss,
    configuration: Configuration, constraints: Constraints = Constraints(),
    group: borrowing some RankGroup & ~Copyable, threads: Int, phases: Phases,
    memory: SearchMemory = SearchMemory()
  ) throws -> HorizonSelection {
    try require(horizon, grid: grid)
    let search = CrossValidation(
      problem: self, grid: grid, configuration: configuration, threads: threads, memory: memory,
      restriction: restriction(constraints, configuration))
    let rules = horizon.rules(common: start.common, isGiven: start.isGiven)
    let leaks = PulledLeaks(
      rules, of: fittable, from: start.leaks, on: start.isGiven ? [start.common] : grid.alphas,
      loss: loss)
    var tallies = start.lambdas.map { _ in
      HorizonTally(rules: rules.count, horizon: horizon.horizon)
    }
    for fold in search.allFolds {
      let found = try search.run(
        fold, leaks, horizon, lambdas: start.lambdas, group: group, phases: phases)
      for (i, own) in found.enumerated() { tallies[i].add(own) }
      // A ridge that has no factor on one fold has none.
      tallies = Array(tallies.prefix(found.count))
    }
    for i in tallies.indices {
      var sums = tallies[i].sums
      try group.sum(&sums)
      tallies[i].sums = sums
    }
    let candidates = zip(tallies, start.lambdas).flatMap { tally, lambda in
      rules.enumerated().map { tally.candidate($1, place: $0, lambda: lambda) }
    }
    let best = HorizonSelection.best(
      of: candidates, tolerance: horizon.tolerance, plain: candidates.first(where: start.isPlain))
    guard let place = best else { throw FitError.everyCandidateDiverged }
    var chosen = start.leaks.map { candidates[place].rule.leak(from: $0) }
    for (neuron, leak) in zip(fittable, leaks.leaks(place % rules.count)) { chosen[neuron] = leak }
    return HorizonSelection(
      horizon: horizon.horizon, candidates: candidates, place: place, leaks: chosen)
  }
}

extension CrossValidation {
  /// The errors of all rules on one fold, by ridge; a ridge that is too weak to factor with ends
  /// the walk, unless it is the first.
  ///
  /// - Collective: every rank of `group` must call it.
  fileprivate func run(
    _ fold: Fold, _ leaks: PulledLeaks, _ horizon: HorizonGrid, lambdas: [Double],
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> [HorizonTally] {
    let regressors = try Regressors(
      problem.regressors, fold: fold, heldOut: .unitStates, group: group)
    let fitted = problem.transitions.selecting(fold.training)
    let solver = searching(horizon.round)
    let work = work(leaks.subproblems, of: fold, heldOut: [], solver)
    var walk = HorizonWalk(
      problem, leaks: leaks, validation: fold.validation, horizon, work: work, phases: phases,
      isAbandoned: memory.isAbandoned)
    let ridges = lambdas.map { fitted.ridge(lambda: $0) }
    do {
      try visit(
        &walk, leaks.subproblems, regressors, ridges, solver, group: group, phases: phases)
    } catch FitError.ridgeTooSmall where !walk.tallies.isEmpty {}
    return walk.tallies
  }
}
