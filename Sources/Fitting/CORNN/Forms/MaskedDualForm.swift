internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// The subproblems in sample coefficients, `θ = X_aᵀ b` on the regressors a that a mask
/// allows.
///
/// With `G_a` the Gram matrix of the allowed regressors, `p = (G_a + λI)⁻¹ e` is taken from
/// the inverse K⁻¹ of the whole one by a downdate of rank m,
/// `p = K⁻¹(e + X_F C⁻¹ X_Fᵀ K⁻¹ e)`, `C = I − X_Fᵀ K⁻¹ X_F`; or from the allowed side as
/// `p = (e − X_a A[a,a]⁻¹ X_aᵀ e) / λ`. The neuron's own regressor is left out by a further
/// step of rank one where the shared mask does not hold it.
struct MaskedDualForm<S: Scalar & Transferable>: ProductForm, ~Copyable {
  let base: DualForm<S>
  let exclusions: [Exclusion]
  let costs: MaskCost
  let cache = ProjectionCache()

  private var regressors: Regressors<S> { base.regressors }
  var ridge: Double { base.ridge }
  var space: CoefficientSpace { .samples }
  var samples: Int { base.samples }
  var unknowns: Int { base.unknowns }

  func exclusion(for panel: inout Panel<S>) -> RowProjections<S> {
    let projections = RowProjections<S>(
      panel.rows.map { row in
        let exclusion = exclusions[row.neuron]
        return cache.projection(for: exclusion) {
          projection(
            onto: exclusion.set.members, side: costs.side(for: exclusion, isDual: true))
        }
      })
    let own = panel.rows.map { row in
      exclusions[row.neuron].leavesOutSelf ? regressors.index(ofLocal: row.neuron) : nil
    }
    let series = regressors.fitted.matrix.selectedRows(
      panel.rows.map { regressors.index(ofLocal: $0.neuron) })
    var vectors = Matrix<S>(rows: series.rows, columns: samples)
    solveMasked(
      series, into: &vectors, projections.groups(positions: Array(panel.rows.indices)),
      scratch: &panel.scratch)
    let quotients = own.indices.map { i in
      own[i] == nil ? 1 : 1 - series.dot(i, vectors, i)
    }
    projections.excludeOwn(own, by: SelfExclusion(vectors, quotients: quotients))
    return projections
  }

  /// The projection for a set of forbidden regressors.
  ///
  /// Where rounding spoils the downdate, the allowed side is taken: its matrix has the
  /// ridge on its diagonal.
  private func projection(
    onto forbidden: [Int], side: MaskProjection.Side
  ) -> MaskProjection {
    if side == .forbidden, let found = downdate(forbidden) { return found }
    let allowed = MaskProjection.complement(of: forbidden, in: regressors.count)
    let x = regressors.fitted.matrix.selectedRows(allowed)
    var block = Matrix<Double>(rows: allowed.count, columns: allowed.count)
    var view = block.mutableView
    multiplyWidening(x.view, x.view.transposed, into: &view)
    for i in 0..<allowed.count { view[i, i] += ridge }
    do {
      return try MaskProjection(
        forbidden: forbidden, regressors: regressors.count, side: .allowed, matrix: block)
    } catch {
      preconditionFailure("a Gram matrix that was factored whole has a factor in part: \(error)")
    }
  }

  private func downdate(_ forbidden: [Int]) -> MaskProjection? {
    let x = regressors.fitted.matrix.selectedRows(forbidden)
    let solved = product(x, base.inverse.matrix)
    var block = Matrix<Double>(rows: forbidden.count, columns: forbidden.count)
    var view = block.mutableView
    multiplyWidening(solved.view, x.view.transposed, into: &view)
    for i in 0..<forbidden.count {
      for j in 0..<forbidden.count { view[i, j] = (i == j ? 1 : 0) - view[i, j] }
    }
    return try? MaskProjection(
      forbidden: forbidden, regressors: regressors.count, side: .forbidden, matrix: block)
  }

  func updateGradient(_ panel: inout Panel<S>, _ projections: RowProjections<S>) {}

  func updateDirectionResponse(_ panel: inout Panel<S>) {}

  func refreshResponse(_ panel: inout Panel<S>) {
    // θ and S in float64: b is large, and S its small remainder.
    let active = panel.active
    let x = regressors
    let sums = productWidening(
      panel.coefficients, rows: 0..<active, x.fitted.matrix, transposingB: true)
    var weights = Matrix<S>(rows: active, columns: x.count)
    weights.round(sums, rows: 0..<active)
    for i in 0..<active { clearForbidden(of: panel.rows[i].neuron, in: &weights, row: i) }
    let response = productWidening(weights, rows: 0..<active, x.fitted.matrix)
    panel.response.round(response, rows: 0..<active)
  }

