internal import Collectives
internal import Kernels
internal import LinearAlgebra

// Solutions, and residuals in the whole problem.
extension FeaturePrimalForm {
  /// The weights `θ = C⁻ᵀ η`.
  ///
  /// Where rounding may have left more in a residual than a small part of the tolerance, S and the
  /// gradient are recomputed by split products, good to 1e-5 of a score. That this is so, and that
  /// Q, C and the rounded weights agree as well, is seen in float64, from the weights as they are
  /// written: of a sample of the rows, and of all where that finds more than the products should
  /// leave.
  func measure(
    _ panel: inout FeaturePanel, of members: [Subproblem], in work: PanelWork,
    _ recording: borrowing PreparedRecording<S>
  ) -> Matrix<S> {
    let active = panel.panel.active
    panel.remeasure(panel.takeRounding(below: Self.tolerated * gradients.tolerance))
    let weights = self.weights(
      of: panel.panel.coefficients.copy(rows: 0..<active),
      neurons: (0..<active).map { panel.panel.rows[$0].neuron })
    panel.panel.flops += 2 * Double(active) * Double(unknowns) * Double(unknowns)
    let sample = Array(stride(from: 0, to: active, by: max(1, active / Self.sampled)))
    let before = sample.map { panel.panel.rows[$0].optimality }
    measure(&panel, rows: sample, weights, of: members, in: work, recording)
    let excess = zip(sample, before).map { panel.panel.rows[$0].optimality - $1 }.max() ?? 0
    if excess > Self.tolerated * gradients.tolerance {
      let others = Set(0..<active).subtracting(sample).sorted()
      measure(&panel, rows: others, weights, of: members, in: work, recording)
    }
    for i in 0..<active where panel.panel.rows[i].optimality < gradients.tolerance {
      panel.panel.rows[i].outcome = .converged
    }
    return weights
  }

  /// Rows of a panel that are measured in float64: a hundredth of the work of the iterations.
  private static var sampled: Int { 8 }
  /// What rounding may leave in a residual, and by how much one in float64 may be above that of the
  /// products, over the tolerance.
  private static var tolerated: Double { 0.1 }

  /// θ of states η of some neurons (local indices).
  func weights(of states: borrowing Matrix<Float>, neurons: [Int]) -> Matrix<S> {
    var result = product(states, whitening.inverse.matrix, transposingB: true)
      .converted(to: S.self)
    for (i, neuron) in neurons.enumerated() {
      if let own = own[neuron] { result[i, own] = 0 }
    }
    return result
  }

  /// Residuals of some rows in float64, from their weights: `‖C⁻¹ g‖²` with
  /// `g = Xᵀ E − λ θ`, less what lies along the own weight.
  private func measure(
    _ panel: inout FeaturePanel, rows: [Int], _ weights: borrowing Matrix<S>,
    of members: [Subproblem], in work: PanelWork, _ recording: borrowing PreparedRecording<S>
  ) {
    guard !rows.isEmpty else { return }
    let part = rows.map { members[panel.panel.rows[$0].position] }
    let theta = weights.selectedRows(rows).converted(to: Double.self)
    var exact = Panel<Double>(
      members: part, samples: features.samples, unknowns: 0, space: .weights, ridge: 1)
    for block in blocks {
      let x = regressors.fitted.matrix.copy(rows: block).converted(to: Double.self)
      exact.response.multiply(rows: rows.indices, theta.copy(columns: block), x, keep: 1)
    }
    for (i, member) in part.enumerated() {
      work.setTargets(of: member, recording, in: &exact, row: i)
      exact.rescore(i)
    }
    var image = Matrix<Double>(rows: rows.count, columns: unknowns)
    for block in blocks {
      let x = regressors.fitted.matrix.copy(rows: block).converted(to: Double.self)
      var gradient = theta.copy(columns: block)
      gradient.multiply(
        rows: rows.indices, exact.score, x, transposingB: true, keep: -ridge)
      let lines = whitening.inverse.matrix.copy(rows: block).converted(to: Double.self)
      image.multiply(rows: rows.indices, gradient, lines, keep: 1)
    }
    for (i, row) in rows.enumerated() {
      let k = panel.panel.rows[row].position
      let square = panel.own.squares[k]
      let along = square > 0 ? image.dot(i, widening: panel.own.directions, k) : 0
      panel.panel.rows[row].decrement =
        max(0, image.dot(i, image, i) - (square > 0 ? along * along / square : 0))
    }
  }

  /// Regressors that are there in float64 at a time.
  private var blocks: [Range<Int>] {
    stride(from: 0, to: unknowns, by: 256).map { $0..<min($0 + 256, unknowns) }
  }
}

extension Matrix where S == Double {
  /// The inner product of row i with row j of a matrix in float32.
  fileprivate func dot(_ i: Int, widening other: borrowing Matrix<Float>, _ j: Int) -> Double {
    let (a, b) = (row(i), other.row(j))
    var sum = 0.0
    for k in 0..<a.count { sum += a[k] * Double(b[k]) }
    return sum
  }
}
