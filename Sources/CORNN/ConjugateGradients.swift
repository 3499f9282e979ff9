internal import LinearAlgebra

/// Preconditioned nonlinear conjugate gradients (Polak–Ribière+) on a panel of
/// independent convex subproblems.
///
/// Per row it minimises `F(θ) = Σ_t φ(s_t; d_t) + λ/2 ‖θ‖²`, `s = Xθ`. The matrix products
/// are taken for the whole panel, the step lengths row by row: the line search needs only
/// S and Sp, elementwise. One iteration is one product with the inverse, and in the
/// primal form two with X.
struct ConjugateGradients: PanelSolver {
  let loss: PointwiseLoss
  let tolerance: Double
  let iterations: Int
  let initialMargin: Double

  /// Solves the panel from the ridge solution on the currents z, or from given
  /// coefficients.
  ///
  /// `panel.target` is given. On return `coefficients`, `response` and `scalars` hold the
  /// solutions, in the order of `panel.neurons`.
  func solve<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F, from solution: PanelSolution<F.S>?,
    isAbandoned: () -> Bool
  ) -> [Double]? {
    let all = panel.active
    form.prepareExclusion(&panel)
    panel.startFromRidge(form: form, loss: loss, initialMargin: initialMargin)
    if let solution {
      for i in 0..<all { panel.coefficients.copyRow(i, from: solution.coefficients, i) }
      refresh(&panel, form: form)
      for i in 0..<all { panel.refreshSquaredNorm(i) }
    }
    for i in 0..<all { panel.scalars[i].decrement = 0 }
    turn(&panel, form: form)
    var trace = [panel.objective(ridge: form.ridge)]
    var iteration = 0
    for _ in 0..<Self.verifications {
      retireSolved(&panel)
      while panel.active > 0, iteration < iterations {
        if isAbandoned() { return nil }
        iteration += 1
        step(&panel, form: form)
        // A row that stalls gets a second chance with an S freed of drift.
        let stalls = (0..<panel.active).contains { panel.scalars[$0].stalls == 1 }
        if stalls || iteration % Self.refreshInterval == 0 { refresh(&panel, form: form) }
        turn(&panel, form: form)
        for i in 0..<panel.active { panel.scalars[i].iterations = iteration }
        trace.append(panel.objective(ridge: form.ridge))
        retireSolved(&panel)
      }
      panel.active = all
      verify(&panel, form: form)
      guard reopen(&panel), iteration < iterations else { break }
      turn(&panel, form: form)
    }
    trace[trace.count - 1] = panel.objective(ridge: form.ridge)
    panel.active = all
    return trace
  }

  /// How often a solution may be found wanting after its S was recomputed.
  static var verifications: Int { 3 }

  /// Iterations between two recomputations of S, which bound the drift of its recursion.
  static var refreshInterval: Int { 50 }

  /// A step of every active row along its direction.
  private func step<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F
  ) {
    for i in 0..<panel.active {
      let length = panel.searchLine(i, loss: loss, ridge: form.ridge)
      if length > 0 {
        panel.advance(i, by: length)
        panel.scalars[i].stalls = 0
      } else {
        panel.scalars[i].stalls += 1
        if panel.scalars[i].stalls > 1 { panel.scalars[i].outcome = .stalled }
      }
    }
  }

  /// The new residuals, their images, and the next directions.
  private func turn<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F
  ) {
    form.updateResidual(&panel)
    // ⟨g_new, A⁻¹ g_old⟩, while `image` is still the old one.
    var crossings = [Double](repeating: 0, count: panel.active)
    for i in 0..<panel.active { crossings[i] = panel.residualDotImage(i) }
    form.precondition(&panel)
    for i in 0..<panel.active {
      let before = panel.scalars[i].decrement
      let decrement = panel.residualDotImage(i)
      panel.scalars[i].decrement = decrement
      let isFresh = before <= 0 || panel.scalars[i].stalls > 0
      let beta = isFresh ? 0 : max(0, (decrement - crossings[i]) / before)
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

  /// Recomputes S and what depends on it.
  func refresh<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F
  ) {
    form.refreshResponse(&panel)
    for i in 0..<panel.active { panel.rescore(i, loss: loss) }
  }

  /// The optimality residuals from a recomputed S: what is reported is measured, not
  /// recursed.
  private func verify<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F
  ) {
    refresh(&panel, form: form)
    form.updateResidual(&panel)
    form.precondition(&panel)
    for i in 0..<panel.active { panel.scalars[i].decrement = panel.residualDotImage(i) }
  }

  /// Takes up again the rows whose recomputed residual is above the tolerance after all.
  func reopen<S: Scalar>(_ panel: inout Panel<S>) -> Bool {
    var found = false
    for i in 0..<panel.active
    where panel.scalars[i].outcome == .converged && panel.scalars[i].optimality >= tolerance {
      panel.scalars[i].outcome = .iterationLimit
      found = true
    }
    return found
  }

  func retireSolved<S: Scalar>(_ panel: inout Panel<S>) {
    for i in stride(from: panel.active - 1, through: 0, by: -1) {
      if panel.scalars[i].outcome == .iterationLimit, panel.scalars[i].optimality < tolerance {
        panel.scalars[i].outcome = .converged
      }
      if panel.scalars[i].outcome != .iterationLimit { panel.retire(row: i) }
    }
  }
}
