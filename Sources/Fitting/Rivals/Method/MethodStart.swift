internal import CORNN
package import Collectives
internal import Glibc
package import LinearAlgebra
internal import RandomNumbers

/// The weights that a method begins with.
package enum MethodStart: Equatable, Sendable {
  /// The ridge regression of the currents artanh d, |d| clamped to 1 − margin or not at all: of each
  /// neuron that with the lower objective, as the fit starts.
  case ridge(margin: Double)
  /// Weights from neurons ~ N(0, scale² / neurons), all others zero: by seed and number of the
  /// neuron, whatever the ranks.
  case random(scale: Double, seed: UInt64)

  /// The weights, local neurons × regressors.
  ///
  /// - Throws: `FitError.ridgeTooSmall`; what `group` throws.
  /// - Collective: every rank of `group` must call it.
  package func weights(
    of problem: RivalProblem, group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    switch self {
    case .ridge(let margin): try ridgeWeights(of: problem, margin: margin, group: group)
    case .random(let scale, let seed): randomWeights(of: problem, scale: scale, seed: seed)
    }
  }

  private func ridgeWeights(
    of problem: RivalProblem, margin: Double, group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    let inverse = try problem.gram(on: group).inverse(
      ridge: problem.ridge, group: group, phases: problem.phases)
    var best = ridgeWeights(of: problem, inverse.matrix, limit: Glibc.atanh(1 - margin))
    let unclamped = ridgeWeights(of: problem, inverse.matrix, limit: .infinity)
    let objectives = (try problem.objectives(of: best), try problem.objectives(of: unclamped))
    for i in 0..<best.rows where objectives.1[i] < objectives.0[i] {
      best.copyRow(i, from: unclamped, i)
    }
    return best
  }

  /// `(X Xᵀ + λ I)⁻¹ X z`, in the metric of which the own weight is taken out.
  private func ridgeWeights(
    of problem: RivalProblem, _ inverse: borrowing Matrix<Double>, limit: Double
  ) -> Matrix<Double> {
    var currents = problem.targets.copy()
    currents.replaceMissing(clampedTo: limit)
    let moments = product(currents, problem.whole.regressors.fitted.matrix, transposingB: true)
    var weights = product(moments, inverse)
    for i in 0..<weights.rows {
      guard let own = problem.excluded(i) else { continue }
      weights.add(-weights[i, own] / inverse[own, own], inverse, own, toRow: i)
      weights[i, own] = 0
    }
    return weights
  }

  private func randomWeights(of problem: RivalProblem, scale: Double, seed: UInt64)
    -> Matrix<Double>
  {
    let neurons = problem.whole.regressors.neurons
    let deviation = scale / Double(neurons).squareRoot()
    var weights = Matrix<Double>(rows: problem.local.count, columns: problem.regressors)
    for i in 0..<weights.rows where problem.isFitted[i] {
      let stream = RandomStream(
        seed: seed, purpose: .startingWeights, k: problem.local.lowerBound + i)
      for j in 0..<neurons { weights[i, j] = deviation * stream.normal(at: j) }
      if let own = problem.excluded(i) { weights[i, own] = 0 }
    }
    return weights
  }
}

extension Matrix<Double> {
  /// Missing entries become 0, all others are clamped to ±limit.
  fileprivate mutating func replaceMissing(clampedTo limit: Double) {
    var values = mutableElements
    for k in 0..<values.count {
      values[k] = values[k].isNaN ? 0 : max(-limit, min(limit, values[k]))
    }
  }
}
