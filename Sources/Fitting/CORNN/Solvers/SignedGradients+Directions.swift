internal import Collectives
internal import LinearAlgebra

// The faces of the rows and the next directions on them.
extension SignedGradients {
  /// The weights of a row at zero, and what they would do if they were released.
  private struct Boundary {
    let zeros: ForbiddenSet
    /// Those of them that the gradient would give the wrong sign.
    let binding: ForbiddenSet
    /// The squared gradient of the others, in the metric of A's diagonal.
    let inward: Double
  }

  /// The gradients, the faces, and the next directions.
  func updateDirections<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>, _ state: inout SignedState<S>
  ) {
    let before = (0..<panel.active).map { state.rows[panel.rows[$0].position].face }
    form.updateGradient(&panel, state.structural)
    // Weights at 0 stay fixed while the others have the larger part of the gradient.
    var boundaries: [Boundary] = []
    for i in 0..<panel.active {
      let boundary = boundary(panel, i, form: form)
      state.fix(boundary.zeros, row: i, in: &panel, form: form)
      boundaries.append(boundary)
    }
    // `preconditioned` is still that of the gradient before.
    for i in 0..<panel.active { panel.rows[i].crossing = panel.residualDotPreconditioned(i) }
    form.precondition(&panel, state.faces, .iteration)
    release(&panel, form: form, &state, boundaries)
    for i in 0..<panel.active {
      setDirection(&panel, i, &state.rows[panel.rows[i].position], faceBefore: before[i])
    }
    form.updateDirectionResponse(&panel)
    for i in 0..<panel.active { panel.refreshDirectionSums(i) }
  }

  private func boundary<S>(
    _ panel: borrowing Panel<S>, _ i: Int, form: borrowing MaskedPrimalForm<S>
  ) -> Boundary {
    let binding = panel.coefficients.binding(row: i, gradient: panel.residual, signs: signs)
    let zeros = panel.coefficients.zeros(row: i, signs: signs)
    return Boundary(
      zeros: zeros, binding: binding,
      inward: form.diagonalSquare(panel.residual, row: i, at: zeros, except: binding))
  }

  /// Releases the weights at zero that are not binding, where their part of the gradient is
  /// large beside that of the others.
  private func release<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>, _ state: inout SignedState<S>,
    _ boundaries: [Boundary]
  ) {
    var released = [Bool](repeating: false, count: panel.active)
    for (i, boundary) in boundaries.enumerated() {
      let square = panel.residualDotPreconditioned(i)
      panel.rows[i].decrement = square + boundary.inward
      let isSolved = square < solver.tolerance * solver.tolerance * panel.rows[i].scale
      released[i] = boundary.inward > 0 && (isSolved || boundary.inward > Self.proportion * square)
    }
    guard released.contains(true) else { return }
    form.updateGradient(&panel, state.structural)
    for (i, boundary) in boundaries.enumerated() {
      state.fix(
        released[i] ? boundary.binding : boundary.zeros, row: i, in: &panel, form: form)
    }
    form.precondition(&panel, state.faces, .iteration)
    for i in 0..<panel.active where released[i] {
      panel.rows[i].decrement = panel.residualDotPreconditioned(i)
    }
    for _ in 0..<Self.corrections {
      guard fixOutward(&panel, form: form, &state) else { break }
      form.precondition(&panel, state.faces, .iteration)
    }
  }

  /// Fixes weights besides that the preconditioned residual would take from 0 to the wrong sign;
  /// returns whether there were any.
  private func fixOutward<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>, _ state: inout SignedState<S>
  ) -> Bool {
    var found = false
    for i in 0..<panel.active {
      let face = state.rows[panel.rows[i].position].face
      var fixed = panel.coefficients.binding(
        row: i, gradient: panel.preconditioned, signs: signs)
      fixed.formUnion(face)
      guard fixed != face else { continue }
      state.fix(fixed, row: i, in: &panel, form: form)
      found = true
    }
    return found
  }

  /// The next direction of a row whose residual is preconditioned on its face.
  private func setDirection<S>(
    _ panel: inout Panel<S>, _ i: Int, _ row: inout SignedState<S>.Row, faceBefore: ForbiddenSet
  ) {
    let square = panel.residualDotPreconditioned(i)
    let earlier = row.square
    row.square = square
    let isFresh = row.restarts || row.face != faceBefore || earlier <= 0
    panel.setDirection(i, beta: isFresh ? 0 : max(0, (square - panel.rows[i].crossing) / earlier))
    row.restarts = false
    if panel.rows[i].slope <= 0 {
      panel.setDirection(i, beta: 0)
      panel.rows[i].slope = square
    }
  }

  /// Weights at zero are released when their part of the squared gradient exceeds that of the
  /// others times this.
  private static var proportion: Double { 1 }

  /// How often a direction is taken anew without the weights whose signs it would make wrong.
  private static var corrections: Int { 4 }
}
