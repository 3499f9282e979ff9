package import Collectives
internal import Kernels
package import LinearAlgebra
package import Networks

/// A model that predicts the next frame, its neurons dealt to ranks.
package protocol FreeRunning<S>: ~Copyable {
  associatedtype S: Scalar & Transferable

  /// This rank's neurons.
  var local: Range<Int> { get }

  /// The rates one frame later: local × columns.
  ///
  /// `own` is this rank's rates, local × columns; `inputs` is inputs × columns, the same on
  /// every rank.
  /// - Collective: every rank of `group` must call it.
  func next(
    after own: borrowing Matrix<S>, inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S>

  /// Runs on from recorded frames, one column each, under the recorded inputs.
  ///
  /// `observe` is given the frames ahead, from 1 on, and the rates of this rank's neurons.
  ///
  /// - Complexity: `steps` predictions, or less.
  /// - Collective: every rank of `group` must call it.
  func run(
    from starts: [Int], steps: Int, of observed: ObservedRates<S>,
    group: borrowing some RankGroup & ~Copyable,
    observe: (_ ahead: Int, _ rates: borrowing Matrix<S>) -> Void
  ) throws
}

extension RateNetwork: FreeRunning {
  package func next(
    after own: borrowing Matrix<S>, inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    next(after: try group.regressors(own, inputs, neurons: neurons))
  }

  /// The rates one frame later from (neurons, inputs, 1) × columns: local × columns.
  func next(after regressors: borrowing Matrix<S>) -> Matrix<S> {
    var result = currents(at: regressors)
    leak(&result, from: regressors, row: local.lowerBound, alpha: alpha)
    return result
  }

  /// `W r + W_in u + b`: local × columns.
  func currents(at regressors: borrowing Matrix<S>) -> Matrix<S> {
    var currents = Matrix<S>(rows: local.count, columns: regressors.columns)
    let inputs = inputWeights.columns
    do {
      var target = currents.mutableView
      multiplyNarrow(weights.view, regressors.view.rows(0..<neurons), into: &target)
      if inputs > 0 {
        multiply(
          inputWeights.view, regressors.view.rows(neurons..<(neurons + inputs)), into: &target,
          keep: 1)
      }
    }
    add(bias, toRowsOf: &currents)
    return currents
  }
}

/// `row i ← row i + bias[i]`.
@specialized(where S == Double)
@specialized(where S == Float)
private func add<S: Scalar>(_ bias: [S], toRowsOf currents: inout Matrix<S>) {
  for i in 0..<currents.rows {
    var row = currents.mutableRow(i)
    for k in 0..<row.count { row[k] += bias[i] }
  }
}

/// `currents ← (1 − α) r + α tanh(currents)`, r the rows of `rates` from `first` on.
@specialized(where S == Double)
@specialized(where S == Float)
package func leak<S: Scalar>(
  _ currents: inout Matrix<S>, from rates: borrowing Matrix<S>, row first: Int = 0,
  alpha: [Double]
) {
  var elements = currents.mutableElements
  applyTanh(to: &elements)
  for i in 0..<currents.rows {
    let factor = S(alpha[i])
    let now = rates.row(first + i)
    var row = currents.mutableRow(i)
    for k in 0..<row.count { row[k] = (1 - factor) * now[k] + factor * row[k] }
  }
}

extension RankGroup where Self: ~Copyable {
  /// (neurons, inputs, 1) × columns on every rank, from each rank's rates.
  ///
  /// - Complexity: a gather of neurons × columns scalars.
  /// - Collective: every rank must call it.
  func regressors<S: Scalar & Transferable>(
    _ own: borrowing Matrix<S>, _ inputs: borrowing Matrix<S>, neurons: Int
  ) throws -> Matrix<S> {
    let rates = try gatherRows(own, rows: neurons)
    var result = Matrix<S>(rows: neurons + inputs.rows + 1, columns: own.columns)
    for i in 0..<neurons { result.copyRow(i, from: rates, i) }
    for i in 0..<inputs.rows { result.copyRow(neurons + i, from: inputs, i) }
    for k in 0..<own.columns { result[neurons + inputs.rows, k] = 1 }
    return result
  }
}

extension FreeRunning where Self: ~Copyable {
  package func run(
    from starts: [Int], steps: Int, of observed: ObservedRates<S>,
    group: borrowing some RankGroup & ~Copyable,
    observe: (_ ahead: Int, _ rates: borrowing Matrix<S>) -> Void
  ) throws {
    try runStepByStep(from: starts, steps: steps, of: observed, group: group, observe: observe)
  }

  /// A run in which every frame is predicted from the one before.
  func runStepByStep(
    from starts: [Int], steps: Int, of observed: ObservedRates<S>,
    group: borrowing some RankGroup & ~Copyable,
    observe: (_ ahead: Int, _ rates: borrowing Matrix<S>) -> Void
  ) throws {
    try observed.run(from: starts, steps: steps, observe: observe) {
      try next(after: $0, inputs: $1, group: group)
    }
  }
}

extension ObservedRates {
  /// Runs on from recorded frames, one column each, under the recorded inputs: every frame is
  /// predicted from the one before.
  ///
  /// `observe` is given the frames ahead, from 1 on, and the rates of this rank's neurons; `next` the
  /// rates, local × columns, and the inputs, inputs × columns.
  package func run(
    from starts: [Int], steps: Int,
    observe: (_ ahead: Int, _ rates: borrowing Matrix<S>) -> Void,
    next: (_ own: borrowing Matrix<S>, _ inputs: borrowing Matrix<S>) throws -> Matrix<S>
  ) rethrows {
    var rates = ownRates(at: starts[...])
    for ahead in 1...max(1, steps) where steps > 0 {
      rates = try next(rates, inputs(at: starts.map { $0 + ahead - 1 }[...]))
      observe(ahead, rates)
    }
  }
}
