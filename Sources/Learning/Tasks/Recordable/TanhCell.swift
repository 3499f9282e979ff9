internal import Differentiation
internal import RealModule

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

  /// Rates that a trial starts with are uniform below this in magnitude.
  ///
  /// Currents that leak start where tanh still bends: from rates near 1 they would take many steps.
  private var largestStart: Double {
    switch kind {
    case .rate: 1
    case .current: 0.5
    }
  }

  /// What a trial starts with: the leaking variable of every unit.
  ///
  /// Rates that differ widely between trials show a fit more directions of W than the task does.
  func start(_ numbers: inout TrialRandom) -> [Double] {
    (0..<units).map { _ in
      let rate = numbers.uniform(-largestStart...largestStart)
      switch kind {
      case .rate: return rate
      case .current: return Double.atanh(rate)
      }
    }
  }

  /// Uniform with the variance `2 / (rows + columns)`, for weights rows × columns.
  ///
  /// Reference: Glorot and Bengio, AISTATS 2010.
  private static func glorot(_ rows: Int, _ columns: Int) -> Initial {
    let bound = (6 / Double(rows + columns)).squareRoot()
    return .uniform(-bound...bound)
  }

  /// Weights of an input, at the start.
  ///
  /// A pulse of 1 has to outweigh what units get from each other where rates leak; 1,000 units with
  /// Glorot's weights, of deviation 0.05, learn to obey it by a rotation that outgrows all else. A
  /// pulse of 10 must not put units whose currents leak at ±1, where the fitted model differs most.
  private func inputWeights(_ inputs: Int) -> Initial {
    switch kind {
    case .rate: .normal(deviation: 1)
    case .current: Self.glorot(inputs, units)
    }
  }

  /// Records a step, with recurrent weights that start as small as many units need them.
  ///
  /// The channels are `z0`, the start, and `u`, the input; parameters `W`, `W_in`, `W_out`;
  /// outputs `activity` and `y`. Returns y.
  func record(_ r: Recorder, inputs: Int, outputs: Int) -> Expression {
    let w = r.parameter("W", units, units, Self.glorot(units, units))
    let input = r.parameter("W_in", inputs, units, inputWeights(inputs))
    let readout = r.parameter("W_out", units, outputs, Self.glorot(units, outputs))
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
