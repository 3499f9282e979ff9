package import Collectives
package import LinearAlgebra

/// The baseline every fitted network is held against: `r[t+1] = r[t] + A r[t] + B u[t] + c`.
///
/// Ridge regression of the increment: it minimises `‖Y − AΦ‖² + λ T ‖A‖²` over the T
/// transitions of the fitted frames, Φ the rates, the inputs (each in units of its root mean
/// square) and 1. Self-connections are allowed.
package struct LinearModel<S: Scalar & Transferable>: ~Copyable {
  /// This rank's neurons × regressors.
  let weights: Matrix<S>
  let local: Range<Int>

  /// Fits the model.
  ///
  /// - Parameters: ridge — λ per transition, > 0.
  /// - Throws: `NotPositiveDefinite`; what `group` throws.
  /// - Complexity: with M regressors and T transitions `min(M, T)² max(M, T) / ranks` flops,
  ///   a Cholesky factorisation of order `min(M, T)` on each rank, its square of memory.
  /// - Collective: every rank of `group` must call it.
  package init(
    of observed: borrowing ObservedRates<S>, ridge: Double,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    precondition(ridge > 0, "the ridge is \(ridge)")
    local = observed.local
    let frames = observed.transitions(in: observed.fittedFrames)
    let count = observed.neurons + observed.inputs.rows + 1
    let scales = Self.scales(of: observed, count: count, frames: frames)
    let gram = try Self.gram(observed, scales, frames, isDual: frames.count < count, group)
    var system = gram
    for i in 0..<system.rows { system[i, i] += ridge * Double(frames.count) }
    let factor = try Cholesky(system)
    var solution = Matrix<Double>(rows: local.count, columns: count)
    if frames.count < count {
      // A = Y (ΦᵀΦ + λT)⁻¹ Φᵀ
      var y = Self.increments(observed, frames[...])
      var target = y.mutableView
      factor.solveFromRight(&target)
      for part in Self.blocks(frames) {
        let phi = Self.regressors(observed, scales, 0..<count, part)
        var whole = solution.mutableView
        multiply(
          y.view.columns(part.startIndex..<part.endIndex), phi.view.transposed, into: &whole,
          keep: 1)
      }
    } else {
      // A = Y Φᵀ (ΦΦᵀ + λT)⁻¹
      for part in Self.blocks(frames) {
        let phi = Self.regressors(observed, scales, 0..<count, part)
        let y = Self.increments(observed, part)
        var whole = solution.mutableView
        multiply(y.view, phi.view.transposed, into: &whole, keep: 1)
      }
      var target = solution.mutableView
      factor.solveFromRight(&target)
    }
    for i in 0..<solution.rows {
      for j in 0..<count { solution[i, j] *= scales[j] }
    }
    weights = solution.converted(to: S.self)
  }

  /// The factor of each regressor that brings inputs to unit root mean square.
  private static func scales(
    of observed: borrowing ObservedRates<S>, count: Int, frames: [Int]
  ) -> [Double] {
    var scales = [Double](repeating: 1, count: count)
    for k in 0..<observed.inputs.rows {
      let row = observed.inputs.row(k)
      let squares = frames.reduce(0.0) { $0 + Double(row[$1]) * Double(row[$1]) }
      let size = (squares / Double(max(1, frames.count))).squareRoot()
      scales[observed.neurons + k] = size > 0 ? 1 / size : 0
    }
    return scales
  }

  /// ΦᵀΦ or ΦΦᵀ, each rank adding its share of the sum.
  private static func gram(
    _ observed: borrowing ObservedRates<S>, _ scales: [Double], _ frames: [Int], isDual: Bool,
    _ group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    let order = isDual ? frames.count : scales.count
    var gram = Matrix<Double>(rows: order, columns: order)
    let summed = isDual ? scales.count : frames.count
    let own = Partition(of: summed, among: group.size).range(of: group.rank)
    for lower in stride(from: own.lowerBound, to: own.upperBound, by: blockLength) {
      let part = lower..<min(lower + blockLength, own.upperBound)
      var target = gram.mutableView
      if isDual {
        let phi = regressors(observed, scales, part, frames[...])
        symmetricRankUpdate(phi.view.transposed, into: &target, keep: 1)
      } else {
        let phi = regressors(observed, scales, 0..<scales.count, frames[part])
        symmetricRankUpdate(phi.view, into: &target, keep: 1)
      }
    }
    try group.sum(&gram)
    return gram
  }

  private static func regressors(
    _ observed: borrowing ObservedRates<S>, _ scales: [Double], _ rows: Range<Int>,
    _ frames: ArraySlice<Int>
  ) -> Matrix<Double> {
    var block = observed.regressors(rows: rows, at: frames).converted(to: Double.self)
    for (i, regressor) in rows.enumerated() where scales[regressor] != 1 {
      for k in 0..<frames.count { block[i, k] *= scales[regressor] }
    }
    return block
  }

  /// r[t+1] − r[t] of this rank's neurons; zero where r[t+1] is missing.
  private static func increments(
    _ observed: borrowing ObservedRates<S>, _ frames: ArraySlice<Int>
  ) -> Matrix<Double> {
    var block = Matrix<Double>(rows: observed.local.count, columns: frames.count)
    for (i, neuron) in observed.local.enumerated() {
      for (k, t) in frames.enumerated() {
        let next = observed.rates.matrix[neuron, t + 1]
        if !next.isNaN { block[i, k] = Double(next) - Double(observed.rates.matrix[neuron, t]) }
      }
    }
    return block
  }

  private static func blocks(_ frames: [Int]) -> [ArraySlice<Int>] {
    stride(from: 0, to: frames.count, by: blockLength).map {
      frames[$0..<min($0 + blockLength, frames.count)]
    }
  }

  /// Transitions or regressors handled at a time: bounds the memory beside the system.
  static var blockLength: Int { 512 }

  /// The increments predicted at some frames: local × frames.
  func predictedIncrements(
    _ observed: borrowing ObservedRates<S>, at frames: ArraySlice<Int>
  ) -> Matrix<S> {
    let phi = observed.regressors(rows: 0..<weights.columns, at: frames)
    return product(weights, phi)
  }

  /// Runs the model as `RateNetwork.simulate` runs a network; `inputs` is inputs × steps.
  ///
  /// - Collective: every rank of `group` must call it.
  func simulate(
    from start: [S], steps: Int, inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable, observe: (_ t: Int, _ rates: [S]) -> Void
  ) throws {
    var regressors = start + [S](repeating: 0, count: inputs.rows) + [1]
    let counts = try group.gather(local.count)
    var rates = Array(start[local])
    observe(0, rates)
    for t in 0..<steps {
      for k in 0..<inputs.rows { regressors[start.count + k] = inputs[k, t] }
      for i in rates.indices { rates[i] += S(dot(weights.row(i), regressors.span)) }
      var state = Array(regressors[..<start.count])
      var whole = state.mutableSpan
      try group.gather(rates.span, into: &whole, counts: counts)
      regressors.replaceSubrange(..<start.count, with: state)
      observe(t + 1, rates)
    }
  }
}
