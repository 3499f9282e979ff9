internal import Kernels
internal import LinearAlgebra

/// The latest transitions, each in a slot that the one T transitions later takes over.
final class SlidingWindow {
  let problem: LiveProblem
  /// Threads of products with one vector.
  let threads: Int
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
  /// Slots, T; more than those of the problem where it grows.
  var capacity: Int { regressors.columns }
  /// Whether each slot has a transition.
  var isFull: Bool { filled == capacity }
  /// The penalty on ‖θ‖² / 2: of as many transitions as there are, where the window grows.
  var ridge: Double {
    guard problem.memory == .growing else { return problem.ridge }
    return problem.ridge * Double(max(1, filled)) / Double(problem.window)
  }

  init(_ problem: LiveProblem, threads: Int) {
    self.problem = problem
    self.threads = threads
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
    slot = (slot + 1) % capacity
    filled = min(filled + 1, capacity)
  }

  /// Empties all slots but those of the latest transitions.
  func keepLatest(_ count: Int) {
    let kept = min(count, filled)
    for age in kept..<capacity {
      let s = (slot + 2 * capacity - 1 - age) % capacity
      for j in 0..<regressors.rows { regressors[j, s] = 0 }
      for i in 0..<targets.rows { targets[i, s] = .nan }
      for i in 0..<increments.rows { increments[i, s] = 0 }
    }
    filled = kept
  }

  /// Makes room for a quarter more transitions, once it is full; they come after those there are.
  ///
  /// - Complexity: a copy of all.
  func grow() {
    let more = max(Self.leastGrowth, capacity / 4)
    regressors = regressors.rotated(by: slot, adding: more, of: 0)
    targets = targets.rotated(by: slot, adding: more, of: .nan)
    headroom = headroom.rotated(by: slot, adding: more, of: 0)
    increments = increments.rotated(by: slot, adding: more, of: 0)
    slot = filled
  }

  private static let leastGrowth = 64
}

extension Matrix where S == Double {
  /// Its columns from `first` on, then those before, then some of one value.
  fileprivate func rotated(by first: Int, adding more: Int, of value: Double) -> Matrix {
    var result = Matrix(rows: rows, columns: columns + more)
    for i in 0..<rows {
      let source = row(i)
      var target = result.mutableRow(i)
      for j in 0..<columns { target[j] = source[(first + j) % columns] }
      for j in columns..<(columns + more) { target[j] = value }
    }
    return result
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
