internal import Kernels
internal import LinearAlgebra

/// The latest transitions, each in a slot that the one T transitions later takes over.
final class SlidingWindow {
  let problem: LiveProblem
  /// M × T: x of each slot is a column; zeros where there is none.
  var regressors: Matrix<Double>
  /// This rank's neurons × T: artanh d, NaN where there is none.
  var targets: Matrix<Double>
  /// The same: (1 − |d|) / 2.
  var headroom: Matrix<Double>
  /// The same: r[t+1] − r[t], what the rival expected where it is missing; no rows without one.
  var increments: Matrix<Double>
  /// The slot that the next transition takes.
  private(set) var slot = 0
  /// Slots that have a transition.
  private(set) var filled = 0

  init(_ problem: LiveProblem) {
    self.problem = problem
    let rows = problem.local.count
    regressors = Matrix(rows: problem.regressors, columns: problem.window)
    targets = Matrix(rows: rows, columns: problem.window)
    headroom = Matrix(rows: rows, columns: problem.window)
    increments = Matrix(rows: problem.hasRival ? rows : 0, columns: problem.window)
    let none = [Double](repeating: .nan, count: problem.window)
    for i in 0..<rows { targets.setRow(i, none) }
  }

  /// x of the transition that is about to leave.
  var leaving: [Double] { (0..<regressors.rows).map { regressors[$0, slot] } }

  /// Puts a transition in the place of the one that leaves.
  func replace(by transition: LiveTransition, headroom eta: [Double], increments y: [Double]) {
    for j in 0..<regressors.rows { regressors[j, slot] = transition.regressors[j] }
    for i in 0..<targets.rows {
      targets[i, slot] = transition.targets[i]
      headroom[i, slot] = eta[i]
    }
    for i in 0..<increments.rows { increments[i, slot] = y[i] }
  }

  /// Goes on to the slot after this one.
  func advance() {
    slot = (slot + 1) % problem.window
    filled = min(filled + 1, problem.window)
  }

  /// Empties all slots but those of the latest transitions.
  func keepLatest(_ count: Int) {
    let kept = min(count, filled)
    for age in kept..<problem.window {
      let s = (slot + 2 * problem.window - 1 - age) % problem.window
      for j in 0..<regressors.rows { regressors[j, s] = 0 }
      for i in 0..<targets.rows { targets[i, s] = .nan }
      for i in 0..<increments.rows { increments[i, s] = 0 }
    }
    filled = kept
  }
}

/// What a frame and the one after it tell.
package struct LiveTransition {
  /// x: the rates of all neurons, the inputs and the constant; M numbers.
  package let regressors: [Double]
  /// artanh d of this rank's neurons, NaN where d is missing.
  package let targets: [Double]
  /// r[t+1] − r[t] of this rank's neurons, NaN where it is missing; for the linear rival.
  package let increments: [Double]

  package init(regressors: [Double], targets: [Double], increments: [Double] = []) {
    self.regressors = regressors
    self.targets = targets
    self.increments = increments
  }
}

extension PointwiseLoss {
  /// The scores `E = −φ'(s)` of single samples, and (1 − |d|) / 2 of their targets.
  func scores(targets: [Double], currents: [Double]) -> (scores: [Double], headroom: [Double]) {
    var eta = [Double](repeating: 0, count: targets.count)
    var scores = eta
    var curvatures = eta
    var into = eta.mutableSpan
    Self.headroom(of: targets.span, into: &into)
    var e = scores.mutableSpan
    var h = curvatures.mutableSpan
    _ = score(
      targets: targets.span, headroom: eta.span, activations: currents.span, into: &e,
      curvatures: &h)
    return (scores, eta)
  }
}
