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

/// What a product with the preconditioner is for.
enum PreconditionerProduct {
  /// The ridge solution, from which the iterations start.
  case start
  /// An iteration, or the residual that is reported.
  case iteration
}
