internal import Kernels
internal import LinearAlgebra

/// Preconditioned nonlinear conjugate gradients (Polak–Ribière+) on a panel of
/// independent convex subproblems.
///
/// Per row it minimises `F(θ) = Σ_t φ(s_t; d_t) + λ/2 ‖θ‖²`, `s = Xθ`, with the row's own φ. The matrix products
/// are taken for the whole panel, the step lengths row by row: the line search needs only
/// S and Sp, elementwise. One iteration is one product with the inverse, and in the space of
/// weights two with X.
struct ConjugateGradients: PanelSolver {
  let tolerance: Double
  let iterations: Int
  let initialMargin: Double
  /// Whether solutions are measured again from a recomputed S; a search for settings can do
  /// without.
  var verifies = true

  func solve<F: PanelProducts & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F, from solution: PanelSolution<F.S>?,
    isAbandoned: () -> Bool
  ) -> [Double]? {
    let all = panel.active
    let exclusion = form.exclusion(for: &panel)
    panel.startFromRidge(form: form, exclusion, initialMargin: initialMargin)
    if let solution {
      for i in 0..<all { panel.coefficients.copyRow(i, from: solution.coefficients, i) }
      panel.refreshResponse(form: form)
    } else {
      panel.takeBetterStart(
        form: form, exclusion, initialMargin: initialMargin)
    }
    var trace = [panel.objective]
    var iteration = 0
    // Rows in front that no verification has found solved.
    var open = all
    // Whether a verification left preconditioned residuals that serve the next iteration.
    var isPreconditioned = false
    for round in 1...Self.verifications {
      for i in 0..<panel.active { panel.rows[i].restarts = true }
      while panel.active > 0, iteration < iterations {
        if isAbandoned() { return nil }
        iteration += 1
        let pass = Pass(iteration: iteration, isPreconditioned: isPreconditioned)
        if iterate(&panel, form: form, exclusion, pass) { trace.append(panel.objective) }
        isPreconditioned = false
      }
      guard verifies else { break }
      // A few steps after S was recomputed the residual was measured as exactly as it can be.
      if panel.active == 0, round > 1 { break }
      panel.active = open
      verify(&panel, form: form, exclusion)
      guard panel.reopen(notBelow: tolerance), iteration < iterations else { break }
      panel.retireSolved(below: tolerance)
      open = panel.active
      isPreconditioned = panel.space == .samples
    }
    panel.active = all
    trace[trace.count - 1] = panel.objective
    return trace
  }

  /// How often a solution may be found wanting after its S was recomputed.
  static var verifications: Int { 3 }

  /// Iterations between two recomputations of S, which bound the drift of its recursion.
  static var refreshInterval: Int { 50 }

  /// One iteration of all active rows.
  private struct Pass {
    let iteration: Int
    let isPreconditioned: Bool
  }

  /// Residuals, directions, and a step along them, of all rows that are not solved; false if
  /// there is none.
  ///
  /// Between two products a row is dealt with in one go, while it is in cache: in the space of
  /// samples everything between two products with the inverse.
  private func iterate<F: PanelProducts & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F, _ exclusion: F.PanelExclusion, _ pass: Pass
  ) -> Bool {
    if !pass.isPreconditioned {
      form.updateGradient(&panel, exclusion)
      if panel.space == .weights {
        for i in 0..<panel.active {
          panel.rows[i].crossing = panel.residualDotPreconditioned(i)
        }
      }
      form.precondition(&panel, exclusion, .iteration)
    }
    switch panel.space {
    case .samples:
      for i in 0..<panel.active where redirect(&panel, i, form: form, exclusion, pass) {
        step(&panel, i, pass)
      }
      panel.retireSolved(below: tolerance)
    case .weights:
      for i in 0..<panel.active { _ = redirect(&panel, i, form: form, exclusion, pass) }
      panel.retireSolved(below: tolerance)
      form.updateDirectionResponse(&panel)
      for i in 0..<panel.active {
        panel.refreshDirectionSums(i)
        step(&panel, i, pass)
      }
    }
    refreshStale(&panel, form: form, pass)
    return panel.active > 0
  }

  /// The next direction of a row whose residual is preconditioned; false if it is solved.
  private func redirect<F: PanelProducts & ~Copyable>(
    _ panel: inout Panel<F.S>, _ i: Int, form: borrowing F, _ exclusion: F.PanelExclusion,
    _ pass: Pass
  ) -> Bool {
    let before = panel.rows[i].decrement
    let decrement =
      pass.isPreconditioned ? before : form.exclude(exclusion, from: &panel, row: i)
    panel.rows[i].decrement = decrement
    if panel.rows[i].outcome != .iterationLimit { return false }
    if panel.rows[i].optimality < tolerance { return false }
    panel.setDirection(i, beta: panel.rows[i].beta(decrement, after: before))
    panel.rows[i].restarts = false
    if panel.rows[i].slope <= 0 {
      panel.setDirection(i, beta: 0)
      panel.rows[i].slope = decrement
    }
    return true
  }

  /// A step of a row along its direction.
  private func step<S>(_ panel: inout Panel<S>, _ i: Int, _ pass: Pass) {
    let length = panel.searchLine(i)
    if length > 0 { panel.advanceWithResidual(i, by: length) }
    panel.rows[i].count(step: length, iteration: pass.iteration)
  }

  /// Recomputes S where its recursion has drifted long enough, and where a row stalls: it gets a
  /// second chance.
  private func refreshStale<F: PanelProducts & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F, _ pass: Pass
  ) {
    let isDue = pass.iteration % Self.refreshInterval == 0
    let stale = (0..<panel.active).filter { isDue || panel.rows[$0].stalls == 1 }
    guard !stale.isEmpty else { return }
    panel.bringToFront(stale)
    let active = panel.active
    panel.active = stale.count
    panel.refreshResponse(form: form)
    panel.active = active
  }

  /// The optimality residuals from a recomputed S: what is reported is measured, not
  /// recursed.
  private func verify<F: PanelProducts & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F, _ exclusion: F.PanelExclusion
  ) {
    panel.refreshResponse(form: form)
    form.updateGradient(&panel, exclusion)
    form.precondition(&panel, exclusion, .iteration)
    for i in 0..<panel.active {
      panel.rows[i].decrement = form.exclude(exclusion, from: &panel, row: i)
      if panel.rows[i].optimality < tolerance { panel.rows[i].outcome = .converged }
    }
  }
}
