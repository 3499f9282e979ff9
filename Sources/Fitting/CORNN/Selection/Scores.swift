package import LinearAlgebra

/// The held-out one-step errors of one neuron.
package struct NeuronScore: Sendable {
  /// Mean squared errors of the network, and of r[t+1] = r[t].
  package let mse: Double
  package let persistence: Double
  let variance: Double
  /// Mean absolute errors.
  let magnitude: Double
  let persistenceMagnitude: Double
}

extension NeuronScore {
  /// The errors over `transitions`, for each of which `drive` is `tanh s`.
  @specialized(where S == Double)
  @specialized(where S == Float)
  package init<S: Scalar>(
    rates: Span<S>, transitions: Transitions, alpha: Double, drive: Span<S>
  ) {
    var squares = (model: 0.0, persistence: 0.0)
    var magnitude = (model: 0.0, persistence: 0.0)
    var count = 0.0
    var mean = 0.0
    var spread = 0.0
    for (i, t) in transitions.frames.enumerated() where !rates[t + 1].isNaN {
      let now = Double(rates[t])
      let next = Double(rates[t + 1])
      let model = (1 - alpha) * now + alpha * Double(drive[i]) - next
      squares.model += model * model
      squares.persistence += (now - next) * (now - next)
      magnitude.model += abs(model)
      magnitude.persistence += abs(now - next)
      count += 1
      let difference = next - mean
      mean += difference / count
      spread += difference * (next - mean)
    }
    func average(_ sum: Double) -> Double { count > 0 ? sum / count : .nan }
    self.init(
      mse: average(squares.model), persistence: average(squares.persistence),
      variance: average(spread),
      magnitude: average(magnitude.model), persistenceMagnitude: average(magnitude.persistence))
  }
}

/// Held-out one-step scores of this rank's neurons; NaN where a neuron was not fitted.
package struct Scores: Sendable {
  /// Mean squared error of r[t+1], in squared rates.
  package var mse: [Double]
  /// The same of the prediction r[t+1] = r[t].
  package var persistence: [Double]
  /// `1 − mse / variance`; high for any slow signal.
  package var r2: [Double]
  /// `1 − mse / persistence`: what the network adds to persistence.
  package var skill: [Double] {
    zip(mse, persistence).map { 1 - $0 / $1 }
  }
}
