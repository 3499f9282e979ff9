package import LinearAlgebra

/// A network run forwards without derivatives: simulation, scores, held-out losses.
package struct Rollout<S: Scalar>: ~Copyable {
  package let layout: ValueLayout
  package private(set) var arena: Arena<S>

  /// A rollout of `rows` trials at a time.
  package init(_ program: Program, rows: Int) {
    var plan = ArenaPlan()
    layout = ValueLayout(program, rows: rows, withSlopes: false, in: &plan)
    arena = Arena(plan)
  }

  /// Takes over parameters.
  package mutating func load(parameters: [Double]) { arena.load(parameters: parameters, layout) }

  /// Runs the trials and returns these trials' share of the loss.
  ///
  /// `visit` sees the values of every step (`arena.elements(layout[register])`).
  package mutating func run(
    _ trials: Trials<S>, visit: (Int, borrowing Arena<S>) throws -> Void
  ) rethrows -> Double {
    var loss = 0.0
    begin(trials)
    for t in 0..<trials.steps {
      loss += step(t, trials)
      try visit(t, arena)
      advance()
    }
    return loss
  }

  /// Runs the trials and returns these trials' share of the loss.
  package mutating func run(_ trials: Trials<S>) -> Double { run(trials) { _, _ in } }

  // MARK: - Step by step

  /// Starts the trials.
  package mutating func begin(_ trials: Trials<S>) { arena.start(trials, layout) }

  /// Runs one step and returns its share of the loss.
  package mutating func step(_ t: Int, _ trials: Trials<S>) -> Double {
    arena.step(t, trials, layout)
    guard trials.stepWeights[t] > 0 else { return 0 }
    return arena.evaluateLosses(weight: trials.stepWeights[t], batch: trials.batch, layout)
  }

  /// Moves the states on.
  package mutating func advance() { arena.advance(layout) }

  /// A copy of a register's values.
  package func values(_ register: Register) -> Matrix<Double> {
    arena.view(layout[register]).copy().converted(to: Double.self)
  }

  /// Replaces one parameter while the network runs.
  package mutating func replace(parameter index: Int, by values: borrowing Matrix<Double>) {
    let source = values.elements
    var target = arena.mutableElements(layout.parameters[index])
    for i in 0..<target.count { target[i] = S(source[i]) }
  }
}
