internal import Collectives
internal import Kernels
internal import LinearAlgebra

// Solutions and residuals in the whole problem, in float64.
extension FeatureDualForm {
  func measure(
    _ panel: inout FeaturePanel, of members: [Subproblem], in work: PanelWork,
    _ recording: borrowing PreparedRecording<S>
  ) -> Matrix<S> {
    panel.refresh()
    var result = Matrix<S>(rows: panel.panel.active, columns: unknowns)
    for first in stride(from: 0, to: panel.panel.active, by: PanelWidth.measured) {
      let rows = first..<min(first + PanelWidth.measured, panel.panel.active)
      let part = rows.map { members[panel.panel.rows[$0].position] }
      var exact = Panel<Double>(
        members: part, samples: features.samples, unknowns: 0, space: .weights, ridge: 1)
      for (i, member) in part.enumerated() {
        work.setTargets(of: member, recording, in: &exact, row: i)
      }
      let coefficients = measure(&panel, rows: rows, &exact)
      for (i, row) in rows.enumerated() {
        result.setRounded(row: row, coefficients, i)
      }
    }
    return result
  }

  /// b of some rows; their residuals, and the responses where a part of them was neglected.
  ///
  /// `b = U b̃ + E_⊥ / λ` with b̃ from the features and `E_⊥ = E − U Uᵀ E` the scores' part outside
  /// U, all in float64: G makes of what rounding leaves in b along the first eigenvector more than
  /// there is of S.
  private func measure(
    _ panel: inout FeaturePanel, rows: Range<Int>, _ exact: inout Panel<Double>
  ) -> Matrix<Double> {
    let count = rows.count
    let own = ownParts(panel, rows: rows)
    // The scores outside U are λ b there, and with x they give the rest of the own weight.
    let tail = neglects ? tailCoefficients(panel, rows: rows, &exact, own) : nil
    var states = self.states(
      panel, rows: rows, own, outside: tail?.own ?? [Double](repeating: 0, count: count))
    exact.response.multiply(
      rows: 0..<count, states.responses, basis.vectors.matrix, transposingB: true)
    var b: Matrix<Double>
    if let tail {
      for i in 0..<count { states.coefficients.add(-1 / ridge, tail.inside, i, toRow: i) }
      b = exact.score.copy()
      b.multiply(
        rows: 0..<count, states.coefficients, basis.vectors.matrix, transposingB: true,
        keep: 1 / ridge)
    } else {
      b = product(states.coefficients, basis.vectors.matrix, transposingB: true)
    }
    addTail(of: b, scale: ridge, to: &exact.response)
    if excludesSelf {
      for i in 0..<count { exact.response.add(-states.own[i], own.regressors, i, toRow: i) }
    }
    setResiduals(&panel, rows: rows, &exact, own, b: b, outside: tail?.own)
    return b
  }

  /// The own regressors of some rows where their weights are left out.
  private func ownParts(_ panel: borrowing FeaturePanel, rows: Range<Int>) -> OwnParts {
    guard excludesSelf else {
      return OwnParts(regressors: Matrix(rows: 0, columns: 0), along: Matrix(rows: 0, columns: 0))
    }
    return OwnParts(
      regressors: ownRegressors(of: rows.map { panel.panel.rows[$0].neuron }),
      along: panel.own.along.selectedRows(rows.map { panel.panel.rows[$0].position }))
  }

  /// `Uᵀ E`, and `xᵀ b_⊥` of some rows; leaves E in `exact.score`.
  private func tailCoefficients(
    _ panel: borrowing FeaturePanel, rows: Range<Int>, _ exact: inout Panel<Double>,
    _ own: borrowing OwnParts
  ) -> TailCoefficients {
    for (i, row) in rows.enumerated() {
      exact.response.setRounded(row: i, panel.panel.response, row)
      exact.rescore(i)
    }
    let inside = product(exact.score, basis.vectors.matrix)
    var weights = [Double](repeating: 0, count: rows.count)
    if excludesSelf {
      for i in 0..<rows.count {
        weights[i] =
          (own.regressors.dot(i, exact.score, i) - own.along.dot(i, inside, i)) / ridge
      }
    }
    return TailCoefficients(inside: inside, own: weights)
  }

  /// What follows from the features of some rows: `b̃`, `g b̃` and the own weights `ω = xᵀ b`
  /// that these and the coefficients outside imply.
  ///
  /// The features hold `θ̃ = g^½ b̃ − a ω`, so `ω = (aᵀθ̃ + x_⊥ᵀ b_⊥) / (1 − |a|²)`.
  private func states(
    _ panel: borrowing FeaturePanel, rows: Range<Int>, _ own: borrowing OwnParts,
    outside: [Double]
  ) -> FeatureStates {
    var result = FeatureStates(rows: rows.count, count: basis.count)
    let g = basis.values
    for (i, row) in rows.enumerated() {
      let eta = panel.panel.coefficients.row(row)
      var theta = g.indices.map { Double(eta[$0]) / (g[$0] + ridge).squareRoot() }
      if excludesSelf {
        let products = own.along.row(i)
        let a = g.indices.map { products[$0] / basis.roots[$0] }
        let square = a.reduce(0) { $0 + $1 * $1 }
        let product = zip(a, theta).reduce(0) { $0 + $1.0 * $1.1 }
        let isConstraint = panel.own.slack[panel.panel.rows[row].position] == 0
        // A constraint holds exactly, whatever rounding left of it.
        let weight = isConstraint ? 0 : (product + outside[i]) / (1 - square)
        let factor =
          isConstraint ? (square > 0 ? -(product + outside[i]) / square : 0) : weight
        for j in g.indices { theta[j] += factor * a[j] }
        result.own[i] = weight
      }
      result.set(row: i, theta: theta, roots: basis.roots)
    }
    return result
  }

