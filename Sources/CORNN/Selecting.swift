package import Collectives
package import LinearAlgebra
internal import RandomNumbers

extension FitProblem {
  /// Chooses leak and ridge on held-out blocks, with the loss that will be fitted.
  ///
  /// Coarse candidates first (every second leak, every decade), then those around the best.
  /// For each fold and ridge there is one factorisation, used by all leaks: the leak enters
  /// the targets only. The score is the one-step squared error relative to persistence,
  /// pooled over neurons and folds. `constraints` hold in every candidate's fit.
  ///
  /// Folds that `memory` has are not done again.
  ///
  /// - Throws: `FitError`; what `group` throws; `SearchPaused` if `memory` is urged.
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
    var tried: [Selection.Candidate] = []
    var clipped: [Double: Double] = [:]
    func attempt(_ alphas: [Double], _ lambdas: [Double]) throws {
      let outcome = try search.evaluate(
        loss: loss, alphas: alphas, lambdas: lambdas, group: group, phases: phases)
      tried = tried.filter { old in
        !outcome.candidates.contains { $0.alpha == old.alpha && $0.lambda == old.lambda }
      }
      tried += outcome.candidates
      clipped.merge(outcome.clipped) { $1 }
    }
    func best() throws -> Selection.Candidate {
      guard let best = tried.min(by: { $0.error < $1.error }) else {
        throw FitError.tooFewTransitions(found: transitions.count, needed: 4 * grid.folds)
      }
      return best
    }
    try attempt(Self.everySecond(grid.alphas), Self.everySecond(grid.lambdas))
    let coarse = try best()
    try attempt(
      Self.neighbours(of: coarse.alpha, in: grid.alphas),
      Self.neighbours(of: coarse.lambda, in: grid.lambdas))
    let chosen = try best()
    return Selection(
      candidates: tried, alpha: chosen.alpha, lambda: chosen.lambda, clipped: clipped)
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

  /// Every second of the candidates from the first on, and the last.
  private static func everySecond(_ values: [Double]) -> [Double] {
    values.indices.filter { $0.isMultiple(of: 2) || $0 == values.count - 1 }.map { values[$0] }
  }

  /// A candidate with those on both sides of it.
  private static func neighbours(of value: Double, in values: [Double]) -> [Double] {
    guard let i = values.firstIndex(of: value) else { return [value] }
    return Array(values[max(0, i - 1)...min(values.count - 1, i + 1)])
  }

  /// Chooses the loss at a leak, by the mean absolute error on held-out blocks.
  ///
  /// Each candidate is tried at the given ridge, a tenth and ten times of it. Absolute
  /// errors, because the losses differ in how they weigh outliers: squares would judge by
  /// those alone.
  ///
  /// Folds that `memory` has are not done again.
  ///
  /// - Throws: `FitError`; what `group` throws; `SearchPaused` if `memory` is urged.
  /// - Returns: the candidates with the error of each, relative to persistence, at its best
  ///   ridge.
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
      return outcome.candidates.map(\.magnitude).min() ?? .infinity
    }
  }
}
