internal import Collectives
internal import LinearAlgebra

/// One of the forms in which the subproblems are solved: its products, as a solver sees it, and
/// what a fit asks besides.
protocol SubproblemForm<S>: PanelProducts, ~Copyable {
  /// By how much the ridge of the preconditioner was raised, where rounding left no factor at
  /// that of the problem; the solution is the same, after more iterations.
  var ridgeRaise: Double { get }

  /// Solves a panel, from earlier solutions if given.
  func solve(
    _ panel: inout Panel<S>, with solver: any PanelSolver, from earlier: PanelSolution<S>?,
    isAbandoned: () -> Bool
  ) -> [Double]?

  /// The currents `X θ` of the held-out transitions, a row for each of `neurons` (local
  /// indices).
  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S>
}

extension SubproblemForm where Self: ~Copyable {
  var ridgeRaise: Double { 1 }

  func solve(
    _ panel: inout Panel<S>, with solver: any PanelSolver, from earlier: PanelSolution<S>?,
    isAbandoned: () -> Bool
  ) -> [Double]? {
    solver.solve(&panel, form: self, from: earlier, isAbandoned: isAbandoned)
  }
}
