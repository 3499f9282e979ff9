package import Collectives
package import LinearAlgebra
internal import Runtime

extension FitProblem<Double> {
  /// Fits parts of the recording as the whole was fitted: both halves (every other block of frames),
  /// and resamples of its blocks.
  ///
  /// `weights` are those of the fit, local × regressors by their scale. The ridge a frame and the
  /// leaks are the fit's, so that a half has half the ridge. `progress` is told how many fits of all
  /// are done.
  ///
  /// - Throws: `FitError`; what `group` throws.
  /// - Returns: the weights onto this rank's neurons, and how they agree.
  /// - Complexity: a fit a part.
  /// - Collective: every rank of `group` must call it.
  package func agreementOfParts(
    _ weights: borrowing Matrix<Double>, _ recipe: FitRecipe, halves: Bool, resamples: Int,
    seed: UInt64, group: borrowing some RankGroup & ~Copyable, threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> PartAgreement {
    let blocks = TransitionBlocks(transitions: transitions.count)
    let (local, neurons) = (regressors.local.count, regressors.neurons)
    let found = PartAgreement(
      local: local, neurons: neurons, halves: halves, resamples: resamples > 0)
    let total = (halves ? 2 : 0) + resamples
    var done = 0
    func fitted(_ positions: [Int]) throws -> StartingWeights {
      let result = try self.weights(
        without: Fold(training: positions, validation: []), recipe, group: group,
        threads: threads, phases: Phases())
      done += 1
      progress(done, total)
      return result
    }
    if halves {
      found.firstHalf = try fitted(blocks.half(0)).matrix.copy(columns: 0..<neurons)
        .converted(to: Float.self)
      found.secondHalf = try fitted(blocks.half(1)).matrix.copy(columns: 0..<neurons)
        .converted(to: Float.self)
    }
    for number in 0..<resamples {
      found.add(
        try fitted(blocks.resample(number, seed: seed)).matrix.copy(columns: 0..<neurons),
        fitted: weights)
    }
    found.settle()
    var free = [Set<Int>](repeating: [], count: local)
    for neuron in fittable {
      free[neuron] = Set(freeRegressors(of: neuron, recipe).filter { $0 < neurons })
    }
    found.keep(only: free)
    return found
  }
}
