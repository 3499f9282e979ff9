/// Records a program: a task writes its network and loss once, as formulas.
///
/// ```swift
/// let r = Recorder()
/// let w = r.parameter("W", 64, 64, .normal(deviation: 0.1))
/// let z = r.state(startingAt: r.trialInput("z0", width: 64))
/// r.advance(z, to: tanh(z * w))
/// r.squaredError(z, r.input("target", width: 64))
/// let program = r.finish()
/// ```
/// What is computed from trial inputs belongs to the start, what is computed from
/// states and inputs to the step; mixing the two is refused.
package final class Recorder {
  private enum Section { case start, step }

  private(set) var parameters: [Parameter] = []
  private(set) var widths: [Int] = []
  private var sections: [Section] = []
  private var channels: [Channel] = []
  private var states: [State] = []
  private var advanced: Set<Register> = []
  private var losses: [Loss] = []
  private var outputs: [String: Register] = [:]
  private var start: [Operation] = []
  private var step: [Operation] = []
  private var section = Section.step

  package init() {}

  // MARK: - Parameters and data

  /// A parameter tensor; a fixed one carries no tangents and never changes.
  ///
  /// Updates are clipped to the bounds.
  package func parameter(
    _ name: String, _ rows: Int, _ columns: Int, _ initial: Initial, fixed: Bool = false,
    bounds: ClosedRange<Double>? = nil
  ) -> ParameterHandle {
    precondition(!parameters.contains { $0.name == name }, "two parameters \(name)")
    let first = parameters.last.map { $0.range.upperBound } ?? 0
    parameters.append(
      Parameter(
        name: name, rows: rows, columns: columns, initial: initial, isFixed: fixed,
        bounds: bounds, range: first..<(first + rows * columns)))
    return ParameterHandle(recorder: self, id: ParameterID(index: parameters.count - 1))
  }

  /// Data of every trial and step.
  package func input(_ name: String, width: Int) -> Expression {
    channel(name, width, isPerStep: true)
  }

  /// Data of every trial, known when it starts.
  package func trialInput(_ name: String, width: Int) -> Expression {
    channel(name, width, isPerStep: false)
  }

  private func channel(_ name: String, _ width: Int, isPerStep: Bool) -> Expression {
    precondition(!channels.contains { $0.name == name }, "two channels \(name)")
    let register = newRegister(width, isPerStep ? .step : .start)
    channels.append(
      Channel(name: name, width: width, isPerStep: isPerStep, register: register))
    return Expression(self, register)
  }

  // MARK: - States

  /// A state, from what it starts as.
  package func state(startingAt initial: Expression) -> Expression {
    section = .start
    let first = fresh(initial)
    section = .step
    precondition(sections[first.index] == .start, "a state starts from trial inputs only")
    let current = newRegister(initial.width, .step)
    states.append(State(width: initial.width, initial: first, current: current, next: current))
    return Expression(self, current)
  }

  /// Says what the step makes of a state.
  package func advance(_ state: Expression, to next: Expression) {
    guard let index = states.firstIndex(where: { $0.current == state.evaluated }) else {
      preconditionFailure("only a state can be advanced")
    }
    precondition(next.width == state.width, "widths \(next.width) and \(state.width)")
    precondition(advanced.insert(state.evaluated).inserted, "a state is advanced twice")
    states[index].next = fresh(next)
  }

  /// A register that an operation writes and that no state owns.
  private func fresh(_ expression: Expression) -> Register {
    let register = expression.evaluated
    let isComputed = (start + step).contains { $0.output == register }
    let isTaken = states.contains { $0.next == register || $0.initial == register }
    if isComputed && !isTaken { return register }
    let copy = Term.columns(
      of: register, from: 0, width: expression.width, at: 0, scale: 1)
    return append(width: expression.width, inputs: [register]) { .linear($0, [copy]) }
  }

  // MARK: - Results

  /// Adds `Σ_t w_t mean_{b, d} weight (y − target)²` to the loss.
  package func squaredError(_ y: Expression, _ target: Expression, weight: Expression? = nil) {
    addLoss(.squaredError, y, target, weight)
  }

  /// Adds `−Σ_t w_t mean_b weight Σ_d target log softmax(y)` to the loss.
  package func crossEntropy(_ y: Expression, _ target: Expression, weight: Expression? = nil) {
    precondition(weight.map { $0.width == 1 } ?? true, "cross-entropy takes one weight a trial")
    addLoss(.crossEntropy, y, target, weight)
  }

  private func addLoss(
    _ kind: Loss.Kind, _ y: Expression, _ target: Expression, _ weight: Expression?
  ) {
    precondition(y.width == target.width, "output \(y.width), target \(target.width)")
    precondition(
      weight.map { $0.width == 1 || $0.width == y.width } ?? true, "a weight is 1 or \(y.width)")
    losses.append(
      Loss(
        kind: kind, output: y.evaluated, target: target.evaluated, weight: weight?.evaluated))
  }

  /// Makes a value known by name.
  package func output(_ name: String, _ value: Expression) { outputs[name] = value.evaluated }

  /// The recorded program.
  package func finish() -> Program {
    precondition(advanced.count == states.count, "every state must be advanced")
    return Program(
      parameters: parameters, channels: channels, states: states, losses: losses,
      widths: widths, start: start, step: step, outputs: outputs)
  }

  // MARK: - Registers

  private func newRegister(_ width: Int, _ section: Section) -> Register {
    precondition(width > 0, "a value has at least one column")
    widths.append(width)
    sections.append(section)
    return Register(index: widths.count - 1)
  }

  /// Appends an operation to the section of its inputs and returns what it writes.
  func append(
    width: Int, inputs: [Register], _ operation: (Register) -> Operation
  ) -> Register {
    let found = inputs.first.map { sections[$0.index] } ?? section
    precondition(
      inputs.allSatisfy { sections[$0.index] == found },
      "trial inputs are known at the start only: carry them in a state")
    let register = newRegister(width, found)
    switch found {
    case .start: start.append(operation(register))
    case .step: step.append(operation(register))
    }
    return register
  }
}
