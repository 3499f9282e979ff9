internal import Kernels

/// What the iterations keep of one row of a panel besides its vectors.
struct RowState {
  /// By index among this rank's neurons.
  let neuron: Int
  /// Where the row stood before any were swapped.
  let position: Int
  /// What is minimised of each of its samples.
  let pointwise: PointwiseLoss
  /// Targets beyond ±1, and missing ones.
  var clipped = 0
  var missing = 0
  /// `⟨g, A⁻¹ g⟩`, the squared gradient in the preconditioner's norm.
  var decrement = 0.0
  /// `⟨g, M g⟩`, M being what preconditions the directions in features: A⁻¹, or a metric of the
  /// row's own.
  var square = 0.0
  /// The same of the ridge problem at θ = 0: the scale of the optimality residual.
  var scale = 0.0
  /// `⟨g, M g′⟩` with the gradient g′ before and M what preconditions the directions: A⁻¹, but for
  /// rows in features with a metric of their own.
  var crossing = 0.0
  /// `⟨g, p⟩ > 0`.
  var slope = 0.0
  /// `⟨p, p⟩`, `⟨θ, p⟩`, `⟨θ, θ⟩`.
  var directionSquared = 0.0
  var overlap = 0.0
  var squaredNorm = 0.0
  /// `Σ φ'' Sp²`, of clipped samples with the secant's curvature.
  var curvature = 0.0
  /// `Σ φ`, without the ridge.
  var loss = 0.0
  /// The next direction is the preconditioned residual itself.
  var restarts = true
  /// Steps in a row that found no length.
  var stalls = 0
  var iterations = 0
  var outcome = Outcome.iterationLimit

  init(_ member: Subproblem, position: Int) {
    neuron = member.neuron
    self.position = position
    pointwise = member.loss
  }

  /// Counts the row as converged if its residual is below a bound; whether it is done.
  mutating func settle(below bound: Double) -> Bool {
    if outcome == .iterationLimit, optimality < bound { outcome = .converged }
    return outcome != .iterationLimit
  }

  /// Polak–Ribière's β of the next direction from `⟨g, M g⟩`, M being what preconditions the
  /// directions, now and as it was before; 0 after a restart.
  func beta(_ square: Double, after before: Double) -> Double {
    let isFresh = restarts || before <= 0 || stalls > 0
    return isFresh ? 0 : max(0, (square - crossing) / before)
  }

  /// Counts a step of some length, 0 if none was found; a second of these ends the row.
  mutating func count(step length: Double, iteration: Int) {
    iterations = iteration
    stalls = length > 0 ? 0 : stalls + 1
    if stalls > 1 { outcome = .stalled }
  }

  /// The relative optimality residual `‖∇F‖ / ‖Xᵀ z‖`, both in the norm of A⁻¹.
  var optimality: Double {
    scale > 0 ? (max(0, decrement) / scale).squareRoot() : 0
  }
}
