internal import Collectives
internal import LinearAlgebra

/// What a solver knows of a form of the subproblems: its products.
///
/// All methods work on the panel's active rows. Between products a solver works row by row, by
/// the rules of the panel's space.
protocol PanelProducts<S>: ~Copyable {
  associatedtype S: Scalar & Transferable

  /// What keeps excluded weights out of the solutions of a panel; addressed by the positions
  /// of its rows.
  associatedtype PanelExclusion

  /// The ridge `λ = lambda · T`.
  var ridge: Double { get }

  /// Samples, i.e. fitted transitions.
  var samples: Int { get }

  /// Unknowns a row.
  var unknowns: Int { get }

  var space: CoefficientSpace { get }

  /// How good the product with the preconditioner is until solutions are verified.
  var accuracy: PreconditionerAccuracy { get }

  /// The exclusion for a panel no rows of which were swapped yet.
  func exclusion(for panel: inout Panel<S>) -> PanelExclusion

  /// `residual ← −∇F` from the scores, as far as it takes a product.
  func updateGradient(_ panel: inout Panel<S>, _ exclusion: PanelExclusion)

  /// `directionResponse ← X p`, if it takes a product.
  func updateDirectionResponse(_ panel: inout Panel<S>)

  /// `response ← X θ`, freed of the drift of its recursion.
  func refreshResponse(_ panel: inout Panel<S>)

  /// `preconditioned ← A⁻¹ residual`, as far as it takes products.
  func precondition(
    _ panel: inout Panel<S>, _ exclusion: PanelExclusion, _ product: PreconditionerProduct)

  /// Takes what is excluded out of a row's preconditioned residual; returns `⟨g, A⁻¹ g⟩`.
  func exclude(_ exclusion: PanelExclusion, from panel: inout Panel<S>, row: Int) -> Double
}

/// How good a form's product with the preconditioner is.
enum PreconditionerAccuracy {
  /// It is the product with the inverse.
  case exact

  /// Something cheaper takes the place of the inverse until a solution is verified.
  ///
  /// `margin` is what the residual by it must reach, over the tolerance, so that a verified one
  /// mostly is below the tolerance too; `verification` is the product that measures the
  /// residual of a recomputed S, and that is used from then on.
  case approximate(margin: Double, verification: PreconditionerProduct)
}

/// Which product with the preconditioner is asked for.
enum PreconditionerProduct {
  /// For the ridge solution, from which the iterations start.
  case ofStart
  /// With what stands in for the inverse, if anything does.
  case approximate
  /// With the inverse itself.
  case exact
}
