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
struct MaskedDualForm<S: Scalar & Transferable>: SubproblemForm, ~Copyable {
  let base: DualForm<S>
  let exclusions: [Exclusion]
  let costs: MaskCost
  let cache = ProjectionCache()

  private var regressors: Regressors<S> { base.regressors }
  var ridge: Double { base.ridge }
  var isDual: Bool { true }
  var excludesSelf: Bool { false }
  var samples: Int { base.samples }
  var unknowns: Int { base.unknowns }

  func prepareExclusion(_ panel: inout Panel<S>) {
    let mask = PanelMask<S>(
      projections: panel.neurons.map { neuron in
        let exclusion = exclusions[neuron]
        return cache.projection(for: exclusion) {
          projection(
            onto: exclusion.set.members, side: costs.side(for: exclusion, isDual: true))
        }
      }, unknowns: unknowns, regressors: regressors.count, isDual: true)
    panel.mask = mask
    for i in 0..<panel.active {
      panel.residual.copyRow(
        i, from: regressors.fitted.matrix, regressors.index(ofLocal: panel.neurons[i]))
    }
    solveMasked(&panel, mask)
    for i in 0..<panel.active where exclusions[panel.neurons[i]].leavesOutSelf {
      let position = panel.positions[i]
      mask.ownRegressors[position] = regressors.index(ofLocal: panel.neurons[i])
      mask.own.copyRow(position, from: panel.image, i)
      mask.ownQuotients[position] = 1 - panel.residual.dot(i, panel.image, i)
    }
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
    let images = product(x, base.inverse.matrix)
    var block = Matrix<Double>(rows: forbidden.count, columns: forbidden.count)
    var view = block.mutableView
    multiplyWidening(images.view, x.view.transposed, into: &view)
    for i in 0..<forbidden.count {
      for j in 0..<forbidden.count { view[i, j] = (i == j ? 1 : 0) - view[i, j] }
    }
    return try? MaskProjection(
      forbidden: forbidden, regressors: regressors.count, side: .forbidden, matrix: block)
  }

  func takeScore(_ panel: inout Panel<S>, row: Int) { base.takeScore(&panel, row: row) }

  func updateResidual(_ panel: inout Panel<S>) {}

  func precondition(_ panel: inout Panel<S>) {
    guard let mask = panel.mask else { return }
    solveMasked(&panel, mask)
    for i in 0..<panel.active {
      let position = panel.positions[i]
      if mask.ownRegressors[position] != nil {
        let projection =
          mask.own.dot(position, panel.residual, i) / mask.ownQuotients[position]
        panel.image.add(S(projection), mask.own, position, toRow: i)
      }
    }
  }

  func completeImage(_ panel: inout Panel<S>, row: Int) -> Double {
    base.completeImage(&panel, row: row)
  }

  func setDirection(_ panel: inout Panel<S>, row: Int, beta: Double) {
    base.setDirection(&panel, row: row, beta: beta)
  }

  func advance(_ panel: inout Panel<S>, row: Int, by t: Double) {
    base.advance(&panel, row: row, by: t)
  }

  /// `image ← (G_a + λI)⁻¹ residual`, a being what the shared masks allow.
  private func solveMasked(_ panel: inout Panel<S>, _ mask: PanelMask<S>) {
    let rows = 0..<panel.active
    let groups = mask.groups(positions: panel.positions, active: panel.active)
    if groups.contains(where: { $0.projection.side == .forbidden }) {
      panel.image.multiply(rows: rows, panel.residual, base.inverse.matrix)
    }
    for group in groups where group.projection.side == .allowed {
      for i in group.rows { panel.image.copyRow(i, from: panel.residual, i) }
    }
    if groups.allSatisfy({ $0.projection.indices.isEmpty }) {
      for group in groups where group.projection.side == .allowed {
        for i in group.rows { panel.image.scale(row: i, by: S(1 / ridge)) }
      }
      return
    }
    // work ← [C⁻¹ X_Fᵀ K⁻¹e at F] or [A[a,a]⁻¹ X_aᵀ e at a].
    mask.work.multiply(
      rows: rows, panel.image, regressors.fitted.matrix, transposingB: true)
    for group in groups {
      let indices = group.projection.indices
      var values = mask.work.gathered(rows: group.rows, at: indices)
      group.projection.solve(&values)
      for (r, i) in group.rows.enumerated() {
        mask.work.scatter(values, r, at: indices, intoRow: i)
      }
    }
    mask.back.multiply(rows: rows, mask.work, regressors.fitted.matrix)
    for group in groups where group.projection.side == .allowed {
      for i in group.rows {
        panel.image.add(-1, mask.back, i, toRow: i)
        panel.image.scale(row: i, by: S(1 / ridge))
        mask.back.clear(row: i)
      }
    }
    if groups.contains(where: { $0.projection.side == .forbidden }) {
      panel.image.multiply(rows: rows, mask.back, base.inverse.matrix, keep: 1)
    }
  }

  func respond(_ panel: inout Panel<S>) {}

  func refreshResponse(_ panel: inout Panel<S>) {
    // θ and S in float64: b is large, and S its small remainder.
    let active = panel.active
    let x = regressors
    let sums = productWidening(
      panel.coefficients, rows: 0..<active, x.fitted.matrix, transposingB: true)
    var weights = Matrix<S>(rows: active, columns: x.count)
    weights.round(sums, rows: 0..<active)
    for i in 0..<active { clearForbidden(of: panel.neurons[i], in: &weights, row: i) }
    let response = productWidening(weights, rows: 0..<active, x.fitted.matrix)
    panel.response.round(response, rows: 0..<active)
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
