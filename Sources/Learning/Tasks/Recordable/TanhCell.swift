internal import Differentiation

/// A network of tanh units with one leak and no bias.
///
/// ```
/// rate:     r ← (1 − a) r + a tanh(r W + u W_in)
/// current:  x ← (1 − a) x + a (r W + u W_in),   r = tanh x
/// ```
/// and the output is `y = r W_out` of the new rates. Rows of W are presynaptic.
package struct TanhCell: Sendable, Equatable {
  /// What leaks.
  package enum Kind: String, CaseIterable, Sendable { case rate, current }

  /// What leaks, and of how many units.
  package let kind: Kind
  package let units: Int
  /// a, in (0, 1].
  package let leak: Double

  /// A cell of so many units.
  package init(_ kind: Kind, units: Int, leak: Double) {
    self.kind = kind
    self.units = units
    self.leak = leak
  }

  /// Standard deviation of the rates or currents that a trial starts with.
  static var startDeviation: Double { 0.1 }

  /// What a trial starts with: the leaking variable of every unit.
  func start(_ numbers: inout TrialRandom) -> [Double] {
    (0..<units).map { _ in Self.startDeviation * numbers.normal() }
  }

  /// Records a step, with weights that start normal: W with deviation `gain` / √units.
  ///
  /// The channels are `z0`, the start, and `u`, the input; parameters `W`, `W_in`, `W_out`;
  /// outputs `activity` and `y`. Returns y.
  func record(_ r: Recorder, inputs: Int, outputs: Int, gain: Double) -> Expression {
    let scale = 1 / Double(units).squareRoot()
    let w = r.parameter("W", units, units, .normal(deviation: gain * scale))
    let input = r.parameter("W_in", inputs, units, .normal(deviation: 1))
    let readout = r.parameter("W_out", units, outputs, .normal(deviation: scale))
    let z = r.state(startingAt: r.trialInput("z0", width: units))
    let u = r.input("u", width: inputs)
    let next: Expression
    let rates: Expression
    switch kind {
    case .rate:
      next = (1 - leak) * z + leak * tanh(z * w + u * input)
      rates = next
    case .current:
      next = (1 - leak) * z + leak * (tanh(z) * w + u * input)
      rates = tanh(next)
    }
    r.advance(z, to: next)
    let y = rates * readout
    r.output("activity", rates)
    r.output("y", y)
    return y
  }
}
