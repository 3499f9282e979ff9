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

  /// By how much the ridge of the preconditioner was raised, where rounding left no factor at
  /// that of the problem; the solution is the same, the way to it longer.
  var ridgeRaise: Double { get }

  /// Unknowns a row.
  var unknowns: Int { get }

  /// Samples, i.e. fitted transitions.
  var samples: Int { get }

  var isDual: Bool { get }

  /// Whether images are cheaper, and responses inexact, unless the panel wants them exact.
  var isApproximated: Bool { get }
  /// Whether images that are approximated are good to one part in a thousand: S then hardly
  /// drifts, and a residual is measured with them.
  var isClose: Bool { get }
  var excludesSelf: Bool { get }

  /// Readies the projection that keeps the self-connection out.
  func prepareExclusion(_ panel: inout Panel<S>)

  /// What of a row's residual follows from its scores without a product: all of it in the
  /// dual form, nothing in the primal form.
  func takeScore(_ panel: inout Panel<S>, row: Int)

  /// `residual ← −∇F` from the scores, as far as it takes products; with it the crossings.
  func updateResidual(_ panel: inout Panel<S>)

  /// `image ← A⁻¹ residual`, as far as it takes products.
  func precondition(_ panel: inout Panel<S>)

  /// The rest of a row's image, its projection; returns `⟨g, A⁻¹ g⟩`.
  func completeImage(_ panel: inout Panel<S>, row: Int) -> Double

  /// `p ← image + β p` with its slope, and its response where that is recursed.
  func setDirection(_ panel: inout Panel<S>, row: Int, beta: Double)

  /// `θ ← θ + t p`, `S ← S + t Sp`, and what of the residual follows from the new scores.
  func advance(_ panel: inout Panel<S>, row: Int, by t: Double)

  /// `directionResponse ← X p`, unless it was recursed already.
  func respond(_ panel: inout Panel<S>)

  /// `response ← X θ`, freed of the drift of its recursion.
  func refreshResponse(_ panel: inout Panel<S>)

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
}

// What holds of the primal forms.
extension SubproblemForm where Self: ~Copyable {
  var isApproximated: Bool { false }
  var isClose: Bool { true }

  func takeScore(_ panel: inout Panel<S>, row: Int) {}

  func completeImage(_ panel: inout Panel<S>, row: Int) -> Double {
    panel.residualDotImage(row)
  }

  func setDirection(_ panel: inout Panel<S>, row: Int, beta: Double) {
    panel.setDirection(row, beta: beta)
  }

  func advance(_ panel: inout Panel<S>, row: Int, by t: Double) { panel.advance(row, by: t) }

  func solve(
    _ panel: inout Panel<S>, with solver: any PanelSolver, from earlier: PanelSolution<S>?,
    isAbandoned: () -> Bool
  ) -> [Double]? {
    solver.solve(&panel, form: self, from: earlier, isAbandoned: isAbandoned)
  }
}
