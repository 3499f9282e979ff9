package import Collectives
private import Glibc
package import Kernels
internal import LinearAlgebra
package import Runtime
internal import Statistics

extension FitProblem {
  /// A leak for each neuron, pulled towards the common one.
  ///
  /// Of the candidates whose held-out error is within one standard error (of the
  /// difference, over folds) of the neuron's best, the one nearest to the common leak on a
  /// logarithmic scale is taken: a neuron departs from the others only on evidence.
  ///
  /// Its folds are not remembered, but given up where `memory` is asked to stop.
  ///
  /// - Throws: `FitError`; what `group` throws; `SearchPaused`.
  /// - Returns: one leak for each of this rank's neurons; the common one for those that
  ///   cannot be fitted.
  /// - Complexity: one factorisation a fold; leaks × neurons subproblems a fold.
  /// - Collective: every rank of `group` must call it.
  package func chooseLeaks(
    common: Double, lambda: Double, loss: PointwiseLoss, grid: SelectionGrid,
    configuration: Configuration, constraints: Constraints = Constraints(),
    group: borrowing some RankGroup & ~Copyable, threads: Int, phases: Phases,
    memory: SearchMemory = SearchMemory()
  ) throws -> [Double] {
    let search = CrossValidation(
      problem: self, grid: grid, configuration: configuration, threads: threads,
      memory: memory,
      restriction: restriction(constraints, configuration))
    let alphas = grid.alphas.contains(common) ? grid.alphas : (grid.alphas + [common]).sorted()
    // errors[neuron][leak][fold], by position among the fittable neurons.
    var errors = [[[Double]]](
      repeating: [[Double]](repeating: [], count: alphas.count), count: fittable.count)
    let trial = SearchMemory.Trial(
      losses: [loss], alphas: alphas, lambdas: [lambda], round: grid.lastRound,
      targets: configuration.targetRange)
    for fold in search.allFolds {
      let walk = try search.solve(
        fold, trial, fittable, stopsEarly: false, group: group, phases: phases)
      for (i, score) in (walk.outcomes.last?.scores.joined().map(\.mse) ?? []).enumerated() {
        errors[i / alphas.count][i % alphas.count].append(score)
      }
    }
    var leaks = [Double](repeating: common, count: recording.rates.rows)
    for (position, neuron) in fittable.enumerated() {
      leaks[neuron] = Self.nearestGoodLeak(alphas, errors[position], common: common)
    }
    return leaks
  }

  /// The candidate nearest to the common leak that is as good as the best but for chance.
  ///
  /// Folds in which the neuron has nothing to predict do not count; a leak that diverges in
  /// one of the others is no candidate.
  static func nearestGoodLeak(
    _ alphas: [Double], _ errors: [[Double]], common: Double
  ) -> Double {
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let folds = (errors.first ?? []).indices.filter { fold in
      errors.contains { $0[fold].isFinite }
    }
    let errors = errors.map { own in folds.map { own[$0] } }
    let means = errors.map(mean)
    guard let best = means.placeOfLeast else { return common }
    let byDistance = alphas.indices.sorted {
      abs(log(alphas[$0] / common)) < abs(log(alphas[$1] / common))
    }
    for i in byDistance where means[i].isFinite {
      var differences = Moments()
      for (own, least) in zip(errors[i], errors[best]) { differences.add(own - least) }
      if differences.mean <= differences.standardError { return alphas[i] }
    }
    return alphas[best]
  }
}
