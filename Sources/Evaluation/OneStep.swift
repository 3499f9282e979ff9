internal import Collectives
internal import LinearAlgebra
package import Networks

/// One-step prediction errors of this rank's neurons over held-out transitions; NaN where a
/// neuron is not scored.
package struct OneStepScores: Sendable {
  /// Mean squared error of r[t+1] predicted by the network, in squared rates.
  package var mse: [Double]
  /// The same of r[t+1] = r[t].
  package var persistence: [Double]
  /// The same of the linear model.
  package var linear: [Double]
  /// `1 − mse / variance`.
  package var r2: [Double]
  /// How many transitions there were.
  package var transitions: Int

  /// Scores that are known already, as a model file holds them.
  package init(
    mse: [Double], persistence: [Double], linear: [Double], r2: [Double], transitions: Int
  ) {
    self.mse = mse
    self.persistence = persistence
    self.linear = linear
    self.r2 = r2
    self.transitions = transitions
  }

  /// `1 − mse / persistence`.
  package var skill: [Double] { zip(mse, persistence).map { 1 - $0 / $1 } }

  /// Predicts every held-out transition from the recorded frame before it.
  ///
  /// - Complexity: 4 N² flops a transition over all ranks; no communication.
  package init<S>(
    of network: borrowing RateNetwork<S>, against linear: borrowing LinearModel<S>,
    on observed: borrowing ObservedRates<S>
  ) {
    let frames = observed.transitions(in: observed.heldOutFrames)
    var sums = [Tally](repeating: Tally(), count: network.local.count)
    for lower in stride(from: 0, to: frames.count, by: LinearModel<S>.blockLength) {
      let part = frames[lower..<min(lower + LinearModel<S>.blockLength, frames.count)]
      let drive = network.drive(on: observed, at: part)
      let increments = linear.predictedIncrements(observed, at: part)
      for (i, neuron) in network.local.enumerated() where observed.isScored[i] {
        for (k, t) in part.enumerated() {
          let next = Double(observed.rates.matrix[neuron, t + 1])
          guard !next.isNaN else { continue }
          let now = Double(observed.rates.matrix[neuron, t])
          let alpha = network.alpha[i]
          sums[i].add(
            next, model: (1 - alpha) * now + alpha * Double(drive[i, k]), persistence: now,
            linear: now + Double(increments[i, k]))
        }
      }
    }
    self.init(
      mse: sums.map { $0.model / $0.count }, persistence: sums.map { $0.persistence / $0.count },
      linear: sums.map { $0.linear / $0.count }, r2: sums.map { 1 - $0.model / $0.spread },
      transitions: frames.count)
  }
}

/// The running sums of one neuron.
private struct Tally {
  var model = 0.0
  var persistence = 0.0
  var linear = 0.0
  var count = 0.0
  /// Sum of squared deviations from the mean, by Welford's recursion.
  var spread = 0.0
  private var mean = 0.0

  mutating func add(_ next: Double, model: Double, persistence: Double, linear: Double) {
    self.model += (next - model) * (next - model)
    self.persistence += (next - persistence) * (next - persistence)
    self.linear += (next - linear) * (next - linear)
    count += 1
    let difference = next - mean
    mean += difference / count
    spread += difference * (next - mean)
  }
}

extension RateNetwork {
  /// `tanh(W r + W_in u + b)` at recorded frames: local × frames.
  fileprivate func drive(
    on observed: borrowing ObservedRates<S>, at frames: ArraySlice<Int>
  ) -> Matrix<S> {
    let state = observed.regressors(rows: 0..<neurons, at: frames)
    var currents = product(weights, state)
    for i in 0..<currents.rows {
      for (k, t) in frames.enumerated() {
        var extra = bias[i]
        for m in 0..<inputWeights.columns { extra += inputWeights[i, m] * observed.inputs[m, t] }
        currents[i, k] += extra
      }
    }
    var elements = currents.mutableElements
    applyTanh(to: &elements)
    return currents
  }
}
