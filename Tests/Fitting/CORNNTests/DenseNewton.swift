import CORNN
import Foundation
import Kernels
import LinearAlgebra

/// The losses of the tests, written from their definitions with the library's tanh; it
/// shares nothing with the kernels.
enum PlainLoss {
  case crossEntropy
  case robust(threshold: Double)

  var fitted: PointwiseLoss {
    switch self {
    case .crossEntropy: .crossEntropy
    case .robust(let threshold): .clipped(k: 0, threshold: threshold)
    }
  }

  /// `−φ'(s)` and `φ''(s)`.
  func score(_ s: Double, _ d: Double) -> (score: Double, curvature: Double) {
    let error = d - tanh(s)
    let slope = 1 - tanh(s) * tanh(s)
    switch self {
    case .crossEntropy: return (error, slope)
    case .robust(let threshold):
      let weight = 1 / (1 - d * d)
      let scaled = weight * error
      if abs(scaled) > threshold { return (scaled > 0 ? threshold : -threshold, 0) }
      return (scaled, weight * slope)
    }
  }
}

/// An independent solver of one neuron's subproblem: damped Newton steps with the dense
/// Hessian, on regressors from which forbidden columns were deleted.
struct DenseNewton {
  let weights: [Double]
  /// Largest entry of the gradient at the solution.
  let gradient: Double

  /// - Parameters: x — samples × regressors; d — clamped targets; forbidden — columns.
  init(
    x: [[Double]], d: [Double], ridge: Double, loss: PlainLoss, forbidden: Set<Int>
  ) throws {
    let columns = x[0].indices.filter { !forbidden.contains($0) }
    let m = columns.count
    var theta = [Double](repeating: 0, count: m)
    var largest = Double.infinity
    for _ in 0..<500 {
      var gradient = theta.map { -ridge * $0 }
      var hessian = Matrix<Double>.identity(m)
      for i in 0..<m { hessian[i, i] = ridge }
      for t in x.indices {
        let row = columns.map { x[t][$0] }
        let s = zip(row, theta).reduce(0) { $0 + $1.0 * $1.1 }
        let value = loss.score(s, d[t])
        for i in 0..<m {
          gradient[i] += value.score * row[i]
          for j in 0...i { hessian[i, j] += value.curvature * row[i] * row[j] }
        }
      }
      largest = gradient.map(abs).max() ?? 0
      if largest < 1e-11 { break }
      let factor = try Cholesky(hessian)
      var step = Matrix<Double>(gradient.map { [$0] })
      var view = step.mutableView
      factor.solve(&view)
      var t = 1.0
      while t > 1e-6 {
        // Convex: a step is good while the objective still falls along it there.
        let trial = (0..<m).map { theta[$0] + t * step[$0, 0] }
        var slope = 0.0
        for u in x.indices {
          let row = columns.map { x[u][$0] }
          let s = zip(row, trial).reduce(0) { $0 + $1.0 * $1.1 }
          let along = (0..<m).reduce(0) { $0 + row[$1] * step[$1, 0] }
          slope += loss.score(s, d[u]).score * along
        }
        slope -= ridge * (0..<m).reduce(0) { $0 + trial[$1] * step[$1, 0] }
        let first = (0..<m).reduce(0) { $0 + gradient[$1] * step[$1, 0] }
        if slope >= -0.3 * first { break }
        t /= 2
      }
      for i in 0..<m { theta[i] += t * step[i, 0] }
    }
    var full = [Double](repeating: 0, count: x[0].count)
    for (i, column) in columns.enumerated() { full[column] = theta[i] }
    weights = full
    gradient = largest
  }
}
