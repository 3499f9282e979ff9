package import Collectives
package import Kernels
internal import LinearAlgebra
internal import RandomNumbers
package import Runtime

extension FitProblem {
  /// Chooses leak and ridge on held-out blocks, with the loss that will be fitted.
  ///
  /// In rounds: coarse candidates first (every second leak, every decade) and those around the
  /// best of them, on few neurons; then on more neurons the best and those of its neighbours
  /// in the grid that were not clearly worse. For each fold and ridge there is one factorisation,
  /// used by all leaks: the leak enters the targets only. The score is the one-step squared
  /// error relative to persistence, pooled over neurons and folds. `constraints` hold in every
  /// candidate's fit.
  ///
  /// Folds that `memory` has are not done again, and a candidate that falls clearly behind on the
  /// first folds is not tried on the others.
  ///
  /// - Throws: `FitError`; what `group` throws; `SearchPaused` if `memory` is asked to stop.
  /// - Returns: the same on every rank.
  /// - Complexity: for each fold and ridge a factorisation and up to `iterations` of the round
  ///   for its neurons × leaks subproblems.
  /// - Collective: every rank of `group` must call it.
  package func select(
    grid: SelectionGrid, loss: PointwiseLoss, configuration: Configuration,
    constraints: Constraints = Constraints(), group: borrowing some RankGroup & ~Copyable,
    threads: Int, phases: Phases,
    memory: SearchMemory = SearchMemory()
  ) throws -> Selection {
    let search = CrossValidation(
      problem: self, grid: grid, configuration: configuration, threads: threads,
      memory: memory, restriction: restriction(constraints, configuration))
    defer { lastWhitening.forget() }
    var walk = GridWalk(grid)
    while let block = walk.next() {
      let found = try search.evaluate(
        SearchMemory.Trial(
          losses: [loss], alphas: block.alphas, lambdas: block.lambdas.sorted(by: >),
          round: block.round, targets: configuration.targetRange),
        by: .squares, group: group, phases: phases)
      walk.take(found[0].candidates, clipped: found[0].clipped)
    }
    guard let chosen = walk.best else { throw FitError.everyCandidateDiverged }
    return Selection(
      candidates: walk.tried, alpha: chosen.alpha, lambda: chosen.lambda, clipped: walk.clipped)
  }

  /// Gives back what searches keep of their folds.
  package func forgetFolds() { foldBases.forget() }

  /// A random sample of the neurons that can be fitted, by this rank's local index.
  ///
  /// It depends on the seed alone, not on the number of ranks.
  func sample(
    _ count: Int, seed: UInt64, group: borrowing some RankGroup & ~Copyable
  ) throws -> [Int] {
    let everyone = try group.gather(fittable.map { regressors.index(ofLocal: $0) })
    let order = RandomStream(seed: seed, purpose: .neuronSample).permutation(of: everyone.count)
    let chosen = Set(order.prefix(count).map { everyone[$0] })
    return fittable.filter { chosen.contains(regressors.index(ofLocal: $0)) }
  }

  /// Chooses the loss at a leak, by the mean absolute error on held-out blocks.
  ///
  /// Each candidate is tried at the given ridge, and where the grid has others at a tenth and ten
  /// times of it, then beside the best of these, in rounds, each more thorough and of those only
  /// that did well in the one before; where there is one ridge and one round, after a glance at few
  /// neurons on the first block. Absolute errors, because
  /// the losses differ in how they weigh outliers: squares would judge by those alone.
  ///
  /// Folds that `memory` has are not done again.
  ///
  /// - Throws: `FitError`; what `group` throws; `SearchPaused` if `memory` is asked to stop.
  /// - Returns: the error of each candidate, relative to persistence, at its best ridge;
  ///   infinite where it diverged at every ridge. Of one that was given up before the last
  ///   round it is relative to the best of its own, like that of `Selection.Candidate`.
  /// - Collective: every rank of `group` must call it.
  package func compare(
    losses: [PointwiseLoss], alpha: Double, lambda: Double, grid: SelectionGrid,
    configuration: Configuration, constraints: Constraints = Constraints(),
    group: borrowing some RankGroup & ~Copyable, threads: Int, phases: Phases,
    memory: SearchMemory = SearchMemory()
  ) throws -> [Double] {
    let search = CrossValidation(
      problem: self, grid: grid, configuration: configuration, threads: threads,
      memory: memory, restriction: restriction(constraints, configuration))
    defer { lastWhitening.forget() }
    let isGiven = grid.lambdas.count == 1
    var race = LossRace(
      count: losses.count,
      lambdas: isGiven ? [lambda] : grid.decade(around: lambda), grid: grid.lambdas)
    for (round, blocks) in grid.lossRounds {
      let found = try search.evaluate(
        SearchMemory.Trial(
          losses: race.open.map { losses[$0] }, alphas: [alpha], lambdas: race.lambdas,
          round: round, targets: configuration.targetRange),
        by: .magnitudes, blocks: blocks, group: group, phases: phases)
      race.take(
        found.map { $0.candidates.map { (lambda: $0.lambda, error: $0.magnitude) } }, of: round)
    }
    return race.errors
  }
}
