package import LinearAlgebra

/// The interpreter of reverse mode: the gradient of the loss through all steps.
///
/// Every step's values are kept, so memory grows with the number of steps; one backward
/// sweep costs about twice the forward one, whatever the number of parameters.
package struct Tape<S: Scalar>: ~Copyable {
  package let program: Program
  /// One layout a step, all with the same parameters.
  private let frames: [ValueLayout]
  /// Adjoints of one step's registers, and of the parameters.
  private let adjoints: [Slot]
  private let gradients: [Slot]
  private let carried: [Slot]
  /// The storage of all steps' values, and of their adjoints.
  package private(set) var arena: Arena<S>

  /// A tape of at most `steps` steps.
  package init(_ program: Program, rows: Int, steps: Int) {
    self.program = program
    var plan = ArenaPlan()
    let parameters = program.parameters.map { plan.reserve(rows: $0.rows, columns: $0.columns) }
    frames = (0..<steps).map { _ in
      ValueLayout(program, rows: rows, parameters: parameters, in: &plan)
    }
    adjoints = program.widths.map { plan.reserve(rows: rows, columns: $0) }
    gradients = program.parameters.map { plan.reserve(rows: $0.rows, columns: $0.columns) }
    carried = program.states.map { plan.reserve(rows: rows, columns: $0.width) }
    arena = Arena(plan)
  }

  /// Numbers that a tape of so many steps takes for a trial, beside the parameters and their gradients.
  package static func numbers(ofTrial program: Program, steps: Int) -> Int {
    steps * ValueLayout.numbers(ofTrial: program) + program.widths.reduce(0, +)
      + program.states.reduce(0) { $0 + $1.width }
  }

  /// Runs forwards and backwards.
  ///
  /// `gradient` receives ∂L/∂θ of these trials' share, 0 for fixed parameters. `tick` is called
  /// after each step in either direction; if it throws, `gradient` is as it was.
  ///
  /// - Returns: these trials' share of the loss.
  package mutating func run(
    _ trials: Trials<S>, parameters: [Double], gradient: inout [Double],
    tick: () throws -> Void
  ) rethrows -> Double {
    precondition(trials.steps <= frames.count, "\(trials.steps) steps, tape of \(frames.count)")
    arena.load(parameters: parameters, frames[0])
    var loss = 0.0
    arena.start(trials, frames[0])
    for t in 0..<trials.steps {
      if t > 0 {
        for state in program.states {
          arena.copy(frames[t - 1][state.next], to: frames[t][state.current])
        }
      }
      arena.step(t, trials, frames[t])
      if trials.stepWeights[t] > 0 {
        loss += arena.evaluateLosses(
          weight: trials.stepWeights[t], batch: trials.batch, frames[t])
      }
      try tick()
    }
    for slot in gradients { arena.clear(slot) }
    for slot in carried { arena.clear(slot) }
    for t in (0..<trials.steps).reversed() {
      sweepStep(frames[t], hasLoss: trials.stepWeights[t] > 0)
      try tick()
    }
    sweepStart()
    collect(&gradient)
    return loss
  }

  /// Runs forwards and backwards, without a tick.
  package mutating func run(
    _ trials: Trials<S>, parameters: [Double], gradient: inout [Double]
  ) -> Double {
    run(trials, parameters: parameters, gradient: &gradient, tick: {})
  }

  /// The same with the loss and then its gradient in one list, as ranks add them up.
  package mutating func packedRun(
    _ trials: Trials<S>, parameters: [Double], tick: () throws -> Void
  ) rethrows -> [Double] {
    var gradient = [Double](repeating: 0, count: parameters.count)
    let loss = try run(trials, parameters: parameters, gradient: &gradient, tick: tick)
    return [loss] + gradient
  }

  /// Backwards through one step: `carried` holds the adjoints of the next states.
  private mutating func sweepStep(_ frame: ValueLayout, hasLoss: Bool) {
    for slot in adjoints { arena.clear(slot) }
    for (state, slot) in zip(program.states, carried) {
      arena.addColumns(
        of: slot, from: 0, width: slot.columns, scale: 1, to: self[state.next], at: 0,
        keep: true)
    }
    if hasLoss {
      for (loss, slots) in zip(program.losses, frame.losses) {
        // factor ∘ residual is ∂L/∂y for both kinds of loss.
        arena.modulate(slots.residual, by: slots.factor, into: self[loss.output], keep: true)
      }
    }
    for operation in program.step.reversed() { sweep(operation, frame) }
    for (state, slot) in zip(program.states, carried) {
      arena.copy(self[state.current], to: slot)
    }
  }

  private mutating func sweepStart() {
    for slot in adjoints { arena.clear(slot) }
    for (state, slot) in zip(program.states, carried) {
      arena.copy(slot, to: self[state.initial])
    }
    for operation in program.start.reversed() { sweep(operation, frames[0]) }
  }

  private subscript(register: Register) -> Slot { adjoints[register.index] }

  private mutating func sweep(_ operation: Operation, _ frame: ValueLayout) {
    switch operation {
    case .linear(let out, let terms):
      for term in terms { sweep(term, self[out], frame) }
    case .map(let out, _, let x):
      guard let slope = frame.slopes[out.index] else { return }
      arena.modulate(self[out], by: slope, into: self[x], keep: true)
    case .product(let out, let x, let y):
      arena.modulate(self[out], by: frame[y], into: self[x], keep: true)
      arena.modulate(self[out], by: frame[x], into: self[y], keep: true)
    }
  }

  private mutating func sweep(_ term: Term, _ adjoint: Slot, _ frame: ValueLayout) {
    switch term {
    case .columns(let x, let from, let width, let at, let scale):
      arena.addColumns(
        of: adjoint, from: at, width: width, scale: S(scale), to: self[x], at: from, keep: true)
    case .product(let x, let p, let scale):
      arena.multiply(
        adjoint, frame.parameters[p.index], transposeB: true, into: self[x], scale: S(scale),
        keep: true)
      guard !program.parameters[p.index].isFixed else { return }
      arena.multiply(
        frame[x], transposeA: true, adjoint, into: gradients[p.index], scale: S(scale),
        keep: true)
    case .bias(let p, let scale):
      arena.addColumnSums(of: adjoint, scale: S(scale), into: gradients[p.index])
    }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func collect(_ gradient: inout [Double]) {
    for (parameter, slot) in zip(program.parameters, gradients) {
      let values = arena.elements(slot)
      for (i, j) in parameter.range.enumerated() {
        gradient[j] = parameter.isFixed ? 0 : Double(values[i])
      }
    }
  }
}
