internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// The subproblems in the weights, of which each neuron lacks some: those a structural
/// mask forbids, and its own.
///
/// The gradient is projected exactly in the metric of A (see `MaskProjection`); the
/// neuron's own weight, if it is not of the mask that it shares, by a further step of rank
/// one. Forbidden weights are exactly zero in every iterate.
struct MaskedPrimalForm<S: Scalar & Transferable>: ProductForm, ~Copyable {
  let base: PrimalForm<S>
  let products: PrimalGram<S>
  /// By index among this rank's neurons.
  let exclusions: [Exclusion]
  /// Signs of the weights by presynaptic neuron, if they are constrained.
  let signs: [Int]?
  let costs: MaskCost
  let cache = ProjectionCache()

  var ridge: Double { base.ridge }
  var ridgeRaise: Double { base.ridgeRaise }
  var regressorProducts: SharedMatrix<Double>? { products.gram }
  var space: CoefficientSpace { .weights }
  var samples: Int { base.samples }
  var unknowns: Int { base.unknowns }

  func exclusion(for panel: inout Panel<S>) -> RowProjections<S> {
    let projections = RowProjections<S>(
      panel.rows.map { row in
        let exclusion = exclusions[row.neuron]
        return cache.projection(for: exclusion) {
          projection(onto: exclusion.set.members, users: Double(exclusion.users))
        }
      })
    // A⁻¹e_i on what the mask allows; what is iterated leaves e_i out with the others.
    let own = panel.rows.map { base.regressors.index(ofLocal: $0.neuron) }
    let isStep = panel.rows.indices.map { projections.projections[$0].side != .neither }
    var units = Matrix<S>(rows: own.count, columns: unknowns)
    for i in own.indices where isStep[i] { units[i, own[i]] = 1 }
    var vectors = Matrix<S>(rows: own.count, columns: unknowns)
    panel.flops += solveMasked(
      units, into: &vectors, projections, positions: Array(own.indices), .usual,
      scratch: &panel.scratch)
    let quotients = own.indices.map { isStep[$0] ? Double(vectors[$0, own[$0]]) : 1 }
    projections.excludeOwn(
      own.indices.map { exclusions[panel.rows[$0].neuron].leavesOutSelf ? own[$0] : nil },
      by: SelfExclusion(vectors, quotients: quotients))
    return projections
  }

  /// The projection for a set of forbidden regressors that `users` neurons share.
  ///
  /// - Complexity: min(m, k)³/3 flops and min(m, k)² words, or nothing.
  func projection(onto forbidden: [Int], users: Double) -> MaskProjection {
    projection(
      onto: forbidden, side: costs.primal(forbidden: forbidden.count, users: users).side)
  }

  private func projection(
    onto forbidden: [Int], side: MaskProjection.Side
  ) -> MaskProjection {
    let allowed = MaskProjection.complement(of: forbidden, in: unknowns)
    do {
      switch side {
      case .neither:
        return try MaskProjection(
          forbidden: forbidden, regressors: unknowns, side: side,
          matrix: Matrix(rows: 0, columns: 0))
      case .forbidden:
        return try MaskProjection(
          forbidden: forbidden, regressors: unknowns, side: side,
          matrix: base.inverse.matrix.selectedBlock(forbidden, forbidden))
      case .allowed:
        var block = products.gram.shared.matrix.selectedBlock(allowed, allowed)
        for i in 0..<allowed.count { block[i, i] += ridge }
        return try MaskProjection(
          forbidden: forbidden, regressors: unknowns, side: side, matrix: block)
      }
    } catch {
      // Rounding spoilt the matrix: the next side needs less of it.
      return projection(onto: forbidden, side: side == .forbidden ? .allowed : .neither)
    }
  }

  func updateGradient(_ panel: inout Panel<S>, _ projections: RowProjections<S>) {
    base.updateGradient(&panel, ())
    for i in 0..<panel.active {
      projections.clear(&panel.residual, row: i, position: panel.rows[i].position)
    }
  }

