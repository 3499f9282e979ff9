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
    /// These and the weights that are held.
    var face: ForbiddenSet
    /// `⟨g, image⟩` on the face.
    var square = 0.0
    /// The directions restart.
    var restarts = true
    /// How often in turn no length was found: the second time along the gradient.
    var wantsGradient = false
  }

  func solve<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>,
    from earlier: PanelSolution<S>?, isAbandoned: () -> Bool
  ) -> [Double]? {
    let all = panel.active
    form.prepareExclusion(&panel)
    start(&panel, form: form, from: earlier)
    guard let structural = panel.mask else { return [] }
    var rows = panel.neurons.map { neuron in
      var forbidden = form.exclusions[neuron].set
      if form.exclusions[neuron].leavesOutSelf {
        forbidden.insert(form.base.regressors.index(ofLocal: neuron))
      }
      return Row(forbidden: forbidden, face: forbidden)
    }
    let faces = PanelMask<S>(
      projections: rows.map { form.projection(onto: $0.face.members, users: 1) },
      unknowns: 0, regressors: form.unknowns)
    turn(&panel, form: form, structural, faces, &rows)
    var trace = [panel.objective(ridge: form.ridge)]
    var iteration = 0
    for _ in 0..<ConjugateGradients.verifications {
      solver.retireSolved(&panel)
      while panel.active > 0, iteration < solver.iterations {
        if isAbandoned() { return nil }
        iteration += 1
        step(&panel, form: form, &rows)
        if iteration % ConjugateGradients.refreshInterval == 0 {
          solver.refresh(&panel, form: form)
        }
        turn(&panel, form: form, structural, faces, &rows)
        for i in 0..<panel.active { panel.scalars[i].iterations = iteration }
        trace.append(panel.objective(ridge: form.ridge))
        solver.retireSolved(&panel)
      }
      panel.active = all
      solver.refresh(&panel, form: form)
      turn(&panel, form: form, structural, faces, &rows)
      guard solver.reopen(&panel), iteration < solver.iterations else { break }
    }
    trace[trace.count - 1] = panel.objective(ridge: form.ridge)
    panel.active = all
    return trace
  }

  /// The ridge solution on the clamped currents, projected onto the signs.
  private func start<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>,
    from earlier: PanelSolution<S>?
  ) {
    let limit = S(Glibc.atanh(1 - solver.initialMargin))
    for i in 0..<panel.active { panel.score.setClamped(row: i, panel.target, i, limit: limit) }
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
  }

  /// The gradients, the held sets, and the next directions.
  private func turn<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>, _ structural: PanelMask<S>,
    _ faces: PanelMask<S>, _ rows: inout [Row]
  ) {
    panel.mask = structural
    form.updateResidual(&panel)
    panel.mask = faces
    let before = (0..<panel.active).map { rows[panel.positions[$0]].face }
    // Weights at 0 stay held while the others have the larger part of the gradient.
    var inward = [Double](repeating: 0, count: panel.active)
    var optimal: [ForbiddenSet] = []
    for i in 0..<panel.active {
      let held = panel.coefficients.held(row: i, gradient: panel.residual, signs: signs)
      let zeros = panel.coefficients.zeros(row: i, signs: signs)
      inward[i] = form.diagonalSquare(panel.residual, row: i, at: zeros, except: held)
      hold(zeros, i, &panel, form: form, faces, &rows)
      optimal.append(held)
    }
    // ⟨g, A⁻¹ g_old⟩, while `image` is still the old one.
    var crossings = [Double](repeating: 0, count: panel.active)
    for i in 0..<panel.active { crossings[i] = panel.residualDotImage(i) }
    form.precondition(&panel)
    var releases = false
    var released = [Bool](repeating: false, count: panel.active)
    for i in 0..<panel.active {
      let square = panel.residualDotImage(i)
      panel.scalars[i].decrement = square + inward[i]
      let isSolved = square < solver.tolerance * solver.tolerance * panel.scalars[i].scale
      released[i] = inward[i] > 0 && (isSolved || inward[i] > Self.proportion * square)
      if released[i] { releases = true }
    }
    if releases {
      panel.mask = structural
      form.updateResidual(&panel)
      panel.mask = faces
      for i in 0..<panel.active {
        hold(
          released[i] ? optimal[i] : panel.coefficients.zeros(row: i, signs: signs), i, &panel,
          form: form, faces, &rows)
      }
      form.precondition(&panel)
      for i in 0..<panel.active where released[i] {
        panel.scalars[i].decrement = panel.residualDotImage(i)
      }
      for _ in 0..<Self.corrections {
        guard holdOutward(&panel, form: form, faces, &rows) else { break }
        form.precondition(&panel)
      }
    }
    for i in 0..<panel.active {
      let position = panel.positions[i]
      let square = panel.residualDotImage(i)
      let earlier = rows[position].square
      rows[position].square = square
      let isFresh = rows[position].restarts || rows[position].face != before[i] || earlier <= 0
      panel.setDirection(i, beta: isFresh ? 0 : max(0, (square - crossings[i]) / earlier))
      rows[position].restarts = false
      panel.scalars[i].slope = panel.residualDotDirection(i)
      if panel.scalars[i].slope <= 0 {
        panel.setDirection(i, beta: 0)
        panel.scalars[i].slope = square
      }
    }
    form.respond(&panel)
    for i in 0..<panel.active { panel.refreshDirectionScalars(i) }
  }

  /// Holds weights besides, whose image would take them from 0 to the wrong sign; returns
  /// whether there were any.
  private func holdOutward<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>, _ faces: PanelMask<S>,
    _ rows: inout [Row]
  ) -> Bool {
    var found = false
    for i in 0..<panel.active {
      let face = rows[panel.positions[i]].face
      var held = panel.coefficients.held(row: i, gradient: panel.image, signs: signs)
      held.formUnion(face)
      guard held != face else { continue }
      hold(held, i, &panel, form: form, faces, &rows)
      found = true
    }
    return found
  }

  /// Makes the face of a row the one on which the given weights are held.
  private func hold<S>(
    _ held: ForbiddenSet, _ i: Int, _ panel: inout Panel<S>,
    form: borrowing MaskedPrimalForm<S>, _ faces: PanelMask<S>, _ rows: inout [Row]
  ) {
    let position = panel.positions[i]
    var face = rows[position].forbidden
    face.formUnion(held)
    if face != rows[position].face {
      rows[position].face = face
      faces.projections[position] = form.projection(
        onto: face.members, users: 1 / Self.facesToExpect)
    }
    panel.residual.clear(row: i, at: held.members)
  }

  /// Held weights are released when their part of the squared gradient exceeds that of the
  /// others times this.
  private static var proportion: Double { 1 }

  /// How often a direction is taken anew without the weights that it would turn.
  private static var corrections: Int { 4 }

  /// Faces that a row visits before it stays on that of the solution.
  private static var facesToExpect: Double { 12 }

  /// A step of every active row along a feasible line.
  private func step<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>, _ rows: inout [Row]
  ) {
    var longest = [Double](repeating: 1, count: panel.active)
    var promised = [Double](repeating: 0, count: panel.active)
    // Where a bent row's own line first meets a sign.
    var boundary = [Double?](repeating: nil, count: panel.active)
    for i in 0..<panel.active {
      let length = panel.newtonLength(i, ridge: form.ridge)
      promised[i] = length * panel.scalars[i].slope
      let first = panel.direction.firstBoundary(
        row: i, length: length, from: panel.coefficients, signs: signs)
      if first < length {
        boundary[i] = first
        // The image is of no more use, as the directions restart.
        panel.image.copyRow(i, from: panel.direction, i)
        panel.direction.bend(row: i, length: length, from: panel.coefficients, signs: signs)
        rows[panel.positions[i]].restarts = true
      } else {
        longest[i] = length
      }
    }
    if boundary.contains(where: { $0 != nil }) { prepareLines(&panel, form: form) }
    var turned = false
    for i in 0..<panel.active {
      let position = panel.positions[i]
      if rows[position].wantsGradient {
        form.scaleByDiagonal(panel.residual, row: i, into: &panel.direction)
        panel.direction.bend(row: i, length: 1, from: panel.coefficients, signs: signs)
        longest[i] = 1
      } else if let first = boundary[i], panel.scalars[i].slope < 0.1 * promised[i] {
        panel.direction.copyRow(i, from: panel.image, i)
        longest[i] = first
      } else {
        continue
      }
      rows[position].restarts = true
      turned = true
    }
    if turned { prepareLines(&panel, form: form) }
    for i in 0..<panel.active {
      let position = panel.positions[i]
      let length = panel.searchLine(
        i, loss: solver.loss, ridge: form.ridge, longest: longest[i])
      if length > 0 {
        panel.advance(i, by: length)
        panel.coefficients.settle(row: i, after: length, along: panel.direction, signs: signs)
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
