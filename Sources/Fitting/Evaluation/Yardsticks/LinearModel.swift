package import Collectives
package import LinearAlgebra

/// The baseline every fitted network is held against: `r[t+1] = r[t] + A r[t] + B u[t] + c`.
///
/// Ridge regression of the increment: it minimises `‖Y − AΦ‖² + λ T ‖A‖²` over the T
/// transitions of the fitted frames, Φ the rates, the inputs (each in units of its root mean
/// square) and 1. Self-connections are allowed. The ridge is the model's own, chosen on
/// blocks of the fitted frames: that of the network would be too weak or too strong for it.
package struct LinearModel<S: Scalar & Transferable>: FreeRunning, ~Copyable {
  /// This rank's neurons × regressors, or × fitted transitions where these are fewer:
  /// then the weights are `coefficients Φᵀ`.
  private let coefficients: Matrix<Double>
  private let system: LinearSystem<S>
  package let local: Range<Int>
  /// Ridge per transition.
  package let ridge: Double

  /// Fits the model; `ridge`, > 0, is chosen if it is nil.
  ///
  /// - Throws: `NotPositiveDefinite`; what `group` throws.
  /// - Complexity: with M regressors and T transitions `min(M, T)² max(M, T) / ranks` flops,
  ///   a Cholesky factorisation of order `min(M, T)` on each rank, its square of memory; for
  ///   the choice about ten times as many of three quarters of the size, shared by the ranks.
  /// - Collective: every rank of `group` must call it.
  package init(
    of observed: ObservedRates<S>, ridge: Double? = nil,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let system = try LinearSystem(observed, group: group)
    let chosen = try ridge ?? system.chooseRidge(group: group)
    precondition(chosen > 0, "the ridge is \(chosen)")
    let solution = try system.solve(neurons: Array(observed.local), ridge: chosen)
    local = observed.local
    self.system = system
    self.ridge = chosen
    coefficients = solution
  }

  package func next(
    after own: borrowing Matrix<S>, inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    let features = try system.features(own, inputs, group: group)
    return sum(product(coefficients, features), own)
  }
}

/// `increments + rates`.
@specialized(where S == Double)
@specialized(where S == Float)
private func sum<S: Scalar>(
  _ increments: borrowing Matrix<Double>, _ rates: borrowing Matrix<S>
) -> Matrix<S> {
  var result = Matrix<S>(rows: increments.rows, columns: increments.columns)
  for i in 0..<result.rows {
    let (now, change) = (rates.row(i), increments.row(i))
    var row = result.mutableRow(i)
    for k in 0..<row.count { row[k] = S(Double(now[k]) + change[k]) }
  }
  return result
}
