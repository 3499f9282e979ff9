package import Collectives
package import LinearAlgebra
package import Networks

/// A free run that perturbations are held against, and what their derivatives need of it.
package struct ReferenceRun: ~Copyable {
  /// Local × frames: the rates at frames 0...steps.
  let rates: Matrix<Double>
  /// Local × steps: `α (1 − tanh²)` of the currents in each step.
  let gains: Matrix<Double>
  /// Inputs × steps, the same on every rank.
  let inputs: Matrix<Double>

  /// Frames ahead.
  package var steps: Int { gains.columns }

  /// Runs a network from the rates of all neurons under inputs × steps, the same on every rank.
  ///
  /// - Complexity: 2 N² flops a step over all ranks, and a gather of N numbers.
  /// - Collective: every rank of `group` must call it.
  package init(
    of network: borrowing RateNetwork<Double>, from start: [Double],
    inputs: consuming Matrix<Double>, steps: Int, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let local = network.local
    var rates = Matrix<Double>(rows: local.count, columns: steps + 1)
    try network.simulate(from: start, steps: steps, inputs: inputs, threads: 1, group: group) {
      for i in $1.indices { rates[i, $0] = $1[i] }
    }
    var gains = Matrix<Double>(rows: local.count, columns: steps)
    for (i, alpha) in network.alpha.enumerated() {
      for t in 0..<steps {
        // The step itself says what tanh was: r[t+1] = (1 − α) r[t] + α tanh.
        let tanh = (rates[i, t + 1] - (1 - alpha) * rates[i, t]) / alpha
        gains[i, t] = alpha * (1 - tanh * tanh)
      }
    }
    self.rates = rates
    self.gains = gains
    self.inputs = inputs
  }
}
