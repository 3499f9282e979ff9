internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// The solutions of a rank's subproblems, with what the form knows besides.
struct FoundSolutions<S: Scalar & Transferable> {
  let outcome: PanelOutcome<S>
  let ridgeRaise: Double
  let regressorProducts: SharedMatrix<Double>?
  /// See `Fit.productKernel`.
  let productKernel: ProductKernel?
}

/// All subproblems of this rank at one ridge.
struct WholeFit<S: Scalar & Transferable>: RidgeVisitor {
  let problem: FitProblem<S>
  var work: PanelWork
  let phases: Phases
  let restored: [PanelSolution<S>]
  let request: @Sendable () -> WorkRequest
  var synchronise: ([PanelSolution<S>]) throws -> Void
  var progress: @Sendable (Int) -> Void
  var found: FoundSolutions<S>?

  mutating func visit<F: SubproblemForm & ~Copyable>(
    _ form: borrowing F, group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool where F.S == S {
    found = FoundSolutions(
      outcome: try work.runInRounds(
        problem.recording, form: form, restored: restored, group: group, phases: phases,
        request: request, synchronise: synchronise, progress: progress),
      ridgeRaise: form.ridgeRaise, regressorProducts: form.regressorProducts,
      productKernel: form.productKernel)
    return false
  }
}
