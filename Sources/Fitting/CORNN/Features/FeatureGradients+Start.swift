internal import Kernels
internal import LinearAlgebra

// The start.
//
// Rows with the same targets, which differ in their losses alone, have the same ridge solutions:
// products of these are taken once.
extension FeatureGradients {
  /// The better of the ridge solutions on the currents clamped at each margin, by the objective
  /// of each row.
  func start(_ panel: inout FeaturePanel) {
    let all = panel.panel.active
    var objectives = [Double](repeating: .infinity, count: all)
    var choices = [Int](repeating: 0, count: all)
    var best = Matrix<Float>(rows: all, columns: panel.features.count)
    for (choice, margin) in margins.enumerated() {
      panel.share(among: panel.targets) {
        setRidgeSolution(&$0, margin: margin)
        $0.refresh(.rounded)
      }
      for i in 0..<all {
        let row = panel.panel.rows[i]
        if choice == 0 { panel.panel.rows[i].scale = row.decrement }
        let objective = row.loss + row.squaredNorm / 2
        guard objective < objectives[row.position] else { continue }
        objectives[row.position] = objective
        choices[row.position] = choice
        best.copyRow(row.position, from: panel.panel.coefficients, i)
      }
    }
    for i in 0..<all {
      panel.panel.coefficients.copyRow(i, from: best, panel.panel.rows[i].position)
    }
    panel.share(among: zip(panel.targets, choices).map { $0 * margins.count + $1 }) {
      $0.refresh()
    }
    if usesCurvature { panel.takeMetric() }
  }

  /// The given states, by position, with the residual's scale of the ridge problem.
  func start(_ panel: inout FeaturePanel, from states: borrowing Matrix<Float>) {
    panel.share(among: panel.targets) { setRidgeSolution(&$0, margin: margins[0]) }
    for i in 0..<panel.panel.active {
      let row = panel.panel.rows[i]
      panel.panel.rows[i].scale = row.decrement
      panel.panel.coefficients.copyRow(i, from: states, row.position)
    }
    panel.refresh()
  }

  /// `η ←` the ridge solution on the clamped currents: the image of the gradient at zero.
  private func setRidgeSolution(_ panel: inout FeaturePanel, margin: Double) {
    panel.clear()
    for i in 0..<panel.panel.active {
      panel.panel.setClampedCurrent(i, margin: margin)
      panel.packScore(i)
    }
    panel.project(.rounded)
    for i in 0..<panel.panel.active {
      panel.updateImage(i)
      panel.panel.coefficients.copyRow(i, from: panel.panel.preconditioned, i)
    }
  }
}
