internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// The subproblems in sample coefficients, `θ = Xᵀ b`: work grows with T², not with N².
///
/// With `K = G + λI`, `G = X Xᵀ` (samples × samples) and `e = E − λ b`, the preconditioned
/// gradient is `p = K⁻¹ e` and its response `G p = e − λ p` costs no product. Leaving out
/// neuron i's own regressor x_i is a rank-one downdate of G, exact at every iterate:
/// `p += K⁻¹x_i (x_iᵀ K⁻¹ e) / (1 − x_iᵀ K⁻¹ x_i)`.
struct DualForm<S: Scalar & Transferable>: ProductForm, ~Copyable {
  let ridge: Double
  let excludesSelf: Bool
  let products: DualGram<S>
  /// `K⁻¹`.
  let inverse: NodeShared<S>

  var regressors: Regressors<S> { products.regressors }
  var space: CoefficientSpace { .samples }
  var samples: Int { regressors.samples }
  var unknowns: Int { regressors.samples }
  var regressorProducts: SharedMatrix<Double>? { products.gram }

  func exclusion(for panel: inout Panel<S>) -> SelfExclusion<S>? {
    guard excludesSelf else { return nil }
    let own = regressors.fitted.matrix.selectedRows(
      panel.rows.map { regressors.index(ofLocal: $0.neuron) })
    var vectors = Matrix<S>(rows: own.rows, columns: samples)
    vectors.multiply(rows: 0..<own.rows, own, inverse.matrix)
    panel.flops += Double(own.rows) * flopsPerProduct
    let quotients = (0..<own.rows).map { 1 - own.dot($0, vectors, $0) }
    return SelfExclusion(vectors, quotients: quotients)
  }

  func updateGradient(_ panel: inout Panel<S>, _ exclusion: SelfExclusion<S>?) {}

  func updateDirectionResponse(_ panel: inout Panel<S>) {}

  func refreshResponse(_ panel: inout Panel<S>) {
    panel.response.multiplyWidening(
      rows: 0..<panel.active, panel.coefficients, products.gram.shared.matrix)
    panel.flops += Double(panel.active) * flopsPerProduct
    guard excludesSelf else { return }
    for i in 0..<panel.active {
      let own = regressors.index(ofLocal: panel.rows[i].neuron)
      let weight = panel.coefficients.dot(i, regressors.fitted.matrix, own)
      panel.response.add(S(-weight), regressors.fitted.matrix, own, toRow: i)
    }
  }

  func precondition(
    _ panel: inout Panel<S>, _ exclusion: SelfExclusion<S>?, _ product: PreconditionerProduct
  ) {
    panel.preconditioned.multiply(rows: 0..<panel.active, panel.residual, inverse.matrix)
    panel.flops += Double(panel.active) * flopsPerProduct
  }

  func exclude(
    _ exclusion: SelfExclusion<S>?, from panel: inout Panel<S>, row i: Int
  ) -> Double {
    guard let exclusion else { return panel.decrement(i) }
    let position = panel.rows[i].position
    let projection =
      exclusion.vectors.dot(position, panel.residual, i) / exclusion.quotients[position]
    return panel.decrement(i, adding: S(projection), exclusion.vectors, position)
  }

  private var flopsPerProduct: Double { 2 * Double(samples) * Double(samples) }

  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S> {
    products.heldOutResponse(
      coefficients, neurons: neurons, OwnRegressors(in: regressors, excludesSelf: excludesSelf))
  }
}

extension DualForm {
  /// The form at one ridge.
  ///
  /// - Collective: every rank of `group` must call it.
  init(
    gram products: DualGram<S>, ridge: Double, excludesSelf: Bool,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    let inverse = try phases.measure("factor") {
      try invertedGram(
        products.gram.shared, ridge: ridge, mayRaiseRidge: false, as: S.self, group: group,
        phases: phases)
    }
    self.init(
      ridge: ridge, excludesSelf: excludesSelf, products: products, inverse: inverse.matrix)
  }
}

/// The products of regressors that the dual form needs at any ridge.
final class DualGram<S: Scalar & Transferable> {
  let regressors: Regressors<S>
  /// `G`, samples × samples.
  let gram: SharedMatrix<Double>
  /// Fitted × held-out transitions.
  let heldOut: NodeShared<S>

  /// - Collective: every rank of `group` must call it.
  init(
    _ regressors: Regressors<S>, group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    self.regressors = regressors
    gram = try regressors.products(isDual: true, group: group, phases: phases)
    heldOut = try phases.measure("gram") {
      try sharedProduct(
        transposing: regressors.fitted.matrix, regressors.heldOut.matrix, group: group)
    }
    let x = Double(regressors.count)
    let t = Double(regressors.samples)
    let u = Double(regressors.heldOut.matrix.columns)
    phases.add("gram", flops: 2 * x * t * u / Double(group.size))
  }

  /// The currents of the held-out transitions by sample coefficients, a row for each of
  /// `neurons` (local indices).
  func heldOutResponse(
    _ coefficients: borrowing Matrix<S>, neurons: [Int], _ own: OwnRegressors
  ) -> Matrix<S> {
    var response = product(coefficients, heldOut.matrix)
    for (i, neuron) in neurons.enumerated() {
      guard let own = own[neuron] else { continue }
      let weight = coefficients.dot(i, regressors.fitted.matrix, own)
      response.add(S(-weight), regressors.heldOut.matrix, own, toRow: i)
    }
    return response
  }
}
