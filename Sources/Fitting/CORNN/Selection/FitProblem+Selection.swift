package import Collectives
package import Kernels
internal import LinearAlgebra
internal import RandomNumbers
package import Runtime

extension FitProblem {
  /// Chooses leak and ridge on held-out blocks, with the loss that will be fitted.
  ///
  /// Coarse candidates first (every second leak, every decade), then those around the best,
  /// until the best has its neighbours in the grid beside it. For each fold and ridge there is
  /// one factorisation, used by all leaks: the leak enters the targets only. The score is the
  /// one-step squared error relative to persistence, pooled over neurons and folds.
  /// `constraints` hold in every candidate's fit.
  ///
  /// Folds that `memory` has are not done again.
  ///
  /// - Throws: `FitError`; what `group` throws; `SearchPaused` if `memory` is asked to stop.
  /// - Returns: the same on every rank.
  /// - Complexity: for each fold and ridge a factorisation and `grid.iterations` iterations
  ///   of `grid.neurons` × leaks subproblems.
  /// - Collective: every rank of `group` must call it.
  package func select(
    grid: SelectionGrid, loss: PointwiseLoss, configuration: Configuration,
    constraints: Constraints = Constraints(), group: borrowing some RankGroup & ~Copyable,
    threads: Int, phases: Phases,
    memory: SearchMemory = SearchMemory()
  ) throws -> Selection {
    let search = CrossValidation(
      problem: self, grid: grid, configuration: configuration,
      neurons: try sample(grid.neurons, seed: grid.seed, group: group), threads: threads,
      memory: memory, restriction: restriction(constraints, configuration))
    var walk = GridWalk(grid)
    while let next = walk.next() {
      let outcome = try search.evaluate(
        loss: loss, alphas: next.alphas, lambdas: next.lambdas, group: group, phases: phases)
      walk.take(outcome.candidates, clipped: outcome.clipped)
    }
    guard let chosen = walk.best else { throw FitError.everyCandidateDiverged }
    return Selection(
      candidates: walk.tried, alpha: chosen.alpha, lambda: chosen.lambda, clipped: walk.clipped)
  }

  /// A random sample of the neurons that can be fitted, by this rank's local index.
  ///
  /// It depends on the seed alone, not on the number of ranks.
  private func sample(
    _ count: Int, seed: UInt64, group: borrowing some RankGroup & ~Copyable
  ) throws -> [Int] {
    let everyone = try group.gather(fittable.map { regressors.index(ofLocal: $0) })
    let order = RandomStream(seed: seed, purpose: .neuronSample).permutation(of: everyone.count)
    let chosen = Set(order.prefix(count).map { everyone[$0] })
    return fittable.filter { chosen.contains(regressors.index(ofLocal: $0)) }
  }

  /// Chooses the loss at a leak, by the mean absolute error on held-out blocks.
  ///
  /// Each candidate is tried at the given ridge, a tenth and ten times of it. Absolute
  /// errors, because the losses differ in how they weigh outliers: squares would judge by
  /// those alone.
  ///
  /// Folds that `memory` has are not done again.
  ///
  /// - Throws: `FitError`; what `group` throws; `SearchPaused` if `memory` is asked to stop.
  /// - Returns: the error of each candidate, relative to persistence, at its best ridge;
  ///   infinite where it diverged at every ridge.
  /// - Collective: every rank of `group` must call it.
  package func compare(
    losses: [PointwiseLoss], alpha: Double, lambda: Double, grid: SelectionGrid,
    configuration: Configuration, constraints: Constraints = Constraints(),
    group: borrowing some RankGroup & ~Copyable, threads: Int, phases: Phases,
    memory: SearchMemory = SearchMemory()
  ) throws -> [Double] {
    let search = CrossValidation(
      problem: self, grid: grid, configuration: configuration,
      neurons: try sample(grid.neurons, seed: grid.seed, group: group), threads: threads,
      memory: memory, restriction: restriction(constraints, configuration))
    return try losses.map { loss in
      let outcome = try search.evaluate(
        loss: loss, alphas: [alpha], lambdas: [lambda / 10, lambda, min(1, lambda * 10)],
        group: group, phases: phases)
      let errors = outcome.candidates.map(\.magnitude)
      return errors.placeOfLeast.map { errors[$0] } ?? .infinity
    }
  }
}
