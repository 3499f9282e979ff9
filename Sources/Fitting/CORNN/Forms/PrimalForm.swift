package import Collectives
package import LinearAlgebra
package import Runtime

/// The subproblems in the weights themselves: work grows with N² and N T.
///
/// `−∇F = Xᵀ E − λ θ`, preconditioned by `A⁻¹ = (XᵀX + λI)⁻¹`. Neuron i's own weight stays
/// exactly zero by the projection in the metric of A: `p −= A⁻¹e_i p_i / (A⁻¹)_ii`.
struct PrimalForm<S: Scalar & Transferable>: ProductForm, ~Copyable {
  let ridge: Double
  let excludesSelf: Bool
  let regressors: Regressors<S>
  /// `A⁻¹`, regressors × regressors.
  let inverse: NodeShared<S>
  let ridgeRaise: Double
  let regressorProducts: SharedMatrix<Double>?

  var space: CoefficientSpace { .weights }
  var samples: Int { regressors.samples }
  var unknowns: Int { regressors.count }

  func exclusion(for panel: inout Panel<S>) {}

  func updateGradient(_ panel: inout Panel<S>, _ exclusion: Void) {
    let rows = 0..<panel.active
    for i in rows { panel.residual.copyRow(i, from: panel.coefficients, i) }
    panel.residual.multiply(
      rows: rows, panel.score, regressors.fitted.matrix, transposingB: true, keep: S(-ridge))
    panel.flops += Double(panel.active) * flopsOfResponse
    guard excludesSelf else { return }
    for i in rows { panel.residual[i, ownRegressor(panel, i)] = 0 }
  }

  func updateDirectionResponse(_ panel: inout Panel<S>) {
    panel.directionResponse.multiply(
      rows: 0..<panel.active, panel.direction, regressors.fitted.matrix)
    panel.flops += Double(panel.active) * flopsOfResponse
  }

  func refreshResponse(_ panel: inout Panel<S>) {
    panel.response.multiply(
      rows: 0..<panel.active, panel.coefficients, regressors.fitted.matrix)
    panel.flops += Double(panel.active) * flopsOfResponse
  }

  func precondition(
    _ panel: inout Panel<S>, _ exclusion: Void, _ product: PreconditionerProduct
  ) {
    panel.preconditioned.multiply(rows: 0..<panel.active, panel.residual, inverse.matrix)
    panel.flops += Double(panel.active) * 2 * Double(unknowns) * Double(unknowns)
  }

  func exclude(_ exclusion: Void, from panel: inout Panel<S>, row i: Int) -> Double {
    guard excludesSelf else { return panel.decrement(i) }
    let own = ownRegressor(panel, i)
    let projection = panel.preconditioned[i, own] / inverse.matrix[own, own]
    panel.preconditioned.add(-projection, inverse.matrix, own, toRow: i)
    panel.preconditioned[i, own] = 0
    return panel.decrement(i)
  }

  private func ownRegressor(_ panel: borrowing Panel<S>, _ i: Int) -> Int {
    regressors.index(ofLocal: panel.rows[i].neuron)
  }

  /// Of a product with X or its transpose, a row.
  private var flopsOfResponse: Double { 2 * Double(unknowns) * Double(samples) }

  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S> {
    product(coefficients, regressors.heldOut.matrix)
  }
}

extension PrimalForm {
  /// The form at one ridge.
  ///
  /// - Collective: every rank of `group` must call it.
  init(
    gram products: PrimalGram<S>, ridge: Double, excludesSelf: Bool,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    let inverse = try phases.measure("factor") {
      try invertedGram(
        products.gram.shared, ridge: ridge, mayRaiseRidge: true, as: S.self, group: group,
        phases: phases)
    }
    self.init(
      ridge: ridge, excludesSelf: excludesSelf, regressors: products.regressors,
      inverse: inverse.matrix, ridgeRaise: inverse.raise, regressorProducts: products.gram)
  }
}

/// The products of regressors that the primal form needs at any ridge.
package final class PrimalGram<S: Scalar & Transferable> {
  let regressors: Regressors<S>
  /// `XᵀX`, regressors × regressors.
  let gram: SharedMatrix<Double>

  /// Takes the products.
  ///
  /// - Collective: every rank of `group` must call it.
  package init(
    _ regressors: Regressors<S>, group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    self.regressors = regressors
    gram = try regressors.products(isDual: false, group: group, phases: phases)
  }

  /// `(XᵀX + ridge I)⁻¹`, once a node.
  ///
  /// - Throws: `FitError.ridgeTooSmall`; what `group` throws.
  /// - Complexity: order³ flops, over the ranks that share it.
  /// - Collective: every rank of `group` must call it.
  package func inverse(
    ridge: Double, group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws -> NodeShared<S> {
    let inverse: RidgedInverse<S> = try phases.measure("factor") {
      try invertedGram(
        gram.shared, ridge: ridge, mayRaiseRidge: false, as: S.self, group: group, phases: phases)
    }
    return inverse.matrix
  }
}
