internal import Collectives
internal import LinearAlgebra
internal import Runtime

/// The subproblems in the weights, of which each neuron lacks some: those a structural
/// mask forbids, and its own.
///
/// The gradient is projected exactly in the metric of A (see `MaskProjection`); the
/// neuron's own weight, if it is not of the mask that it shares, by a further step of rank
/// one. Forbidden weights are exactly zero in every iterate.
struct MaskedPrimalForm<S: Scalar & Transferable>: SubproblemForm, ~Copyable {
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
  var isDual: Bool { false }
  var excludesSelf: Bool { false }
  var samples: Int { base.samples }
  var unknowns: Int { base.unknowns }

  func prepareExclusion(_ panel: inout Panel<S>) {
    let mask = PanelMask<S>(
      projections: panel.neurons.map { neuron in
        let exclusion = exclusions[neuron]
        return cache.projection(for: exclusion) {
          projection(onto: exclusion.set.members, users: Double(exclusion.users))
        }
      }, unknowns: unknowns, regressors: unknowns)
    panel.mask = mask
    // The image of each neuron's own unit vector, before it is itself left out.
    for i in 0..<panel.active {
      panel.residual.clear(row: i)
      guard mask.projections[panel.positions[i]].side != .neither else { continue }
      panel.residual[i, base.regressors.index(ofLocal: panel.neurons[i])] = 1
    }
    precondition(&panel)
    for i in 0..<panel.active where exclusions[panel.neurons[i]].leavesOutSelf {
      let own = base.regressors.index(ofLocal: panel.neurons[i])
      let position = panel.positions[i]
      mask.ownRegressors[position] = own
      // What is iterated leaves the own weight out with the others.
      guard mask.projections[position].side != .neither else { continue }
      mask.own.copyRow(position, from: panel.image, i)
      mask.ownQuotients[position] = Double(panel.image[i, own])
    }
    mask.isAtStart = true
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
        var block = products.gram.matrix.selectedBlock(allowed, allowed)
        for i in 0..<allowed.count { block[i, i] += ridge }
        return try MaskProjection(
          forbidden: forbidden, regressors: unknowns, side: side, matrix: block)
      }
    } catch {
      // Rounding spoilt the matrix: the next way needs less of it.
      return projection(onto: forbidden, side: side == .forbidden ? .allowed : .neither)
    }
  }

  func updateResidual(_ panel: inout Panel<S>) {
    base.updateResidual(&panel)
    guard let mask = panel.mask else { return }
    for i in 0..<panel.active {
      mask.clear(&panel.residual, row: i, position: panel.positions[i])
      panel.scalars[i].crossing = panel.residualDotImage(i)
    }
  }

  func precondition(_ panel: inout Panel<S>) {
    guard let mask = panel.mask else { return }
    let rows = 0..<panel.active
    let groups = mask.groups(positions: panel.positions, active: panel.active)
    if groups.contains(where: { $0.projection.side != .allowed }) {
      panel.image.multiply(rows: rows, panel.residual, base.inverse.matrix)
    }
    if groups.contains(where: {
      !$0.projection.forbidden.isEmpty && $0.projection.side == .forbidden
    }) {
      for i in rows { mask.work.clear(row: i) }
      for group in groups where group.projection.side == .forbidden {
        let indices = group.projection.indices
        var values = panel.image.gathered(rows: group.rows, at: indices)
        group.projection.solve(&values)
        for (r, i) in group.rows.enumerated() {
          mask.work.scatter(values, r, at: indices, intoRow: i)
        }
      }
      panel.image.multiply(rows: rows, mask.work, base.inverse.matrix, scale: -1, keep: 1)
    }
    let iterated = groups.filter { $0.projection.side == .neither }.flatMap(\.rows)
    if !iterated.isEmpty { iterate(&panel, rows: iterated, mask: mask) }
    for group in groups {
      guard group.projection.side == .allowed else {
        for i in group.rows { panel.image.clear(row: i, at: group.projection.forbidden) }
        continue
      }
      let indices = group.projection.indices
      var values = panel.residual.gathered(rows: group.rows, at: indices)
      group.projection.solve(&values)
      for (r, i) in group.rows.enumerated() {
        panel.image.scatter(values, r, at: indices, intoRow: i)
      }
    }
    for i in rows {
      let position = panel.positions[i]
      guard let own = mask.ownRegressors[position] else { continue }
      let factor = Double(panel.image[i, own]) / mask.ownQuotients[position]
      panel.image.add(S(-factor), mask.own, position, toRow: i)
      panel.image[i, own] = 0
    }
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

  func respond(_ panel: inout Panel<S>) { base.respond(&panel) }

  func refreshResponse(_ panel: inout Panel<S>) { base.refreshResponse(&panel) }

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
