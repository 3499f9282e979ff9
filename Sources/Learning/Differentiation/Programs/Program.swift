/// A value of the step: a batch×width matrix with one row a trial.
package struct Register: Hashable, Sendable {
  package let index: Int
}

/// A parameter tensor of a program.
package struct ParameterID: Hashable, Sendable {
  package let index: Int

  package init(index: Int) { self.index = index }
}

/// One summand of a linear operation.
package enum Term: Hashable, Sendable {
  /// `scale · x[:, from ..< from + width]`, added to the columns from `at`.
  case columns(of: Register, from: Int, width: Int, at: Int, scale: Double)
  /// `scale · x P`, P a parameter; fills all columns.
  case product(Register, ParameterID, scale: Double)
  /// `scale · p` in every row, p a 1×width parameter; fills all columns.
  case bias(ParameterID, scale: Double)
}

/// One operation; it writes a register that nothing else writes.
package enum Operation: Hashable, Sendable {
  /// The sum of the terms.
  case linear(Register, [Term])
  /// An elementwise function.
  case map(Register, Function, of: Register)
  /// The elementwise product.
  case product(Register, Register, Register)

  /// The register it writes.
  package var output: Register {
    switch self {
    case .linear(let out, _), .map(let out, _, _), .product(let out, _, _): out
    }
  }

  /// The registers it reads.
  package var inputs: [Register] {
    switch self {
    case .linear(_, let terms):
      terms.compactMap {
        switch $0 {
        case .columns(let x, _, _, _, _), .product(let x, _, _): x
        case .bias: nil
        }
      }
    case .map(_, _, let x): [x]
    case .product(_, let x, let y): [x, y]
    }
  }
}

/// Data that the trials bring.
package struct Channel: Sendable {
  package let name: String
  package let width: Int
  /// One row a trial and step, or one row a trial, known at the start only.
  package let isPerStep: Bool
  package let register: Register
}

/// A value carried from step to step.
package struct State: Sendable {
  package let width: Int
  /// What it starts as, computed by the start section.
  package let initial: Register
  /// Its value during the step.
  package let current: Register
  /// What the step makes of it.
  package var next: Register
}

/// A term of the loss, evaluated at every step with the step's weight.
package struct Loss: Sendable {
  package enum Kind: Sendable { case squaredError, crossEntropy }
  package let kind: Kind
  package let output: Register
  package let target: Register
  /// Weights of width 1 or of the output's width, for each trial and step.
  package let weight: Register?
}

/// A network, how it starts, one step of it, and its loss: recorded once, run by three
/// interpreters (values, batched tangents, tape).
///
/// `Recorder` makes it. The loss of a run is
/// ```
/// L = Σ_t w_t Σ_losses mean_{b, d} weight (y − y*)²      (squared error)
///     Σ_t w_t Σ_losses mean_b −weight Σ_d y* log softmax(y)   (cross-entropy)
/// ```
package struct Program: Sendable {
  package let parameters: [Parameter]
  package let channels: [Channel]
  package let states: [State]
  package let losses: [Loss]
  package let widths: [Int]
  package let start: [Operation]
  package let step: [Operation]
  /// Registers the step makes known by name, for simulation and scores.
  package let outputs: [String: Register]

  /// The width of a register.
  package func width(_ register: Register) -> Int { widths[register.index] }

  /// Numbers in all parameters, fixed ones included.
  package var parameterCount: Int { parameters.last.map { $0.range.upperBound } ?? 0 }

  /// Numbers that training may change.
  package var freeParameterCount: Int {
    parameters.filter { !$0.isFixed }.reduce(0) { $0 + $1.count }
  }

  /// Output numbers a trial and step that enter the loss.
  package var lossWidth: Int { losses.reduce(0) { $0 + width($1.output) } }

  /// The index of a channel by name.
  package func channel(_ name: String) -> Int {
    guard let index = channels.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("no channel \(name) among \(channels.map(\.name))")
    }
    return index
  }

  /// A parameter by name.
  package func parameter(_ name: String) -> ParameterID {
    guard let index = parameters.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("no parameter \(name) among \(parameters.map(\.name))")
    }
    return ParameterID(index: index)
  }
}
