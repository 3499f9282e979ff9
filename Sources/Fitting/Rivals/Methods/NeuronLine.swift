internal import CORNN
internal import Collectives
internal import Kernels
internal import LinearAlgebra

/// The objective of one neuron at its weights and along a line from there.
struct NeuronLine: ~Copyable {
  private let problem: RivalProblem
  private let loss: PointwiseLoss
  /// The column of the own weight, where that is excluded.
  private let own: Int?
  // z, η, S, E, φ″, and what trials of the line search make; one row each.
  private let targets: Matrix<Double>
  private let headroom: Matrix<Double>
  private let currents: Matrix<Double>
  private var scores: Matrix<Double>
  private var curvatures: Matrix<Double>
  private var scratch: Matrix<Double>
  /// Σ φ at S.
  private var value = 0.0

  /// `θᵀ X Xᵀ θ`.
  var currentSquared: Double { currents.dot(0, currents, 0) }

  init(
    _ theta: borrowing Matrix<Double>, _ neuron: Int, _ problem: RivalProblem, _ loss: PointwiseLoss
  ) {
    self.problem = problem
    self.loss = loss
    own = problem.excluded(neuron)
    targets = problem.targets.copy(rows: neuron..<(neuron + 1))
    headroom = problem.headroom.copy(rows: neuron..<(neuron + 1))
    currents = product(theta, problem.whole.regressors.fitted.matrix)
    scores = Matrix(rows: 1, columns: problem.samples)
    curvatures = Matrix(rows: 1, columns: problem.samples)
    scratch = Matrix(rows: 1, columns: problem.samples)
    evaluate()
  }

  private mutating func evaluate() {
    value = scores.score(
      loss, targets: targets, headroom: headroom, currents: currents, curvatures: &curvatures)
    // The kernel's curvatures bound; Newton's method wants those of the Hessian.
    curvatures.setCurvatures(loss, targets: targets, headroom: headroom, currents: currents)
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
    var direction = descent.copy()
    do {
      let factor = try Cholesky(hessian(problem.whole.regressors.fitted.matrix))
      var view = direction.mutableView
      factor.solveFromRight(&view)
    } catch {
      throw FitError.ridgeTooSmall(order: descent.columns, ridge: problem.ridge)
    }
    return direction
  }

  /// The lower triangle of the Hessian, 1 on the diagonal of the own weight and 0 beside it.
  private func hessian(_ x: borrowing Matrix<Double>) -> Matrix<Double> {
    var hessian = Matrix<Double>(rows: x.rows, columns: x.rows)
    for first in stride(from: 0, to: x.columns, by: Self.samplesAtOnce) {
      let part = first..<min(first + Self.samplesAtOnce, x.columns)
      var weighted = x.copy(columns: part)
      weighted.weightColumns(byRootsOf: curvatures.row(0).extracting(part))
      var target = hessian.mutableView
      lowerRankUpdate(weighted.view, into: &target, keep: 1)
    }
    for j in 0..<x.rows { hessian[j, j] += problem.ridge }
    guard let own else { return hessian }
    for j in 0..<x.rows {
      hessian[own, j] = 0
      hessian[j, own] = 0
    }
    hessian[own, own] = 1
    return hessian
  }

  /// The first of 1, 1/2, 1/4, … at which F falls as Armijo asks; 0 if none does.
  mutating func search(
    _ direction: borrowing Matrix<Double>, from theta: borrowing Matrix<Double>, slope: Double
  ) -> Double {
    guard slope > 0 else { return 0 }
    let response = product(direction, problem.whole.regressors.fitted.matrix)
    let sums = theta.dots(0, direction, 0)
    let lambda = problem.ridge
    func penalty(_ t: Double) -> Double {
      lambda / 2 * (sums.xx + 2 * t * sums.xy + t * t * sums.yy)
    }
    let start = value + penalty(0)
    var length = 1.0
    for _ in 0..<Self.trials {
      let trial =
        scores.score(
          loss, targets: targets, headroom: headroom, currents: currents, step: length,
          along: response, curvatures: &scratch) + penalty(length)
      if trial <= start - Self.sufficientShare * length * slope + Self.rounding * abs(start) {
        return length
      }
      length /= 2
    }
    return 0
  }

  /// Transitions whose weighted regressors are in memory at a time.
  private static var samplesAtOnce: Int { 512 }
  private static var trials: Int { 30 }
  /// Armijo's constant.
  private static var sufficientShare: Double { 1e-4 }
  /// Of F, relative.
  private static var rounding: Double { 1e-12 }
}

extension Matrix<Double> {
  /// `row 0 ← E` at the currents S; returns Σ φ.
  fileprivate mutating func score(
    _ loss: PointwiseLoss, targets: borrowing Matrix, headroom: borrowing Matrix,
    currents: borrowing Matrix, curvatures: inout Matrix
  ) -> Double {
    var e = mutableRow(0)
    var h = curvatures.mutableRow(0)
    return loss.score(
      targets: targets.row(0), headroom: headroom.row(0), activations: currents.row(0), into: &e,
      curvatures: &h
    ).loss
  }

  /// The same at `S + t Sp`.
  fileprivate mutating func score(
    _ loss: PointwiseLoss, targets: borrowing Matrix, headroom: borrowing Matrix,
    currents: borrowing Matrix, step t: Double, along response: borrowing Matrix,
    curvatures: inout Matrix
  ) -> Double {
    var e = mutableRow(0)
    var h = curvatures.mutableRow(0)
    return loss.score(
      targets: targets.row(0), headroom: headroom.row(0), activations: currents.row(0), step: t,
      along: response.row(0), into: &e, curvatures: &h
    ).loss
  }

  /// `row 0 ← φ″(S)`.
  fileprivate mutating func setCurvatures(
    _ loss: PointwiseLoss, targets: borrowing Matrix, headroom: borrowing Matrix,
    currents: borrowing Matrix
  ) {
    var h = mutableRow(0)
    loss.curvature(
      targets: targets.row(0), headroom: headroom.row(0), activations: currents.row(0), into: &h)
  }

  /// Multiplies column t by the root of the t-th weight.
  fileprivate mutating func weightColumns(byRootsOf weights: Span<Double>) {
    var roots = [Double](repeating: 0, count: weights.count)
    for t in 0..<weights.count { roots[t] = weights[t].squareRoot() }
    for i in 0..<rows {
      var row = mutableRow(i)
      for t in 0..<row.count { row[t] *= roots[t] }
    }
  }
}
