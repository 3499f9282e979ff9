internal import LinearAlgebra
internal import Kernels

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
    panel.isExact = !form.isApproximated
    panel.caution = panel.isExact ? 1 : form.isClose ? Self.closeCaution : Self.caution
    panel.startFromRidge(form: form, loss: loss, initialMargin: initialMargin)
    if let solution {
      for i in 0..<all { panel.coefficients.copyRow(i, from: solution.coefficients, i) }
      refresh(&panel, form: form)
    }
    var trace = [panel.objective(ridge: form.ridge)]
    var iteration = 0
    // Rows in front whose solution was not yet found good with the inverse itself.
    var unverified = all
    // Whether images of the residuals are there already.
    var isMeasured = false
    for round in 1...Self.verifications {
      let wasExact = panel.isExact
      for i in 0..<panel.active { panel.scalars[i].restarts = true }
      while panel.active > 0, iteration < iterations {
        if isAbandoned() { return nil }
        iteration += 1
        if iterate(&panel, form: form, iteration: iteration, isMeasured: isMeasured) {
          trace.append(panel.objective(ridge: form.ridge))
        }
        isMeasured = false
      }
      // A few steps after S was recomputed the residual was measured as exactly as it can be.
      if panel.active == 0, wasExact, round > 1 { break }
      panel.active = unverified
      // A close image measures the residual of a recomputed S as well as the exact one.
      panel.isExact = wasExact || !form.isClose
      panel.caution = 1
      verify(&panel, form: form)
      guard reopen(&panel, stalledToo: !wasExact), iteration < iterations else { break }
      retireSolved(&panel)
      unverified = panel.active
      isMeasured = form.isDual
    }
    panel.active = all
    trace[trace.count - 1] = panel.objective(ridge: form.ridge)
    return trace
  }

  /// How often a solution may be found wanting after its S was recomputed.
  static var verifications: Int { 3 }

  /// Iterations between two recomputations of S, which bound the drift of its recursion.
  static var refreshInterval: Int { 50 }

  /// What an inexact residual must reach, times the tolerance, so that the exact one mostly
  /// is below the tolerance too.
  private static var caution: Double { 0.85 }
  private static var closeCaution: Double { 0.97 }

  /// New images, unless they are there already, and directions, and a step along them, of all
  /// rows that are not solved; false if there is none.
  ///
  /// Between two products a row is dealt with in one go, while it is in cache: in the dual
  /// form everything between two solves.
  private func iterate<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F, iteration: Int, isMeasured: Bool
  ) -> Bool {
    if !isMeasured {
      form.updateResidual(&panel)
      form.precondition(&panel)
    }
    if form.isDual {
      for i in 0..<panel.active where turn(&panel, i, form: form, isMeasured: isMeasured) {
        step(&panel, i, form: form, iteration: iteration)
      }
      retireSolved(&panel)
    } else {
      for i in 0..<panel.active { _ = turn(&panel, i, form: form) }
      retireSolved(&panel)
      form.respond(&panel)
      for i in 0..<panel.active {
        panel.refreshDirectionScalars(i)
        step(&panel, i, form: form, iteration: iteration)
      }
    }
    // A row that stalls gets a second chance with an S freed of drift.
    let isDue = iteration % Self.refreshInterval == 0
    let stale = (0..<panel.active).filter { isDue || panel.scalars[$0].stalls == 1 }
    if !stale.isEmpty {
      panel.bringToFront(stale)
      let active = panel.active
      panel.active = stale.count
      refresh(&panel, form: form)
      panel.active = active
    }
    return panel.active > 0
  }

  /// The next direction of a row whose residual was multiplied; false if it is solved.
  private func turn<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, _ i: Int, form: borrowing F, isMeasured: Bool = false
  ) -> Bool {
    let before = panel.scalars[i].decrement
    let decrement = isMeasured ? before : form.completeImage(&panel, row: i)
    panel.scalars[i].decrement = decrement
    if panel.scalars[i].outcome != .iterationLimit || isSolved(panel, i) { return false }
    let isFresh = panel.scalars[i].restarts || before <= 0 || panel.scalars[i].stalls > 0
    panel.scalars[i].restarts = false
    let beta = isFresh ? 0 : max(0, (decrement - panel.scalars[i].crossing) / before)
    form.setDirection(&panel, row: i, beta: beta)
    if panel.scalars[i].slope <= 0 {
      form.setDirection(&panel, row: i, beta: 0)
      panel.scalars[i].slope = decrement
    }
    return true
  }

  /// A step of a row along its direction.
  private func step<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, _ i: Int, form: borrowing F, iteration: Int
  ) {
    let length = panel.searchLine(i, loss: loss, ridge: form.ridge)
    if length > 0 { form.advance(&panel, row: i, by: length) }
    panel.scalars[i].iterations = iteration
    panel.scalars[i].stalls = length > 0 ? 0 : panel.scalars[i].stalls + 1
    if panel.scalars[i].stalls > 1 { panel.scalars[i].outcome = .stalled }
  }

  /// Recomputes S and what depends on it, the norm of the weights too.
  func refresh<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F
  ) {
    form.refreshResponse(&panel)
    for i in 0..<panel.active {
      panel.refreshSquaredNorm(i)
      panel.rescore(i, loss: loss)
      form.takeScore(&panel, row: i)
    }
  }

  /// The optimality residuals from a recomputed S: what is reported is measured, not
  /// recursed.
  private func verify<F: SubproblemForm & ~Copyable>(
    _ panel: inout Panel<F.S>, form: borrowing F
  ) {
    refresh(&panel, form: form)
    form.updateResidual(&panel)
    form.precondition(&panel)
    for i in 0..<panel.active {
      panel.scalars[i].decrement = form.completeImage(&panel, row: i)
      if isSolved(panel, i) { panel.scalars[i].outcome = .converged }
    }
  }

  private func isSolved<S: Scalar>(_ panel: borrowing Panel<S>, _ i: Int) -> Bool {
    panel.scalars[i].optimality < tolerance * panel.caution
  }

  /// Takes up again the rows whose recomputed residual is above the tolerance after all, and
  /// those that may have stalled for the sake of an approximation only.
  func reopen<S: Scalar>(_ panel: inout Panel<S>, stalledToo: Bool = false) -> Bool {
    var found = false
    for i in 0..<panel.active where !isSolved(panel, i) {
      let outcome = panel.scalars[i].outcome
      guard outcome == .converged || outcome == .stalled && stalledToo else { continue }
      panel.scalars[i].outcome = .iterationLimit
      panel.scalars[i].stalls = 0
      found = true
    }
    return found
  }

  func retireSolved<S: Scalar>(_ panel: inout Panel<S>) {
    for i in stride(from: panel.active - 1, through: 0, by: -1) {
      if panel.scalars[i].outcome == .iterationLimit, isSolved(panel, i) {
        panel.scalars[i].outcome = .converged
      }
      if panel.scalars[i].outcome != .iterationLimit { panel.retire(row: i) }
    }
  }
}
