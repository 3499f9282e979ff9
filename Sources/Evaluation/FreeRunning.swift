package import Collectives
package import LinearAlgebra
package import Networks

/// A model that predicts the next frame, its neurons dealt to ranks.
package protocol FreeRunning<S>: ~Copyable {
  associatedtype S: Scalar & Transferable

  /// This rank's neurons.
  var local: Range<Int> { get }

  /// The rates one frame later: local × columns.
  ///
  /// `regressors` is (neurons, inputs, 1) × columns, the same on every rank.
  /// - Complexity: no communication.
  func next(after regressors: borrowing Matrix<S>) throws -> Matrix<S>
}

extension RateNetwork: FreeRunning {
  package func next(after regressors: borrowing Matrix<S>) -> Matrix<S> {
    var result = currents(at: regressors)
    leak(&result, from: regressors, local: local, alpha: alpha)
    return result
  }

  /// `W r + W_in u + b`: local × columns.
  private func currents(at regressors: borrowing Matrix<S>) -> Matrix<S> {
    var currents = Matrix<S>(rows: local.count, columns: regressors.columns)
    let inputs = inputWeights.columns
    do {
      var target = currents.mutableView
      multiply(weights.view, regressors.view.rows(0..<neurons), into: &target)
      if inputs > 0 {
        multiply(
          inputWeights.view, regressors.view.rows(neurons..<(neurons + inputs)), into: &target,
          keep: 1)
      }
    }
    for i in 0..<currents.rows {
      for k in 0..<currents.columns { currents[i, k] += bias[i] }
    }
    return currents
  }
}

/// `currents ← (1 − α) r + α tanh(currents)`, both this rank's neurons × columns.
package func leak<S: Scalar>(
  _ currents: inout Matrix<S>, from regressors: borrowing Matrix<S>, local: Range<Int>,
  alpha: [Double]
) {
  var elements = currents.mutableElements
  applyTanh(to: &elements)
  for i in 0..<currents.rows {
    let factor = S(alpha[i])
    for k in 0..<currents.columns {
      let now = regressors[local.lowerBound + i, k]
      currents[i, k] = (1 - factor) * now + factor * currents[i, k]
    }
  }
}

extension FreeRunning where Self: ~Copyable {
  /// Runs on from recorded frames, one column each, under the recorded inputs.
  ///
  /// `observe` is given the frames ahead, from 1 on, and the rates of this rank's neurons.
  ///
  /// - Complexity: `steps` predictions, and as many gathers of neurons × columns rates.
  /// - Collective: every rank of `group` must call it.
  func run(
    from starts: [Int], steps: Int, of observed: ObservedRates<S>,
    group: borrowing some RankGroup & ~Copyable,
    observe: (_ ahead: Int, _ rates: borrowing Matrix<S>) -> Void
  ) throws {
    var regressors = observed.regressors(at: starts[...])
    let counts = try group.gather(local.count * starts.count)
    for ahead in 1...max(1, steps) where steps > 0 {
      let rates = try next(after: regressors)
      observe(ahead, rates)
      guard ahead < steps else { return }
      var whole = [S](repeating: 0, count: observed.neurons * starts.count)
      var target = whole.mutableSpan
      try group.gather(rates.elements, into: &target, counts: counts)
      for i in 0..<observed.neurons {
        for k in starts.indices { regressors[i, k] = whole[i * starts.count + k] }
      }
      for i in 0..<observed.inputs.rows {
        for (k, start) in starts.enumerated() {
          regressors[observed.neurons + i, k] = observed.inputs[i, start + ahead]
        }
      }
    }
  }
}
