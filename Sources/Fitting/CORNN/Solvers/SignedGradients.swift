internal import Collectives
internal import LinearAlgebra

/// Projected conjugate gradients for weights of given signs, `σ_j θ_j ≥ 0`.
///
/// A weight is *binding* if it is 0 and the gradient would make its sign wrong. Each iteration
/// goes along the conjugate direction of the weights that are not fixed at zero, preconditioned
/// exactly on them, to Newton's length; the end is projected onto the signs, and the line to
/// the projected end, which is feasible throughout, is searched. Where that line does not
/// descend, the projected gradient in a diagonal metric replaces it, which always does
/// unless the point is optimal. The directions restart when the face changes, so from
/// the solution's own face on this is the unconstrained method on it.
///
/// Optimal is where the gradient of the weights not binding is zero: the residual that is
/// reported is `‖r‖ / ‖Xᵀz‖`, r the gradient without its binding entries, in the norm of the
/// inverse of A on the rest.
///
/// Reference: Bertsekas (1982), projected Newton methods; Moré and Toraldo (1991).
struct SignedGradients {
  let solver: ConjugateGradients
  /// By presynaptic neuron.
  let signs: [Int]

  func solve<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>,
    from earlier: PanelSolution<S>?, isAbandoned: () -> Bool
  ) -> [Double]? {
    let all = panel.active
    let structural = form.exclusion(for: &panel)
    start(&panel, form: form, structural, from: earlier)
    var state = SignedState(structural, panel, form: form)
    updateDirections(&panel, form: form, &state)
    var trace = [panel.objective]
    var iteration = 0
    for _ in 0..<ConjugateGradients.verifications {
      panel.retireSolved(below: solver.tolerance)
      while panel.active > 0, iteration < solver.iterations {
        if isAbandoned() { return nil }
        iteration += 1
        step(&panel, form: form, &state)
        if iteration % ConjugateGradients.refreshInterval == 0 {
          panel.refreshResponse(form: form)
        }
        updateDirections(&panel, form: form, &state)
        for i in 0..<panel.active { panel.rows[i].iterations = iteration }
        trace.append(panel.objective)
        panel.retireSolved(below: solver.tolerance)
      }
      panel.active = all
      panel.refreshResponse(form: form)
      updateDirections(&panel, form: form, &state)
      guard panel.reopen(notBelow: solver.tolerance), iteration < solver.iterations else { break }
    }
    trace[trace.count - 1] = panel.objective
    panel.active = all
    return trace
  }

  /// The ridge solution on the clamped currents, or the earlier one, projected onto the signs.
  private func start<S>(
    _ panel: inout Panel<S>, form: borrowing MaskedPrimalForm<S>,
    _ structural: RowProjections<S>, from earlier: PanelSolution<S>?
  ) {
    panel.setScoresToCurrents(initialMargin: solver.initialMargin)
    form.updateGradient(&panel, structural)
    form.precondition(&panel, structural, .start)
    for i in 0..<panel.active {
      panel.rows[i].scale = panel.residualDotPreconditioned(i)
      if let earlier {
        panel.coefficients.copyRow(i, from: earlier.coefficients, i)
      } else {
        panel.coefficients.copyRow(i, from: panel.preconditioned, i)
      }
      panel.coefficients.project(row: i, onto: signs)
    }
    panel.refreshResponse(form: form)
  }
}
