internal import Kernels
internal import LinearAlgebra

/// The yardstick of a live fit: the ridge regression of increments `r[t+1] − r[t]` on the same
/// regressors, window and ridge, own weights included, which each step keeps exact.
///
/// In the primal form its rows are weights, in the dual form sample coefficients.
struct LinearRival: ~Copyable {
  /// This rank's neurons × M, or × T; no rows where there is no rival.
  var coefficients: Matrix<Double>

  init(_ problem: LiveProblem, unknowns: Int) {
    coefficients = Matrix(rows: problem.hasRival ? problem.local.count : 0, columns: unknowns)
  }

  /// The increments after some regressors; in the dual form `features` are `X x`, else x.
  func increments(after features: [Double]) -> [Double] { coefficients.times(features) }

  /// What a transition brings beyond what was expected of it: nothing where it is missing.
  static func errors(_ increments: [Double], expected: [Double]) -> [Double] {
    zip(increments, expected).map { $0.isNaN ? 0 : $0 - $1 }
  }
}
