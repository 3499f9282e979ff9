internal import Collectives
internal import LinearAlgebra

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
  package init<M: FreeRunning & ~Copyable>(
    of network: borrowing M, against linear: borrowing LinearModel<M.S>,
    on observed: ObservedRates<M.S>
  ) throws {
    let frames = observed.transitions(in: observed.heldOutFrames)
    var sums = [Tally](repeating: Tally(), count: observed.local.count)
    for lower in stride(from: 0, to: frames.count, by: Self.framesAtOnce) {
      let part = frames[lower..<min(lower + Self.framesAtOnce, frames.count)]
      let regressors = observed.regressors(at: part)
      let model = try network.next(after: regressors)
      let increments = linear.increments(from: regressors)
      for (i, neuron) in observed.local.enumerated() where observed.isScored[i] {
        for (k, t) in part.enumerated() {
          let next = Double(observed.rates.matrix[neuron, t + 1])
          guard !next.isNaN else { continue }
          let now = Double(observed.rates.matrix[neuron, t])
          sums[i].add(
            next, model: Double(model[i, k]), persistence: now, linear: now + increments[i, k])
        }
      }
    }
    self.init(
      mse: sums.map { $0.model / $0.count }, persistence: sums.map { $0.persistence / $0.count },
      linear: sums.map { $0.linear / $0.count }, r2: sums.map { 1 - $0.model / $0.spread },
      transitions: frames.count)
  }

  /// Transitions predicted by one product.
  private static var framesAtOnce: Int { 512 }
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

/// The mean squared one-step errors of this rank's neurons over the held-out transitions;
/// NaN where a neuron is not scored.
package func heldOutErrors<M: FreeRunning & ~Copyable>(
  of model: borrowing M, on observed: ObservedRates<M.S>
) throws -> [Double] {
  let frames = observed.transitions(in: observed.heldOutFrames)
  var sums = [Double](repeating: 0, count: observed.local.count)
  var counts = sums
  for lower in stride(from: 0, to: frames.count, by: 512) {
    let part = frames[lower..<min(lower + 512, frames.count)]
    let predicted = try model.next(after: observed.regressors(at: part))
    for (i, neuron) in observed.local.enumerated() where observed.isScored[i] {
      for (k, t) in part.enumerated() {
        let error = Double(predicted[i, k]) - Double(observed.rates.matrix[neuron, t + 1])
        guard !error.isNaN else { continue }
        sums[i] += error * error
        counts[i] += 1
      }
    }
  }
  return zip(sums, counts).map { $0 / $1 }
}
