package import Collectives
package import LinearAlgebra

/// The baseline every fitted network is held against: `r[t+1] = r[t] + A r[t] + B u[t] + c`.
///
/// Ridge regression of the increment: it minimises `‖Y − AΦ‖² + λ T ‖A‖²` over the T
/// transitions of the fitted frames, Φ the rates, the inputs (each in units of its root mean
/// square) and 1. Self-connections are allowed. The ridge is the model's own, chosen on
/// blocks of the fitted frames: that of the network would be too weak or too strong for it.
package struct LinearModel<S: Scalar & Transferable>: FreeRunning, ~Copyable {
  /// This rank's neurons × regressors; none where there are fewer transitions than these.
  private let weights: Matrix<Double>
  /// The model in these transitions, then.
  private let samples: SampleSolution<S>?
  private let system: LinearSystem<S>
  package let local: Range<Int>
  /// Ridge per transition.
  package let ridge: Double

  /// Fits the model; `ridge`, > 0, is chosen if it is nil; `known` saves its first product; `rounds`
  /// lets it predict by products in float32 where transitions are fewer than regressors.
  ///
  /// - Throws: `NotPositiveDefinite`; what `group` throws.
  /// - Complexity: with M regressors and T transitions `min(M, T)² max(M, T) / ranks` flops,
  ///   a Cholesky factorisation of order M on each rank or the inverse of order T once a node,
  ///   their square of memory; for the choice about four times as many, shared by the ranks.
  /// - Collective: every rank of `group` must call it.
  package init(
    of observed: ObservedRates<S>, ridge: Double? = nil, known: KnownProducts? = nil,
    rounds: Bool = false, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let system = try LinearSystem(observed, known: known, rounds: rounds, group: group)
    try self.init(system, ridge: ridge ?? system.chooseRidge(group: group), group: group)
  }

  private init(
    _ system: LinearSystem<S>, ridge: Double, group: borrowing some RankGroup & ~Copyable
  ) throws {
    precondition(ridge > 0, "the ridge is \(ridge)")
    let samples = system.isDual ? try SampleSolution(of: system, ridge: ridge, group: group) : nil
    let weights = try system.weights(neurons: Array(system.observed.local), ridge: ridge)
    self.samples = samples
    self.weights = weights
    local = system.observed.local
    self.system = system
    self.ridge = ridge
  }

  /// The same model with the ridge that free runs of 1 to `horizon` frames on held-out blocks of the
  /// fitted frames choose; nil where there are more than `RidgeChoice.mostRegressorsOfRuns`
  /// regressors, too few frames, or none that does not diverge.
  ///
  /// - Throws: `NotPositiveDefinite`; what `group` throws.
  /// - Complexity: for each ridge and fold, shared by the ranks, a factor and the weights of all
  ///   neurons, and 40 runs.
  /// - Collective: every rank of `group` must call it.
  package func chosenByRuns(
    horizon: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> LinearRunner<S>? {
    guard let ridge = try system.chooseRidgeByRuns(horizon: horizon, group: group) else {
      return nil
    }
    return LinearRunner(try LinearModel(system, ridge: ridge, group: group))
  }

  package func next(
    after own: borrowing Matrix<S>, inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    let features = try system.features(own, inputs, group: group)
    if let samples { return sum(try samples.increments(features, group: group), own) }
    return sum(product(weights, features), own)
  }

  package func run(
    from starts: [Int], steps: Int, of observed: ObservedRates<S>,
    group: borrowing some RankGroup & ~Copyable,
    observe: (_ ahead: Int, _ rates: borrowing Matrix<S>) -> Void
  ) throws {
    guard let samples else {
      return try runStepByStep(
        from: starts, steps: steps, of: observed, group: group, observe: observe)
    }
    let own = observed.ownRates(at: starts[...])
    try samples.run(from: starts, own: own, steps: steps, of: observed, group: group) {
      observe($0, sum($1, own))
    }
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

/// A linear model whose ridge free runs chose.
package final class LinearRunner<S: Scalar & Transferable> {
  package let model: LinearModel<S>

  init(_ model: consuming LinearModel<S>) { self.model = model }
}
