internal import Collectives
internal import LinearAlgebra

/// One of the two forms in which the subproblems are solved, as the conjugate gradients
/// see it: what differs between weights and sample coefficients.
///
/// All methods work on the panel's active rows.
protocol SubproblemForm<S>: ~Copyable {
  associatedtype S: Scalar & Transferable

  /// The ridge `λ = lambda · T`.
  var ridge: Double { get }

  /// Unknowns a row.
  var unknowns: Int { get }

  /// Samples, i.e. fitted transitions.
  var samples: Int { get }

  var isDual: Bool { get }
  var excludesSelf: Bool { get }

  /// Readies the projection that keeps the self-connection out.
  func prepareExclusion(_ panel: inout Panel<S>)

  /// `residual ← −∇F` from the scores.
  func updateResidual(_ panel: inout Panel<S>)

  /// `image ← A⁻¹ residual`, projected, with its pair.
  func precondition(_ panel: inout Panel<S>)

  /// `directionResponse ← X p`, unless it was recursed already.
  func respond(_ panel: inout Panel<S>)

  /// `response ← X θ`, freed of the drift of its recursion.
  func refreshResponse(_ panel: inout Panel<S>)

  /// Solves a panel, from earlier solutions if given.
  func solve(
    _ panel: inout Panel<S>, with solver: any PanelSolver, from earlier: PanelSolution<S>?,
    isAbandoned: () -> Bool
  ) -> [Double]?

  /// Floating-point operations of one iteration of one row.
  var flopsPerIteration: Double { get }

  /// The currents `X θ` of the held-out transitions, a row for each of `neurons` (local
  /// indices).
  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S>
}

extension SubproblemForm where Self: ~Copyable {
  func solve(
    _ panel: inout Panel<S>, with solver: any PanelSolver, from earlier: PanelSolution<S>?,
    isAbandoned: () -> Bool
  ) -> [Double]? {
    solver.solve(&panel, form: self, from: earlier, isAbandoned: isAbandoned)
  }
}
