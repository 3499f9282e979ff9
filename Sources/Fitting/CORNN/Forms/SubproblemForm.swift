internal import Collectives
internal import LinearAlgebra

/// One of the forms in which the subproblems are solved, as a fit sees it.
protocol SubproblemForm<S>: ~Copyable {
  associatedtype S: Scalar & Transferable

  /// By how much the ridge of the preconditioner was raised, where rounding left no factor at
  /// that of the problem; the solution is the same, after more iterations.
  var ridgeRaise: Double { get }

  /// `XᵀX`, regressors × regressors, or in the dual `X Xᵀ`, samples × samples; nil where the form
  /// does not have it.
  var regressorProducts: SharedMatrix<Double>? { get }

  /// What iterations in whitened features multiply with; nil where they are none.
  var productKernel: ProductKernel? { get }

  /// The solutions of some subproblems, from earlier ones if given; nil if it was abandoned.
  func solution(
    of members: [Subproblem], in work: PanelWork, _ recording: borrowing PreparedRecording<S>,
    from earlier: PanelSolution<S>?, isAbandoned: () -> Bool
  ) -> PanelSolution<S>?

  /// The currents `X θ` of the held-out transitions, a row for each of `neurons` (local
  /// indices).
  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S>
}

extension SubproblemForm where Self: ~Copyable {
  var ridgeRaise: Double { 1 }
  var regressorProducts: SharedMatrix<Double>? { nil }
  var productKernel: ProductKernel? { nil }
}

/// A form with the products that the solvers take in its own space of coefficients.
protocol ProductForm<S>: SubproblemForm, PanelProducts, ~Copyable {
  /// Solves a panel, from earlier solutions if given.
  func solve(
    _ panel: inout Panel<S>, with solver: any PanelSolver, from earlier: PanelSolution<S>?,
    isAbandoned: () -> Bool
  ) -> [Double]?
}

extension ProductForm where Self: ~Copyable {
  func solve(
    _ panel: inout Panel<S>, with solver: any PanelSolver, from earlier: PanelSolution<S>?,
    isAbandoned: () -> Bool
  ) -> [Double]? {
    solver.solve(&panel, form: self, from: earlier, isAbandoned: isAbandoned)
  }

  func solution(
    of members: [Subproblem], in work: PanelWork, _ recording: borrowing PreparedRecording<S>,
    from earlier: PanelSolution<S>?, isAbandoned: () -> Bool
  ) -> PanelSolution<S>? {
    var panel = Panel<S>(
      members: members, samples: samples, unknowns: unknowns, space: space, ridge: ridge)
    for (i, member) in members.enumerated() {
      work.setTargets(of: member, recording, in: &panel, row: i)
    }
    guard let trace = solve(&panel, with: work.solver, from: earlier, isAbandoned: isAbandoned)
    else { return nil }
    return PanelSolution(panel: panel, trace: trace)
  }
}
