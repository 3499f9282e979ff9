internal import Kernels
internal import LinearAlgebra

// The start.
//
// Rows with the same targets, which differ in their losses alone, have the same ridge solutions:
// products of these are taken once.
extension FeatureGradients {
  /// The best of the ridge solutions on some currents, by the objective of each row.
  ///
  /// Where one choice serves for all rows and a few of them agree on it, the others follow.
  func start(_ panel: inout FeaturePanel) {
    setScale(&panel)
    let starts = agreed(&panel).map { [$0] } ?? self.starts
    if starts.count == 1 {
      panel.share(among: panel.targets) {
        setRidgeSolution(&$0, on: starts[0])
        $0.refresh()
      }
    } else {
      var states = Matrix<Float>(rows: panel.panel.rows.count, columns: panel.features.count)
      let choices = best(of: starts, &panel, into: &states)
      for i in 0..<panel.panel.active {
        panel.panel.coefficients.copyRow(i, from: states, panel.panel.rows[i].position)
      }
      panel.share(among: zip(panel.targets, choices).map { $0 * starts.count + $1 }) {
        $0.refresh()
      }
    }
    if usesCurvature { panel.takeMetric() }
  }

  /// The given states, by position, with the residual's scale of the ridge problem.
  func start(_ panel: inout FeaturePanel, from states: borrowing Matrix<Float>) {
    setScale(&panel)
    for i in 0..<panel.panel.active {
      panel.panel.coefficients.copyRow(i, from: states, panel.panel.rows[i].position)
    }
    panel.refresh()
  }

  /// The start that does best in each of a few rows; nil where they differ, or rows may not follow
  /// others.
  private func agreed(_ panel: inout FeaturePanel) -> StartCurrents? {
    let all = panel.panel.active
    guard isBounded, all >= 2 * Self.trials else { return nil }
    panel.bringToFront(Array(stride(from: 0, to: all, by: all / Self.trials)))
    panel.panel.active = Self.trials
    let rows = (0..<Self.trials).map { panel.panel.rows[$0].position }
    var states = Matrix<Float>(rows: panel.panel.rows.count, columns: panel.features.count)
    let choices = best(of: starts, &panel, into: &states)
    panel.panel.active = all
    let chosen = Set(rows.map { choices[$0] })
    return chosen.count == 1 ? chosen.first.map { starts[$0] } : nil
  }

  /// Rows that stand for the others of a panel: few, and as many as a kernel multiplies at a time.
  private static var trials: Int { 8 }

  /// Of the ridge solutions on some currents, for each active row which has the least objective, and
  /// into `states` that one; by position.
  private func best(
    of starts: [StartCurrents], _ panel: inout FeaturePanel, into states: inout Matrix<Float>
  ) -> [Int] {
    let count = panel.panel.rows.count
    var objectives = [Double](repeating: .infinity, count: count)
    var choices = [Int](repeating: 0, count: count)
    for (choice, currents) in starts.enumerated() {
      panel.share(among: panel.targets) {
        // That of the scale, if it is among them, comes first and is there already.
        if currents != scale { setRidgeSolution(&$0, on: currents) }
        $0.refresh(.rounded)
      }
      for i in 0..<panel.panel.active {
        let row = panel.panel.rows[i]
        let objective = row.loss + row.squaredNorm / 2
        guard objective < objectives[row.position] else { continue }
        objectives[row.position] = objective
        choices[row.position] = choice
        states.copyRow(row.position, from: panel.panel.coefficients, i)
      }
    }
    return choices
  }

  /// The scale of the optimality residual: `⟨g, A⁻¹ g⟩` of the ridge problem at zero.
  private func setScale(_ panel: inout FeaturePanel) {
    panel.share(among: panel.targets) { setRidgeSolution(&$0, on: scale) }
    for i in 0..<panel.panel.active { panel.panel.rows[i].scale = panel.panel.rows[i].decrement }
  }

  /// `η ←` the ridge solution on some currents: the image of the gradient at zero.
  private func setRidgeSolution(_ panel: inout FeaturePanel, on currents: StartCurrents) {
    panel.clear()
    for i in 0..<panel.panel.active {
      panel.panel.setCurrents(i, currents)
      panel.packScore(i)
    }
    panel.project(.rounded)
    for i in 0..<panel.panel.active {
      panel.updateImage(i)
      panel.panel.coefficients.copyRow(i, from: panel.panel.preconditioned, i)
    }
  }
}
