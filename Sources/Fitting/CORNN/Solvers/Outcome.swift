/// How the solution of one neuron's subproblem ended.
package enum Outcome: Int, Sendable, CaseIterable {
  /// The optimality residual fell below the tolerance.
  case converged = 0
  /// No step of the working precision improves the objective any more.
  case stalled = 1
  /// The iterations ran out first; raise `--iterations` or `--tolerance`.
  case iterationLimit = 2
  /// The neuron is constant or has no valid transition; its row of W is zero.
  case skipped = 3
}
