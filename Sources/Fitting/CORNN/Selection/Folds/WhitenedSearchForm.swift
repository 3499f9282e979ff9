internal import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

/// The subproblems of a fold in whitened weights, as a search solves them where eigenvectors cost
/// too much.
struct WhitenedSearchForm<S: Scalar & Transferable>: SearchForm, ~Copyable {
  let base: FeaturePrimalForm<S>

  var features: WhitenedFeatures { base.features }
  var ridgeRaise: Double { base.ridgeRaise }

  func ownWeights(of neurons: [Int]) -> OwnWeights { base.ownWeights(of: neurons) }

  /// `η = Cᵀθ = Qᵀ X θ + λ C⁻¹ θ` with `C Cᵀ = XᵀX + λI`.
  func states(
    from earlier: PanelSolution<S>, in panel: inout FeaturePanel
  ) -> Matrix<Float> {
    let rows = earlier.coefficients.rows
    let responses = product(earlier.coefficients, base.regressors.fitted.matrix)
      .converted(to: Float.self)
    for i in 0..<rows { panel.scores.set(i, from: responses, i) }
    panel.project(.split)
    var states = product(
      earlier.coefficients.converted(to: Float.self), base.whitening.inverse.matrix)
    panel.panel.flops +=
      2 * Double(rows) * Double(features.count) * Double(features.samples + features.count)
    for i in 0..<rows {
      states.scaleRow(i, by: Float(base.ridge * base.ridgeRaise))
      states.add(1, panel.panel.residual, i, toRow: i)
    }
    return states
  }

  func coefficients(of states: borrowing Matrix<Float>, neurons: [Int]) -> Matrix<S> {
    base.weights(of: states, neurons: neurons)
  }

  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S> {
    base.heldOutResponse(coefficients, neurons: neurons)
  }
}

/// Readies whitened weights at each ridge, unless they are there from the last time, and lets a
/// search work there.
///
/// - Throws: `FitError.ridgeTooSmall`; what `group` and the visitor throw.
/// - Collective: every rank of `group` must call it.
func visit<V: RidgeVisitor>(
  _ visitor: inout V, whitened regressors: Regressors<V.S>, ridges: [Double],
  excludesSelf: Bool, gradients: FeatureGradients, last: LastWhitening<V.S>,
  group: borrowing some RankGroup & ~Copyable, phases: Phases
) throws {
  let own = OwnRegressors(in: regressors, excludesSelf: excludesSelf)
  var gram: PrimalGram<V.S>?
  for ridge in ridges {
    let weights = try last.weights(of: regressors, ridge: ridge) {
      let products = try gram ?? PrimalGram(regressors, group: group, phases: phases)
      gram = products
      return try WhitenedWeights(
        products, ridge: ridge, kernel: gradients.kernel, group: group, phases: phases)
    }
    let form = WhitenedSearchForm(
      base: FeaturePrimalForm(weights: weights, own: own, gradients: gradients))
    guard try visitor.visit(form, group: group) else { return }
  }
}
