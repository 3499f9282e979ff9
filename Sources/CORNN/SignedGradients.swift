internal import LinearAlgebra
private import Glibc

/// Projected conjugate gradients for weights of given signs, `σ_j θ_j ≥ 0`.
///
/// A weight is *held* if it is 0 and the gradient would make its sign wrong. Each iteration
/// goes along the conjugate direction of the weights that are not held, preconditioned
/// exactly on them, to Newton's length; the end is projected onto the signs, and the line to
/// the projected end, which is feasible throughout, is searched. Where that line does not
/// descend, the projected gradient in a diagonal metric replaces it, which always does
/// unless the point is optimal. The directions restart when the held set changes, so from
/// the solution's own set on this is the unconstrained method on the face.
///
/// Optimal is where the gradient of the weights not held is zero: the residual that is
/// reported is `‖r‖ / ‖Xᵀz‖`, r the gradient without its held entries, in the norm of the
/// inverse of A on the rest.
///
/// Reference: Bertsekas (1982), projected Newton methods; Moré and Toraldo (1991).
struct SignedGradients {
  let solver: ConjugateGradients
  /// By presynaptic neuron.
  let signs: [Int]

  /// The state of one row besides the panel's.
  private struct Row {
    /// The weights that are forbidden whatever the signs.
    let forbidden: ForbiddenSet
    var held: ForbiddenSet
    /// The directions restart.
    var restarts = true
    /// How often in turn no length was found: the second time along the gradient.
    var wantsGradient = false
  }

