internal import Kernels
package import LinearAlgebra

/// Nonlinear conjugate gradients (Polak–Ribière+) of a panel in whitened features.
///
/// The features precondition, and where it pays the curvatures that a row begins with, so an
/// iteration is a product with Q and one with its transpose,
/// rounded to 16 bits where the processor multiplies those faster. What rounding leaves in S and
/// in `B η` is relative to each step; both are recomputed now and then.
struct FeatureGradients {
  let tolerance: Double
  let iterations: Int
  /// The currents of the ridge problem whose gradient at zero is the residual's scale.
  let scale: StartCurrents
  /// Those whose ridge solutions the iterations may begin with; `scale` first, if it is one.
  let starts: [StartCurrents]
  /// Whether the scores of all losses are bounded.
  ///
  /// Rows may then begin with what is best for a few others, and those that are below a bound at once
  /// go on: see `EarlyBound`.
  let isBounded: Bool
  let kernel: ProductKernel
  /// Whether the rows' own curvatures precondition their directions, where the features lead by
  /// size: that pays where the curvature of a sample hardly changes on the way.
  var usesCurvature = false

  /// Iterates the active rows until their residuals are below a bound; false if `isAbandoned`.
  ///
  /// Rows that were below an earlier bound go on as if they had not stopped: what moved S
  /// meanwhile is small, and their directions are worth keeping.
  func iterate(
    _ panel: inout FeaturePanel, below bound: Double, trace: inout [Double],
    isAbandoned: () -> Bool
  ) -> Bool {
    while panel.panel.active > 0, trace.count <= iterations {
      if isAbandoned() { return false }
      panel.project(panel.gradientAccuracy)
      let before = (0..<panel.panel.active).map { panel.panel.rows[$0].square }
      panel.updateImages()
      for i in 0..<panel.panel.active { redirect(&panel, i, after: before[i], below: bound) }
      panel.retireSolved { self.bound(of: $0, below: bound) }
      guard panel.panel.active > 0 else { break }
      panel.respond()
      for i in 0..<panel.panel.active { step(&panel, i, iteration: trace.count) }
      refreshStale(&panel, iteration: trace.count)
      trace.append(panel.panel.objective)
    }
    return true
  }

  /// The bound of a row's residual.
  private func bound(of row: RowState, below bound: Double) -> Double {
    isBounded && row.iterations < EarlyBound.iterations ? EarlyBound.share * bound : bound
  }

  /// The next direction of a row, unless it is solved.
  private func redirect(
    _ panel: inout FeaturePanel, _ i: Int, after before: Double, below bound: Double
  ) {
    let row = panel.panel.rows[i]
    let beta = panel.takeHeldBeta(i) ?? row.beta(row.square, after: before)
    guard row.optimality >= self.bound(of: row, below: bound) else { return panel.hold(beta, i) }
    panel.panel.rows[i].restarts = false
    panel.setDirection(i, beta: beta)
    if panel.panel.rows[i].slope <= 0 {
      panel.setDirection(i, beta: 0)
      panel.panel.rows[i].slope = row.square
    }
  }

  /// A step of a row along its direction.
  private func step(_ panel: inout FeaturePanel, _ i: Int, iteration: Int) {
    panel.refreshDirectionSums(i)
    let length = panel.panel.searchLine(i)
    panel.packScore(i)
    if length > 0 { panel.advance(i, by: length) }
    panel.panel.rows[i].count(step: length, iteration: iteration)
  }

  /// Recomputes S where its recursion has drifted long enough, and where a row stalls: it gets a
  /// second chance.
  private func refreshStale(_ panel: inout FeaturePanel, iteration: Int) {
    let isDue = iteration.isMultiple(of: kernel.refreshInterval)
    let stale = (0..<panel.panel.active).filter { isDue || panel.panel.rows[$0].stalls == 1 }
    guard !stale.isEmpty else { return }
    panel.bringToFront(stale)
    let active = panel.panel.active
    panel.panel.active = stale.count
    panel.refresh()
    panel.panel.active = active
  }
}

/// When a row with bounded scores is solved that was near from the start.
///
/// The residual is relative to the gradient of the ridge problem, which is a hundred times that of
/// scores clipped at 0.02. From a distance the last iterations take it far below the tolerance;
/// from a start that is near it ends just below, with weights and held-out errors that two tolerances
/// of the former would not differ by. With a fifth of it they are within (1,000 neurons ×
/// 6,000 frames with impulses: 3.7 iterations in place of 2.4, and of 9.5 from afar).
private enum EarlyBound {
  static var iterations: Int { 5 }
  static var share: Double { 0.2 }
}

extension ProductKernel {
  /// Iterations in features between two recomputations of S.
  ///
  /// With rounded products robust losses, whose curvature changes from sample to sample, stall
  /// at 1.2e-4 to 1.9e-4 if there is none; float32 drifts less.
  package var refreshInterval: Int { isRounded ? 10 : 50 }
}
