internal import Collectives
internal import Kernels
internal import LinearAlgebra

// Solutions and residuals in the whole problem, in float64.
extension FeatureDualForm {
  func measure(
    _ panel: inout FeaturePanel, of members: [Subproblem], in work: PanelWork,
    _ recording: borrowing PreparedRecording<S>
  ) -> Matrix<S> {
    var result = Matrix<S>(rows: panel.panel.active, columns: unknowns)
    for first in stride(from: 0, to: panel.panel.active, by: PanelWidth.measured) {
      let rows = first..<min(first + PanelWidth.measured, panel.panel.active)
      let part = rows.map { members[panel.panel.rows[$0].position] }
      var exact = Panel<Double>(
        neurons: part.map(\.neuron), samples: features.samples, unknowns: 0, space: .weights,
        ridge: 1)
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
  /// `b = U b̃ + E_⊥ / λ` with b̃ from the features and E_⊥ the scores' part outside U.
  private func measure(
    _ panel: inout FeaturePanel, rows: Range<Int>, _ exact: inout Panel<Double>
  ) -> Matrix<Double> {
    let count = rows.count
    let x = ownRegressors(of: rows.map { panel.panel.rows[$0].neuron })
    let along = product(x, basis.vectors.matrix)
    // The scores outside U are λ b there, and with x they give the rest of the own weight.
    var tail = TailCoefficients(rows: count)
    if neglects {
      tail = tailCoefficients(panel, rows: rows, &exact, x: x, along: along)
    }
    let states = self.states(panel, rows: rows, along: along, outside: tail.own)
    var b = product(states.coefficients, basis.vectors.matrix, transposingB: true)
    if neglects {
      for i in 0..<count { b.add(1, tail.coefficients, i, toRow: i) }
    }
    exact.response.multiply(
      rows: 0..<count, states.responses, basis.vectors.matrix, transposingB: true)
    addTail(of: b, scale: ridge, to: &exact.response)
    if excludesSelf {
      for i in 0..<count { exact.response.add(-states.own[i], x, i, toRow: i) }
    }
    setResiduals(
      &panel, rows: rows, &exact, x: x, along: along, b: b, outside: tail.own)
    return b
  }

  /// `b_⊥ = (E − U Uᵀ E) / λ` and `xᵀ b_⊥` of some rows.
  private func tailCoefficients(
    _ panel: borrowing FeaturePanel, rows: Range<Int>, _ exact: inout Panel<Double>,
    x: borrowing Matrix<Double>, along: borrowing Matrix<Double>
  ) -> TailCoefficients {
    for (i, row) in rows.enumerated() {
      exact.response.setRounded(row: i, panel.panel.response, row)
      exact.rescore(i, loss: gradients.loss)
    }
    var result = TailCoefficients(rows: rows.count)
    result.coefficients = exact.score.copy()
    let inside = product(result.coefficients, basis.vectors.matrix)
    for i in 0..<rows.count {
      result.own[i] =
        (x.dot(i, result.coefficients, i) - along.dot(i, inside, i)) / ridge
    }
    result.coefficients.multiply(
      rows: 0..<rows.count, inside, basis.vectors.matrix, transposingB: true,
      scale: -1 / ridge, keep: 1 / ridge)
    return result
  }

  /// What follows from the features of some rows: `b̃`, `g b̃` and the own weights `ω = xᵀ b`
  /// that these and the coefficients outside imply.
  ///
  /// The features hold `θ̃ = g^½ b̃ − a ω`, so `ω = (aᵀθ̃ + x_⊥ᵀ b_⊥) / (1 − |a|²)`.
  private func states(
    _ panel: borrowing FeaturePanel, rows: Range<Int>, along: borrowing Matrix<Double>,
    outside: [Double]
  ) -> FeatureStates {
    var result = FeatureStates(rows: rows.count, count: basis.count)
    let g = basis.values
    for (i, row) in rows.enumerated() {
      let products = along.row(i)
      let eta = panel.panel.coefficients.row(row)
      var theta = g.indices.map { Double(eta[$0]) / (g[$0] + ridge).squareRoot() }
      if excludesSelf {
        let a = g.indices.map { products[$0] / basis.roots[$0] }
        let square = a.reduce(0) { $0 + $1 * $1 }
        let product = zip(a, theta).reduce(0) { $0 + $1.0 * $1.1 }
        let isConstraint = panel.own.slack[panel.panel.rows[row].position] == 0
        // A constraint holds exactly, whatever rounding left of it.
        let own = isConstraint ? 0 : (product + outside[i]) / (1 - square)
        let factor =
          isConstraint ? (square > 0 ? -(product + outside[i]) / square : 0) : own
        for j in g.indices { theta[j] += factor * a[j] }
        result.own[i] = own
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
    x: borrowing Matrix<Double>, along: borrowing Matrix<Double>, b: borrowing Matrix<Double>,
    outside: [Double]
  ) {
    for i in 0..<rows.count {
      exact.rescore(i, loss: gradients.loss)
      exact.score.add(-ridge, b, i, toRow: i)
    }
    let inside = product(exact.score, basis.vectors.matrix)
    var responses = Matrix<Double>(rows: rows.count, columns: features.samples)
    addTail(of: exact.score, scale: 1, to: &responses)
    for (i, row) in rows.enumerated() {
      var decrement = max(0, exact.score.dot(i, responses, i))
      let products = inside.row(i)
      let own = along.row(i)
      var (image, leverage) = (0.0, 0.0)
      for (j, g) in basis.values.enumerated() {
        decrement += products[j] * products[j] * g / (g + ridge)
        image += own[j] * products[j] / (g + ridge)
        leverage += own[j] * own[j] / (g + ridge)
      }
      if excludesSelf {
        if neglects {
          image += (x.dot(i, exact.score, i) - along.dot(i, inside, i)) / ridge
          leverage += (x.dot(i, x, i) - along.dot(i, along, i)) / ridge
        }
        if leverage < 1 { decrement -= ridge * image * image / (1 - leverage) }
      }
      panel.panel.rows[row].decrement = max(0, decrement)
      if neglects {
        panel.setOwnOffset(row, outside[i])
        panel.setResponse(row, exact.response, i, loss: gradients.loss)
      }
      if panel.panel.rows[row].optimality < gradients.tolerance {
        panel.panel.rows[row].outcome = .converged
      }
    }
  }
}

/// Sample coefficients of some rows outside the eigenvectors that are kept.
private struct TailCoefficients: ~Copyable {
  /// Rows × samples, or none.
  var coefficients = Matrix<Double>(rows: 0, columns: 0)
  /// The own weights that they imply.
  var own: [Double]

  init(rows: Int) { own = [Double](repeating: 0, count: rows) }
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
