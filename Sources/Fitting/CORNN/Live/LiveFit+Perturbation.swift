package import Collectives
internal import LinearAlgebra
private import Glibc

extension LiveFit {
  /// The derivative of `Σ_i weight_i r_i` at the end of a forecast by the rates at its beginning,
  /// of all neurons; those that are not fitted do not count.
  ///
  /// `λ ← (1 − α) λ + Wᵀ α φ' λ` backwards, with `φ' = 1 − tanh²` of the forecast's own currents.
  /// `frames` are the present rates and those of the forecast.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: 2 N² flops a frame over all ranks (dual: 4 T N); a sum of M numbers.
  /// - Collective: every rank of `group` must call it.
  package func sensitivity(
    of weights: [Double], along frames: [[Double]], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    let first = problem.local.lowerBound
    var adjoint = weights
    for k in (0..<max(0, frames.count - 1)).reversed() {
      var forces = [Double](repeating: 0, count: alpha.count)
      for i in fitted {
        // tanh of the current, from the two frames between which it acts.
        let tanh = (frames[k + 1][first + i] - (1 - alpha[i]) * frames[k][first + i]) / alpha[i]
        forces[i] = alpha[i] * (1 - tanh * tanh) * adjoint[first + i]
      }
      var sum = Array(form.pulledBack(forces).prefix(problem.neurons))
      for i in fitted { sum[first + i] += (1 - alpha[i]) * adjoint[first + i] }
      try group.sum(&sum)
      adjoint = sum
    }
    return adjoint
  }

  /// Rates of all neurons 1, 2, … `frames` ahead after the rates of some neurons were moved, one
  /// neuron a candidate: frames of neurons × candidates, in the order of rows.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: 2 N² flops a frame and candidate over all ranks (dual: 4 T N).
  /// - Collective: every rank of `group` must call it.
  package func forecasts(
    from regressors: [Double], moving candidates: [Int], by amplitude: Double, frames: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [[Double]] {
    let (first, count) = (problem.local.lowerBound, candidates.count)
    var x = Matrix<Double>(rows: problem.regressors, columns: count)
    for j in 0..<x.rows {
      for k in 0..<count { x[j, k] = regressors[j] }
    }
    for (k, neuron) in candidates.enumerated() { x[neuron, k] += amplitude }
    var all: [[Double]] = []
    for _ in 0..<frames {
      let currents = form.currents(ofBlock: x)
      var own = [Double](repeating: 0, count: alpha.count * count)
      for i in alpha.indices {
        for k in 0..<count {
          own[i * count + k] =
            (1 - alpha[i]) * x[first + i, k] + alpha[i] * Glibc.tanh(currents[i, k])
        }
      }
      let rates = try group.gather(own)
      for i in 0..<problem.neurons {
        for k in 0..<count { x[i, k] = rates[i * count + k] }
      }
      all.append(rates)
    }
    return all
  }
}