  /// `target += scale · (G − U g Uᵀ) / λ · rows`; the products are those of the iterations, as
  /// what they multiply is small.
  private func addTail(
    of rows: borrowing Matrix<Double>, scale: Double, to target: inout Matrix<Double>
  ) {
    guard let tail else { return }
    let narrow = rows.converted(to: Float.self)
    var packed = PackedRows(
      rows: rows.rows, columns: rows.columns, kernel: features.kernel, holdsRest: false)
    for i in 0..<rows.rows { packed.set(i, from: narrow, i) }
    var response = Matrix<Float>(rows: rows.rows, columns: rows.columns)
    _ = tail.multiply(rows.rows, packed, .rounded, into: &response)
    let wide = response.converted(to: Double.self)
    for i in 0..<rows.rows { target.add(scale, wide, i, toRow: i) }
  }

  /// `⟨e, G_i (G_i + λ)⁻¹ e⟩` with `e = E − λ b` and G_i the Gram matrix without the own
  /// regressor x: `Σ (Uᵀe)² g / (g + λ)` and the tail's part, less
  /// `λ (xᵀK⁻¹e)² / (1 − xᵀK⁻¹x)`.
  private func setResiduals(
    _ panel: inout FeaturePanel, rows: Range<Int>, _ exact: inout Panel<Double>,
    _ own: borrowing OwnParts, b: borrowing Matrix<Double>, outside: [Double]?
  ) {
    for i in 0..<rows.count {
      exact.rescore(i)
      exact.score.add(-ridge, b, i, toRow: i)
    }
    let inside = product(exact.score, basis.vectors.matrix)
    var responses = Matrix<Double>(rows: rows.count, columns: features.samples)
    addTail(of: exact.score, scale: 1, to: &responses)
    for (i, row) in rows.enumerated() {
      var decrement = max(0, exact.score.dot(i, responses, i))
      let products = inside.row(i)
      for (j, g) in basis.values.enumerated() {
        decrement += products[j] * products[j] * g / (g + ridge)
      }
      if excludesSelf {
        var (image, leverage) = (0.0, 0.0)
        let along = own.along.row(i)
        for (j, g) in basis.values.enumerated() {
          image += along[j] * products[j] / (g + ridge)
          leverage += along[j] * along[j] / (g + ridge)
        }
        if neglects {
          image +=
            (own.regressors.dot(i, exact.score, i) - own.along.dot(i, inside, i)) / ridge
          leverage +=
            (own.regressors.dot(i, own.regressors, i) - own.along.dot(i, own.along, i)) / ridge
        }
        if leverage < 1 { decrement -= ridge * image * image / (1 - leverage) }
      }
      panel.panel.rows[row].decrement = max(0, decrement)
      if let outside {
        panel.setOwnOffset(row, outside[i])
        panel.setResponse(row, exact.response, i)
      }
      if panel.panel.rows[row].optimality < gradients.tolerance {
        panel.panel.rows[row].outcome = .converged
      }
    }
  }
}

/// The own regressors x of some rows, and `Uᵀ x`; empty where own weights are not left out.
private struct OwnParts: ~Copyable {
  /// Rows × samples.
  let regressors: Matrix<Double>
  /// Rows × count.
  let along: Matrix<Double>
}

/// What the scores of some rows are inside the eigenvectors that are kept and outside.
private final class TailCoefficients {
  /// `Uᵀ E`, rows × count.
  let inside: Matrix<Double>
  /// The own weights that the sample coefficients outside imply.
  let own: [Double]

  init(inside: consuming Matrix<Double>, own: [Double]) {
    self.inside = inside
    self.own = own
  }
}

/// Solutions in the eigenvectors of a Gram matrix; rows × count.
private struct FeatureStates: ~Copyable {
  /// `b̃ = Uᵀ b`.
  var coefficients: Matrix<Double>
  /// `g b̃`: the response is `U g b̃`.
  var responses: Matrix<Double>
  /// `ω = xᵀ b`.
  var own: [Double]

  init(rows: Int, count: Int) {
    coefficients = Matrix(rows: rows, columns: count)
    responses = Matrix(rows: rows, columns: count)
    own = [Double](repeating: 0, count: rows)
  }

  /// From `θ̃ = g^½ b̃`, `roots` being `g^½`.
  mutating func set(row i: Int, theta: [Double], roots: [Double]) {
    coefficients.set(row: i, zip(theta, roots).map { $0 / $1 })
    responses.set(row: i, zip(theta, roots).map { $0 * $1 })
  }
}

extension Matrix where S == Double {
  /// `row i ← values`.
  fileprivate mutating func set(row i: Int, _ values: [Double]) {
    var row = mutableRow(i)
    for j in 0..<row.count { row[j] = values[j] }
  }
}
