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
  /// Whether rows may begin with what is best for a few others.
  let sharesStart: Bool
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
      panel.retireSolved(below: bound)
      guard panel.panel.active > 0 else { break }
      panel.respond()
      for i in 0..<panel.panel.active { step(&panel, i, iteration: trace.count) }
      refreshStale(&panel, iteration: trace.count)
      trace.append(panel.panel.objective)
    }
    return true
  }

  /// The next direction of a row, unless it is solved.
  private func redirect(
    _ panel: inout FeaturePanel, _ i: Int, after before: Double, below bound: Double
  ) {
    let row = panel.panel.rows[i]
    let beta = panel.takeHeldBeta(i) ?? row.beta(row.square, after: before)
    guard row.optimality >= bound else { return panel.hold(beta, i) }
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

extension ProductKernel {
  /// Iterations in features between two recomputations of S.
  ///
  /// With rounded products robust losses, whose curvature changes from sample to sample, stall
  /// at 1.2e-4 to 1.9e-4 if there is none; float32 drifts less.
  package var refreshInterval: Int { isRounded ? 10 : 50 }
}
