internal import LinearAlgebra

/// The products of the primal form for the solver, with what a live fit keeps.
struct LivePrimalProducts: PanelProducts, ~Copyable {
  typealias S = Double

  let state: LivePrimal

  init(_ state: LivePrimal) { self.state = state }

  var ridge: Double { state.window.ridge }
  var samples: Int { state.window.capacity }
  var unknowns: Int { state.problem.regressors }
  var space: CoefficientSpace { .weights }

  func exclusion(for panel: inout Panel<Double>) {}

  func updateGradient(_ panel: inout Panel<Double>, _ exclusion: Void) {
    let rows = 0..<panel.active
    for i in rows { panel.residual.copyRow(i, from: panel.coefficients, i) }
    panel.residual.multiply(
      rows: rows, panel.score, state.window.regressors, transposingB: true, keep: -ridge)
    guard !state.problem.selfConnections else { return }
    for i in rows { panel.residual[i, own(panel, i)] = 0 }
  }

  func updateDirectionResponse(_ panel: inout Panel<Double>) {
    panel.directionResponse.multiply(
      rows: 0..<panel.active, panel.direction, state.window.regressors)
  }

  func refreshResponse(_ panel: inout Panel<Double>) {
    panel.response.multiply(
      rows: 0..<panel.active, panel.coefficients, state.window.regressors)
  }

  func precondition(
    _ panel: inout Panel<Double>, _ exclusion: Void, _ product: PreconditionerProduct
  ) {
    panel.preconditioned.multiply(rows: 0..<panel.active, panel.residual, state.inverse.matrix)
  }

  func exclude(_ exclusion: Void, from panel: inout Panel<Double>, row i: Int) -> Double {
    guard !state.problem.selfConnections else { return panel.decrement(i) }
    let own = own(panel, i)
    let projection = panel.preconditioned[i, own] / state.inverse.matrix[own, own]
    panel.preconditioned.add(-projection, state.inverse.matrix, own, toRow: i)
    panel.preconditioned[i, own] = 0
    return panel.decrement(i)
  }

  private func own(_ panel: borrowing Panel<Double>, _ i: Int) -> Int {
    state.problem.local.lowerBound + panel.rows[i].neuron
  }
}
