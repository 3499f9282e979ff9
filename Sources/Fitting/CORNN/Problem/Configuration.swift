/// How `fit` solves a recording.
package struct Configuration: Codable, Equatable, Sendable {
  /// The form in which the subproblems are solved.
  package enum Form: String, Codable, Sendable, CaseIterable {
    /// The cheaper of the two by their flop counts.
    case auto
    /// Unknowns are the weights; work grows with N².
    case primal
    /// Unknowns are sample coefficients, `θ = Xᵀ b`; work grows with T².
    case dual
  }

  /// Ridge strength per frame: the penalty is `lambda · T / 2 · ‖θ‖²`; > 0.
  package var lambda = usualLambda

  /// Whether a neuron may excite itself through W.
  package var selfConnections = false

  /// Whether each neuron has a constant input b.
  package var bias = true

  /// Primal or dual.
  package var form = Form.auto

  /// Whether the subproblems are iterated in whitened features.
  package var usesFeatures = false

  /// Whether candidates of a selection may be solved in float32 and rounded products.
  package var searchesInFeatures = true

  /// A subproblem is solved when its relative optimality residual is below this.
  package var tolerance = 1e-4

  /// Most iterations of the conjugate gradients.
  package var iterations = 200

  /// |d| is clamped to 1 − this in the loss.
  package var targetMargin = 1e-6

  /// What becomes of targets beyond ±1.
  package var targetRange = TargetRange.clamped

  /// |d| is clamped to 1 − this for the ridge solution that starts the iterations: the
  /// level of the noise, not of rounding, or the start is dominated by clamped samples.
  package var initialMargin = 1e-3

  /// The ridge per frame where none is given or chosen.
  package static let usualLambda = 1e-3

  package init() {}

  /// The rule of the targets at a leak.
  package func targets(alpha: Double) -> TargetRule {
    TargetRule(alpha: alpha, margin: targetMargin, range: targetRange)
  }

  package init(
    lambda: Double = usualLambda, selfConnections: Bool, bias: Bool, form: Form,
    usesFeatures: Bool, searchesInFeatures: Bool = true, tolerance: Double, iterations: Int
  ) {
    self.lambda = lambda
    self.selfConnections = selfConnections
    self.bias = bias
    self.form = form
    self.usesFeatures = usesFeatures
    self.searchesInFeatures = searchesInFeatures
    self.tolerance = tolerance
    self.iterations = iterations
  }
}