  func updateDirectionResponse(_ panel: inout Panel<S>) { base.updateDirectionResponse(&panel) }

  func refreshResponse(_ panel: inout Panel<S>) { base.refreshResponse(&panel) }

  func precondition(
    _ panel: inout Panel<S>, _ projections: RowProjections<S>, _ product: PreconditionerProduct
  ) {
    let positions = panel.activePositions
    panel.flops += solveMasked(
      panel.residual, into: &panel.preconditioned, projections, positions: positions,
      product == .start ? .ofStart : .usual, scratch: &panel.scratch)
    for (i, position) in positions.enumerated() {
      guard let own = projections.ownExclusion(at: position) else { continue }
      let factor = Double(panel.preconditioned[i, own.regressor]) / own.steps.quotients[position]
      panel.preconditioned.add(S(-factor), own.steps.vectors, position, toRow: i)
      panel.preconditioned[i, own.regressor] = 0
    }
  }

  func exclude(
    _ projections: RowProjections<S>, from panel: inout Panel<S>, row: Int
  ) -> Double {
    panel.decrement(row)
  }

  /// `result ← A[a,a]⁻¹ residual` for the rows at the given positions, a being what their
  /// projections allow; returns the flops that were iterated.
  private func solveMasked(
    _ residual: borrowing Matrix<S>, into result: inout Matrix<S>,
    _ projections: RowProjections<S>, positions: [Int], _ accuracy: IteratedProjection,
    scratch: inout PanelScratch<S>
  ) -> Double {
    let rows = positions.indices
    let groups = projections.groups(positions: positions)
    if groups.contains(where: { $0.projection.side != .allowed }) {
      result.multiply(rows: rows, residual, base.inverse.matrix)
    }
    let downdated = groups.filter { $0.projection.side == .forbidden }
    if downdated.contains(where: { !$0.projection.forbidden.isEmpty }) {
      scratch.masked.reserve(rows: residual.rows, columns: unknowns)
      for i in rows { scratch.masked.clear(row: i) }
      for group in downdated { group.scatter(group.solved(result), into: &scratch.masked) }
      result.multiply(rows: rows, scratch.masked, base.inverse.matrix, scale: -1, keep: 1)
    }
    let iterated = groups.filter { $0.projection.side == .neither }.flatMap(\.rows)
    let flops =
      iterated.isEmpty
      ? 0
      : iterate(
        residual, into: &result, rows: iterated, projections, positions: positions, accuracy)
    for group in groups {
      if group.projection.side == .allowed {
        group.scatter(group.solved(residual), into: &result)
      } else {
        for i in group.rows { result.clear(row: i, at: group.projection.forbidden) }
      }
    }
    return flops
  }

  func solve(
    _ panel: inout Panel<S>, with solver: any PanelSolver, from earlier: PanelSolution<S>?,
    isAbandoned: () -> Bool
  ) -> [Double]? {
    guard let signs, let gradients = solver as? ConjugateGradients else {
      return solver.solve(&panel, form: self, from: earlier, isAbandoned: isAbandoned)
    }
    return SignedGradients(solver: gradients, signs: signs).solve(
      &panel, form: self, from: earlier, isAbandoned: isAbandoned)
  }

  func heldOutResponse(_ coefficients: borrowing Matrix<S>, neurons: [Int]) -> Matrix<S> {
    base.heldOutResponse(coefficients, neurons: neurons)
  }
}

extension MaskedPrimalForm {
  /// The form at one ridge.
  ///
  /// - Collective: every rank of `group` must call it.
  init(
    gram products: PrimalGram<S>, ridge: Double, exclusions: [Exclusion], signs: [Int]?,
    group: borrowing some RankGroup & ~Copyable, phases: Phases
  ) throws {
    let base = try PrimalForm(
      gram: products, ridge: ridge, excludesSelf: false, group: group, phases: phases)
    let costs = MaskCost(samples: base.samples, regressors: base.unknowns)
    self.init(
      base: base, products: products, exclusions: exclusions, signs: signs, costs: costs)
  }
}
