internal import LinearAlgebra

/// The products of the dual form for the solver, with what a live fit keeps.
struct LiveDualProducts: PanelProducts, ~Copyable {
  typealias S = Double

  let state: LiveDual

  init(_ state: LiveDual) { self.state = state }

  var ridge: Double { state.problem.ridge }
  var samples: Int { state.problem.window }
  var unknowns: Int { state.problem.window }
  var space: CoefficientSpace { .samples }
  private var excludesSelf: Bool { !state.problem.selfConnections }

  func exclusion(for panel: inout Panel<Double>) {}

  func updateGradient(_ panel: inout Panel<Double>, _ exclusion: Void) {}

  func updateDirectionResponse(_ panel: inout Panel<Double>) {}

  func refreshResponse(_ panel: inout Panel<Double>) {
    panel.response.multiply(rows: 0..<panel.active, panel.coefficients, state.gram)
    guard excludesSelf else { return }
    for i in 0..<panel.active {
      let own = state.problem.local.lowerBound + panel.rows[i].neuron
      let weight = panel.coefficients.dot(i, state.window.regressors, own)
      panel.response.add(-weight, state.window.regressors, own, toRow: i)
    }
  }

  func precondition(
    _ panel: inout Panel<Double>, _ exclusion: Void, _ product: PreconditionerProduct
  ) {
    panel.preconditioned.multiply(rows: 0..<panel.active, panel.residual, state.inverse)
  }

  func exclude(_ exclusion: Void, from panel: inout Panel<Double>, row i: Int) -> Double {
    guard excludesSelf else { return panel.decrement(i) }
    let neuron = panel.rows[i].neuron
    let projection =
      state.images.dot(neuron, panel.residual, i) / (1 - state.quotients[neuron])
    return panel.decrement(i, adding: projection, state.images, neuron)
  }
}
