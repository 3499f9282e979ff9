package import Collectives
internal import LinearAlgebra
internal import Statistics

/// One-step prediction errors of this rank's neurons over held-out transitions; NaN where a
/// neuron is not scored.
package struct OneStepScores: Sendable {
  /// Mean squared error of r[t+1] predicted by the network, in squared rates.
  package var mse: [Double]
  /// The same of r[t+1] = r[t].
  package var persistence: [Double]
  /// The same of the linear model.
  package var linear: [Double]
  /// The same of each neuron's mean over the fitted frames.
  package var mean: [Double]
  /// `1 − mse / variance`.
  package var r2: [Double]
  /// How many transitions there were.
  package var transitions: Int

  /// `1 − mse / persistence`.
  package var skill: [Double] { zip(mse, persistence).map { 1 - $0 / $1 } }

  /// Predicts every held-out transition from the recorded frame before it.
  ///
  /// - Complexity: 4 N² flops a transition over all ranks.
  /// - Collective: every rank of `group` must call it.
  package init<M: FreeRunning & ~Copyable>(
    of network: borrowing M, against linear: borrowing LinearModel<M.S>,
    on observed: ObservedRates<M.S>, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let frames = observed.transitions(in: observed.heldOutFrames)
    var sums = [Tally](repeating: Tally(), count: observed.local.count)
    for part in blocks(of: frames[...]) {
      let now = observed.ownRates(at: part)
      let inputs = observed.inputs(at: part)
      let model = try network.next(after: now, inputs: inputs, group: group)
      let line = try linear.next(after: now, inputs: inputs, group: group)
      let truth = observed.ownRates(at: part.map { $0 + 1 }[...])
      for i in sums.indices where observed.isScored[i] {
        for k in 0..<part.count where !truth[i, k].isNaN {
          sums[i].add(
            Double(truth[i, k]), model: Double(model[i, k]), persistence: Double(now[i, k]),
            linear: Double(line[i, k]))
        }
      }
    }
    mse = sums.map { $0.model / $0.count }
    persistence = sums.map { $0.persistence / $0.count }
    self.linear = sums.map { $0.linear / $0.count }
    mean = observed.meanErrors()
    r2 = sums.map { 1 - $0.model / $0.spread }
    transitions = frames.count
  }
}

/// The running sums of one neuron.
private struct Tally {
  var model = 0.0
  var persistence = 0.0
  var linear = 0.0
  private var next = Moments()

  var count: Double { next.count }
  /// Sum of squared deviations from the mean.
  var spread: Double { next.squares }

  mutating func add(_ next: Double, model: Double, persistence: Double, linear: Double) {
    self.model += (next - model) * (next - model)
    self.persistence += (next - persistence) * (next - persistence)
    self.linear += (next - linear) * (next - linear)
    self.next.add(next)
  }
}

/// The mean squared one-step errors of this rank's neurons over the held-out transitions;
/// NaN where a neuron is not scored.
///
/// - Collective: every rank of `group` must call it.
package func heldOutErrors<M: FreeRunning & ~Copyable>(
  of model: borrowing M, on observed: ObservedRates<M.S>,
  group: borrowing some RankGroup & ~Copyable
) throws -> [Double] {
  var errors = SquaredErrors(neurons: observed.local.count)
  for part in blocks(of: observed.transitions(in: observed.heldOutFrames)[...]) {
    let predicted = try model.next(
      after: observed.ownRates(at: part), inputs: observed.inputs(at: part), group: group)
    errors.add(predicted, truth: observed.ownRates(at: part.map { $0 + 1 }[...]))
  }
  return zip(errors.means, observed.isScored).map { $1 ? $0 : .nan }
}
