internal import Collectives
internal import Kernels
internal import LinearAlgebra
internal import Runtime

/// The subproblems in whitened weights: with `C Cᵀ = XᵀX + λI`, `Q = X C⁻ᵀ` and
/// `B = λ C⁻¹ C⁻ᵀ`.
///
/// Every direction is kept, and a neuron's own weight is zero by a constraint along row i of
/// `C⁻ᵀ`.
struct FeaturePrimalForm<S: Scalar & Transferable>: FeatureForm, ~Copyable {
  let weights: WhitenedWeights<S>
  let own: OwnRegressors
  let gradients: FeatureGradients

  var ridge: Double { weights.ridge }
  var regressors: Regressors<S> { weights.regressors }
  var whitening: Whitening { weights.whitening }
  var features: WhitenedFeatures { weights.features }
  var regressorProducts: SharedMatrix<Double>? { weights.products }
  var unknowns: Int { regressors.count }
  var ridgeRaise: Double { whitening.raise }

  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S> {
    product(coefficients, regressors.heldOut.matrix)
  }

  func ownWeights(of neurons: [Int]) -> OwnWeights {
    var directions = Matrix<Float>(rows: neurons.count, columns: features.count)
    for (i, neuron) in neurons.enumerated() {
      guard let own = own[neuron] else { continue }
      directions.copyRow(i, from: whitening.inverse.matrix, own)
    }
    return OwnWeights(directions: directions, slack: neurons.map { _ in 0 })
  }
}

extension FeaturePrimalForm {
  /// The form at one ridge.
  ///
  /// - Collective: every rank of `group` must call it.
  init(
    gram products: PrimalGram<S>, ridge: Double, own: OwnRegressors, gradients: FeatureGradients,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    self.init(
      weights: try WhitenedWeights(
        products, ridge: ridge, kernel: gradients.kernel, group: group, phases: phases),
      own: own, gradients: gradients)
  }
}

/// The weights of some regressors at a ridge in the features in which they are round.
final class WhitenedWeights<S: Scalar & Transferable> {
  let regressors: Regressors<S>
  let products: SharedMatrix<Double>
  let ridge: Double
  let whitening: Whitening
  let features: WhitenedFeatures

  /// - Complexity: `M³/3` flops on one rank a node; `T M² + 5/3 M³` over the ranks of a node.
  /// - Collective: every rank of `group` must call it.
  init(
    _ gram: PrimalGram<S>, ridge: Double, kernel: ProductKernel,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    let regressors = gram.regressors
    let whitening = try phases.measure("factor") {
      try Whitening(gram.gram.shared, ridge: ridge, group: group)
    }
    features = try phases.measure("factor") {
      let (m, t) = (regressors.count, regressors.samples)
      let whitened = try whitening.applied(to: regressors.fitted.matrix, group: group)
      let penalty = try whitening.penalty(ridge: ridge, group: group)
      let features = WhitenedFeatures(
        samples: t, count: m,
        response: try PackedFactor(
          PackedLayout(kernel: kernel, rows: m, columns: t, holdsRest: true), group: group
        ) { samples in
          let columns = whitened.matrix.copy(columns: samples)
          return columns.view.transposed.copy()
        },
        projection: try PackedFactor(
          PackedLayout(kernel: kernel, rows: t, columns: m, holdsRest: true), group: group
        ) { whitened.matrix.copy(rows: $0) },
        penalty: .dense(
          try PackedFactor(
            PackedLayout(kernel: kernel, rows: m, columns: m, holdsRest: true), group: group
          ) { penalty.matrix.copy(rows: $0) }))
      try whitened.free()
      try penalty.free()
      return features
    }
    self.regressors = regressors
    products = gram.gram
    self.ridge = ridge
    self.whitening = whitening
  }
}