  func precondition(
    _ panel: inout Panel<S>, _ projections: RowProjections<S>, _ product: PreconditionerProduct
  ) {
    solveMasked(
      panel.residual, into: &panel.preconditioned,
      projections.groups(positions: panel.activePositions), scratch: &panel.scratch)
  }

  func exclude(
    _ projections: RowProjections<S>, from panel: inout Panel<S>, row i: Int
  ) -> Double {
    let position = panel.rows[i].position
    if let own = projections.ownExclusion(at: position) {
      let vectors = own.steps
      let projection =
        vectors.vectors.dot(position, panel.residual, i) / vectors.quotients[position]
      panel.preconditioned.add(S(projection), vectors.vectors, position, toRow: i)
    }
    return panel.decrement(i)
  }

  /// `result ← (G_a + λI)⁻¹ residual` for the rows of the groups, a being what their shared
  /// masks allow.
  private func solveMasked(
    _ residual: borrowing Matrix<S>, into result: inout Matrix<S>,
    _ groups: [RowProjections<S>.Group], scratch: inout PanelScratch<S>
  ) {
    let rows = 0..<groups.reduce(0) { $0 + $1.rows.count }
    let downdated = groups.filter { $0.projection.side == .forbidden }
    let allowed = groups.filter { $0.projection.side == .allowed }
    if !downdated.isEmpty { result.multiply(rows: rows, residual, base.inverse.matrix) }
    for i in allowed.flatMap(\.rows) { result.copyRow(i, from: residual, i) }
    if groups.allSatisfy({ $0.projection.indices.isEmpty }) {
      for i in allowed.flatMap(\.rows) { result.scale(row: i, by: S(1 / ridge)) }
      return
    }
    // C⁻¹ X_Fᵀ K⁻¹e at F, or A[a,a]⁻¹ X_aᵀ e at a.
    scratch.masked.reserve(rows: residual.rows, columns: regressors.count)
    scratch.maskedResponse.reserve(rows: residual.rows, columns: samples)
    scratch.masked.multiply(rows: rows, result, regressors.fitted.matrix, transposingB: true)
    for group in groups {
      group.scatter(group.solved(scratch.masked), into: &scratch.masked)
    }
    scratch.maskedResponse.multiply(rows: rows, scratch.masked, regressors.fitted.matrix)
    for i in allowed.flatMap(\.rows) {
      result.add(-1, scratch.maskedResponse, i, toRow: i)
      result.scale(row: i, by: S(1 / ridge))
      scratch.maskedResponse.clear(row: i)
    }
    if !downdated.isEmpty {
      result.multiply(rows: rows, scratch.maskedResponse, base.inverse.matrix, keep: 1)
    }
  }

  /// The weights that a neuron lacks become zero.
  private func clearForbidden(of neuron: Int, in weights: inout Matrix<S>, row: Int) {
    let exclusion = exclusions[neuron]
    weights.clear(row: row, at: exclusion.set.members)
    if exclusion.leavesOutSelf { weights[row, regressors.index(ofLocal: neuron)] = 0 }
  }

  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S> {
    var weights = product(coefficients, regressors.fitted.matrix, transposingB: true)
    for (i, neuron) in neurons.enumerated() {
      clearForbidden(of: neuron, in: &weights, row: i)
    }
    return product(weights, regressors.heldOut.matrix)
  }
}

extension MaskedDualForm {
  /// The form at one ridge.
  ///
  /// - Collective: every rank of `group` must call it.
  init(
    gram products: DualGram<S>, ridge: Double, exclusions: [Exclusion],
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    let base = try DualForm(
      gram: products, ridge: ridge, excludesSelf: false, group: group, phases: phases)
    let costs = MaskCost(samples: base.samples, regressors: products.regressors.count)
    self.init(base: base, exclusions: exclusions, costs: costs)
  }
}

/// `A[rows] op(B)`, taken in float64.
private func productWidening<S: Scalar>(
  _ a: borrowing Matrix<S>, rows: Range<Int>, _ b: borrowing Matrix<S>,
  transposingB: Bool = false
) -> Matrix<Double> {
  let factor = transposingB ? b.view.transposed : b.view
  var result = Matrix<Double>(rows: rows.count, columns: factor.columns)
  var view = result.mutableView
  multiplyWidening(a.view.rows(rows), factor, into: &view)
  return result
}
