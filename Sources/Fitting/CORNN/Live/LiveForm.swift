internal import Collectives
internal import LinearAlgebra

/// A form in which a live fit is kept: the weights of this rank's neurons, changed by one exact
/// step for each transition.
///
/// Every member that takes a group is collective.
protocol LiveForm: AnyObject {
  var window: SlidingWindow { get }

  /// `s = θᵀ x` of this rank's neurons.
  func currents(
    of regressors: [Double], group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double]

  /// One exact step of the ridge regression on working responses: the oldest transition leaves
  /// with the response that is kept of it, a new one comes with `s + E(s)`.
  ///
  /// - Returns: s of the new transition by the weights of before it, the forecast of its target.
  func step(
    _ transition: LiveTransition, group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double]

  /// Some iterations of conjugate gradients on the whole window for some of this rank's neurons,
  /// from the present weights.
  ///
  /// - Returns: the optimality residuals before the last iteration.
  func refine(rows: Range<Int>, iterations: Int, tolerance: Double) -> [Double]

  /// θ of one of this rank's neurons, M numbers.
  func weights(ofRow row: Int) -> [Double]

  /// By how much the inverse that is kept has drifted: `‖P A v − v‖ / ‖v‖` for a vector v.
  func drift(along vector: (Int) -> Double) -> Double

  /// Takes the inverse afresh.
  ///
  /// - Throws: `FitError.ridgeTooSmall`.
  func refactor() throws
}

extension LiveForm {
  var problem: LiveProblem { window.problem }

  /// Solves a panel of rows with the solver of the fit.
  func solve<F: PanelProducts<Double> & ~Copyable>(
    _ form: borrowing F, rows: Range<Int>, from coefficients: borrowing Matrix<Double>,
    iterations: Int, tolerance: Double
  ) -> Panel<Double> {
    var panel = Panel<Double>(
      neurons: Array(rows), samples: form.samples, unknowns: form.unknowns, space: form.space,
      ridge: problem.ridge)
    for i in rows {
      panel.target.copyRow(i - rows.lowerBound, from: window.targets, i)
      panel.headroom.copyRow(i - rows.lowerBound, from: window.headroom, i)
    }
    let solver = ConjugateGradients(
      loss: problem.loss, tolerance: tolerance, iterations: iterations,
      initialMargin: startMargin, verifies: false)
    let start = PanelSolution(
      rows.map { SolvedNeuron(neuron: $0) }, coefficients: coefficients.copy(rows: rows),
      trace: [])
    _ = solver.solve(&panel, form: form, from: start, isAbandoned: { false })
    return panel
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