  func solve<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>,
    from earlier: PanelSolution<S>?
  ) -> ConjugateGradients.Trace {
    let all = panel.active
    form.prepareExclusion(&panel)
    start(&panel, form: form, from: earlier)
    guard let structural = panel.mask else { return [] }
    let faces = PanelMask<S>(
      projections: structural.projections, unknowns: 0, regressors: form.unknowns)
    var rows = panel.neurons.map { neuron in
      var forbidden = form.exclusions[neuron].set
      if form.exclusions[neuron].leavesOutSelf {
        forbidden.insert(form.base.regressors.index(ofLocal: neuron))
      }
      return Row(forbidden: forbidden, held: ForbiddenSet(neurons: signs.count))
    }
    turn(&panel, form: form, structural, faces, &rows)
    var trace = [solver.objective(panel, rows: all, form: form)]
    var iteration = 0
    for _ in 0..<ConjugateGradients.verifications {
      solver.retireSolved(&panel)
      while panel.active > 0, iteration < solver.iterations {
        iteration += 1
        step(&panel, form: form, &rows)
        if iteration % ConjugateGradients.refreshInterval == 0 {
          solver.refresh(&panel, form: form)
        }
        turn(&panel, form: form, structural, faces, &rows)
        for i in 0..<panel.active { panel.scalars[i].iterations = iteration }
        trace.append(solver.objective(panel, rows: all, form: form))
        solver.retireSolved(&panel)
      }
      panel.active = all
      for i in 0..<all { panel.refreshSquaredNorm(i) }
      solver.refresh(&panel, form: form)
      turn(&panel, form: form, structural, faces, &rows)
      guard solver.reopen(&panel), iteration < solver.iterations else { break }
    }
    trace[trace.count - 1] = solver.objective(panel, rows: all, form: form)
    panel.active = all
    return trace
  }

  /// The ridge solution on the clamped currents, projected onto the signs.
  private func start<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>,
    from earlier: PanelSolution<S>?
  ) {
    let limit = S(Glibc.atanh(1 - solver.initialMargin))
    for i in 0..<panel.active { panel.score.setClamped(row: i, panel.target, limit: limit) }
    form.updateResidual(&panel)
    form.precondition(&panel)
    for i in 0..<panel.active {
      panel.scalars[i].scale = panel.residualDotImage(i)
      if let earlier {
        panel.coefficients.copyRow(i, from: earlier.coefficients, i)
      } else {
        panel.coefficients.copyRow(i, from: panel.image, i)
      }
      panel.coefficients.project(row: i, onto: signs)
    }
    solver.refresh(&panel, form: form)
    for i in 0..<panel.active { panel.refreshSquaredNorm(i) }
  }

  /// The gradients, the held sets, and the next directions.
  private func turn<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>, _ structural: PanelMask<S>,
    _ faces: PanelMask<S>, _ rows: inout [Row]
  ) {
    panel.mask = structural
    form.updateResidual(&panel)
    for i in 0..<panel.active {
      let position = panel.positions[i]
      let held = panel.coefficients.held(row: i, gradient: panel.residual, signs: signs)
      if held != rows[position].held || faces.projections[position] === structural.projections[position] {
        rows[position].held = held
        rows[position].restarts = true
        var set = rows[position].forbidden
        set.formUnion(held)
        faces.projections[position] = form.projection(
          onto: set.members, users: 1 / Self.facesToExpect)
      }
      panel.residual.clear(row: i, at: held.members)
    }
    panel.mask = faces
    var crossings = [Double](repeating: 0, count: panel.active)
    for i in 0..<panel.active { crossings[i] = panel.residualDotImage(i) }
    form.precondition(&panel)
    for i in 0..<panel.active {
      let position = panel.positions[i]
      let before = panel.scalars[i].decrement
      let decrement = panel.residualDotImage(i)
      panel.scalars[i].decrement = decrement
      let isFresh = rows[position].restarts || before <= 0
      let beta = isFresh ? 0 : max(0, (decrement - crossings[i]) / before)
      rows[position].restarts = false
      panel.setDirection(i, beta: beta)
      panel.scalars[i].slope = panel.residualDotDirection(i)
      if panel.scalars[i].slope <= 0 {
        panel.setDirection(i, beta: 0)
        panel.scalars[i].slope = decrement
      }
    }
    form.respond(&panel)
    for i in 0..<panel.active { panel.refreshDirectionScalars(i) }
  }

  /// Faces that a row visits before it stays on that of the solution.
  private static var facesToExpect: Double { 12 }

  /// A step of every active row along a feasible line.
  private func step<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>, _ rows: inout [Row]
  ) {
    var longest = [Double](repeating: 1, count: panel.active)
    var promised = [Double](repeating: 0, count: panel.active)
    var bent = false
    for i in 0..<panel.active {
      let length = panel.newtonLength(i, loss: solver.loss, ridge: form.ridge)
      promised[i] = length * panel.scalars[i].slope
      let isBent = panel.direction.bend(
        row: i, length: length, from: panel.coefficients, signs: signs)
      if isBent {
        bent = true
        rows[panel.positions[i]].restarts = true
      } else {
        longest[i] = length
      }
    }
    if bent { prepareLines(&panel, form: form) }
    var turned = false
    for i in 0..<panel.active {
      let lacksSlope = panel.scalars[i].slope <= 1e-3 * promised[i] && longest[i] == 1
      guard lacksSlope || rows[panel.positions[i]].wantsGradient else { continue }
      form.scaleByDiagonal(panel.residual, row: i, into: &panel.direction)
      _ = panel.direction.bend(row: i, length: 1, from: panel.coefficients, signs: signs)
      rows[panel.positions[i]].restarts = true
      longest[i] = 1
      turned = true
    }
    if turned { prepareLines(&panel, form: form) }
    for i in 0..<panel.active {
      let position = panel.positions[i]
      let length = panel.searchLine(
        i, loss: solver.loss, ridge: form.ridge, longest: longest[i])
      if length > 0 {
        panel.advance(i, by: length)
        panel.coefficients.project(row: i, onto: signs)
        rows[position].wantsGradient = false
      } else if rows[position].wantsGradient {
        panel.scalars[i].outcome = .stalled
      } else {
        rows[position].wantsGradient = true
        rows[position].restarts = true
      }
    }
  }

  /// Responses and scalars of directions that were replaced.
  private func prepareLines<S>(_ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>) {
    form.respond(&panel)
    for i in 0..<panel.active {
      panel.refreshDirectionScalars(i)
      panel.scalars[i].slope = panel.residualDotDirection(i)
    }
  }
}
