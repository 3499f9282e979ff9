internal import CORNN
internal import Kernels
internal import LinearAlgebra

/// The objective of one neuron at its weights and along a line from there.
struct NeuronLine: ~Copyable {
  private let neuron: Int
  private let problem: RivalProblem
  private let loss: PointwiseLoss
  private let own: Int?
  /// S, E, φ″, and what trials of the line search make; rows of one sample each.
  private var currents: Matrix<Double>
  private var scores: Matrix<Double>
  private var curvatures: Matrix<Double>
  private var scratch: Matrix<Double>
  private var value = 0.0

  /// `θᵀ X Xᵀ θ`.
  var currentSquared: Double { currents.dot(0, currents, 0) }

  init(
    _ theta: borrowing Matrix<Double>, _ neuron: Int, _ problem: RivalProblem, _ loss: PointwiseLoss
  ) {
    self.neuron = neuron
    self.problem = problem
    self.loss = loss
    own = problem.excluded(neuron)
    currents = product(theta, problem.whole.regressors.fitted.matrix)
    scores = Matrix(rows: 1, columns: problem.samples)
    curvatures = Matrix(rows: 1, columns: problem.samples)
    scratch = Matrix(rows: 1, columns: problem.samples)
    var e = scores.mutableRow(0)
    var h = curvatures.mutableRow(0)
    value =
      loss.score(
        targets: problem.targets.row(neuron), headroom: problem.headroom.row(neuron),
        activations: currents.row(0), into: &e, curvatures: &h
      ).loss
    loss.curvature(
      targets: problem.targets.row(neuron), headroom: problem.headroom.row(neuron),
      activations: currents.row(0), into: &h)
  }

  /// `−∇F = X E − λ θ`, 0 at the own weight.
  func descent(_ theta: borrowing Matrix<Double>) -> Matrix<Double> {
    var result = product(scores, problem.whole.regressors.fitted.matrix, transposingB: true)
    result.add(-problem.ridge, theta, 0, toRow: 0)
    if let own { result[0, own] = 0 }
    return result
  }

  /// `(X diag(φ″) Xᵀ + λ I)⁻¹` times the descent, without the own weight.
  ///
  /// - Throws: `FitError.ridgeTooSmall`.
  func newtonDirection(_ descent: borrowing Matrix<Double>) throws -> Matrix<Double> {
    let x = problem.whole.regressors.fitted.matrix.view
    let order = x.rows
    var hessian = Matrix<Double>(rows: order, columns: order)
    for first in stride(from: 0, to: x.columns, by: Self.samplesAtOnce) {
      let part = first..<min(first + Self.samplesAtOnce, x.columns)
      let weighted = x.columns(part).weighted(byRootsOf: curvatures.row(0).extracting(part))
      var target = hessian.mutableView
      lowerRankUpdate(weighted.view, into: &target, keep: 1)
    }
    for j in 0..<order { hessian[j, j] += problem.ridge }
    if let own {
      for j in 0..<order {
        hessian[own, j] = 0
        hessian[j, own] = 0
      }
      hessian[own, own] = 1
    }
    var direction = descent.copy()
    do {
      let factor = try Cholesky(hessian)
      var view = direction.mutableView
      factor.solveFromRight(&view)
    } catch is NotPositiveDefinite {
      throw FitError.ridgeTooSmall(order: order, ridge: problem.ridge)
    }
    return direction
  }

  /// The first of 1, 1/2, 1/4, … at which F falls as Armijo asks; 0 if none does.
  mutating func search(
    _ direction: borrowing Matrix<Double>, from theta: borrowing Matrix<Double>, slope: Double
  ) -> Double {
    guard slope > 0 else { return 0 }
    let response = product(direction, problem.whole.regressors.fitted.matrix)
    let (squared, overlap, along) = theta.dots(0, direction, 0)
    func ridge(_ t: Double) -> Double {
      problem.ridge / 2 * (squared + 2 * t * overlap + t * t * along)
    }
    let start = value + ridge(0)
    var length = 1.0
    for _ in 0..<Self.trials {
      let trial = loss(at: length, along: response) + ridge(length)
      if trial <= start - Self.sufficientShare * length * slope + Self.rounding * abs(start) {
        return length
      }
      length /= 2
    }
    return 0
  }

  /// Σ φ at S + t Sp.
  private mutating func loss(at t: Double, along response: borrowing Matrix<Double>) -> Double {
    var e = scores.mutableRow(0)
    var h = scratch.mutableRow(0)
    return loss.score(
      targets: problem.targets.row(neuron), headroom: problem.headroom.row(neuron),
      activations: currents.row(0), step: t, along: response.row(0), into: &e, curvatures: &h
    ).loss
  }

  /// Transitions whose weighted regressors are in memory at a time.
  private static var samplesAtOnce: Int { 512 }
  private static var trials: Int { 30 }
  /// Armijo's constant.
  private static var sufficientShare: Double { 1e-4 }
  /// Of F, relative.
  private static var rounding: Double { 1e-12 }
}

extension MatrixView<Double> {
  /// Column t by the root of the t-th weight.
  fileprivate func weighted(byRootsOf weights: Span<Double>) -> Matrix<Double> {
    var result = copy()
    var roots = [Double](repeating: 0, count: weights.count)
    for t in 0..<weights.count { roots[t] = weights[t].squareRoot() }
    for i in 0..<result.rows {
      var row = result.mutableRow(i)
      for t in 0..<row.count { row[t] *= roots[t] }
    }
    return result
  }
}
