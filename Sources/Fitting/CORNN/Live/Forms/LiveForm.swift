internal import Collectives
internal import LinearAlgebra

/// A form in which a live fit is kept: the weights of this rank's neurons, changed by one exact
/// step for each transition.
///
/// Every member that takes a group is collective.
protocol LiveForm: AnyObject {
  var window: SlidingWindow { get }

  /// θ or b of this rank's neurons.
  var coefficients: Matrix<Double> { get }

  /// What outlooks on some regressors are made of: in the dual form `X x`, else x itself.
  func features(
    of regressors: [Double], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double]

  /// `s = θᵀ x` of this rank's neurons.
  func currents(of regressors: [Double], features: [Double]) -> [Double]

  /// `s = θᵀ x` of this rank's neurons, for each column of a block of regressors, M × columns.
  func currents(ofBlock x: borrowing Matrix<Double>) -> Matrix<Double>

  /// `Σ_i force_i θ_i` over this rank's neurons, M numbers.
  func pulledBack(_ forces: [Double]) -> [Double]

  /// The increments that the linear rival expects; none where there is no rival.
  func increments(after features: [Double]) -> [Double]

  /// One exact step of the ridge regression on working responses: the oldest transition leaves
  /// with the response that is kept of it, a new one comes with `s + E(s)`.
  ///
  /// - Returns: what was expected of the new transition.
  func step(
    _ transition: LiveTransition, group: borrowing some RankGroup & ~Copyable
  ) throws -> LiveExpectation

  /// Some iterations of conjugate gradients on the whole window for some of this rank's neurons,
  /// from the present weights.
  ///
  /// - Returns: how each of them stands.
  func refine(rows: [Int], iterations: Int, tolerance: Double) -> [RefinedRow]

  /// θ of some of this rank's neurons, rows × M.
  func weights(ofRows rows: [Int]) -> Matrix<Double>

  /// By how much the inverse that is kept has drifted: `‖P A v − v‖ / ‖v‖` for a vector v.
  func drift(along vector: (Int) -> Double) -> Double

  /// Takes the inverse afresh.
  ///
  /// - Throws: `FitError.ridgeTooSmall`.
  func refactor() throws

  /// Begins anew with what is in the window: the inverse, the rival, and weights of zero, which
  /// are to be refined.
  ///
  /// - Throws: `FitError.ridgeTooSmall`.
  func restart() throws
}

/// How a neuron stands after some iterations.
struct RefinedRow {
  /// By index among this rank's.
  let row: Int
  /// The relative optimality residual before the last iteration.
  let optimality: Double
  /// F.
  let objective: Double
}

extension LiveForm {
  var problem: LiveProblem { window.problem }

  /// Solves a panel of rows with the solver of the fit.
  func solve<F: PanelProducts<Double> & ~Copyable>(
    _ form: borrowing F, rows: [Int], iterations: Int, tolerance: Double
  ) -> Panel<Double> {
    var panel = Panel<Double>(
      members: rows.map { Subproblem(neuron: $0, alpha: .nan, loss: problem.loss) },
      samples: form.samples, unknowns: form.unknowns, space: form.space, ridge: form.ridge)
    for (place, i) in rows.enumerated() {
      panel.target.copyRow(place, from: window.targets, i)
      panel.headroom.copyRow(place, from: window.headroom, i)
    }
    let solver = ConjugateGradients(
      tolerance: tolerance, iterations: iterations, initialMargin: startMargin,
      verifies: false)
    let start = PanelSolution(
      rows.map { SolvedNeuron(neuron: $0) }, coefficients: coefficients.selectedRows(rows),
      trace: [])
    _ = solver.solve(&panel, form: form, from: start, isAbandoned: { false })
    return panel
  }
}

extension Panel {
  /// How each of its neurons stands.
  var refinedRows: [RefinedRow] {
    rows.map {
      RefinedRow(
        row: $0.neuron, optimality: $0.optimality,
        objective: $0.loss + ridge / 2 * $0.squaredNorm)
    }
  }
}

/// |d| is clamped to 1 − this in the scale of the residuals.
private let startMargin = 1e-3

extension Matrix {
  /// Row i as numbers.
  func numbers(ofRow i: Int) -> [S] {
    let row = row(i)
    return (0..<row.count).map { row[$0] }
  }
}
