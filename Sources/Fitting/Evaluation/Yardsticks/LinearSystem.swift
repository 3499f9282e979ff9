internal import Collectives
internal import LinearAlgebra

/// The normal equations of the linear model, in the regressors or, where there are fewer
/// transitions than these, in the transitions.
final class LinearSystem<S: Scalar & Transferable> {
  let observed: ObservedRates<S>
  /// The transitions it is trained on, as the frames they start from.
  let frames: [Int]
  let isDual: Bool
  /// What each regressor is multiplied with, which brings inputs to unit root mean square.
  let scales: [Double]
  /// ΦΦᵀ, or ΦᵀΦ in the dual.
  let gram: Matrix<Double>
  /// The scaled inputs and the constant at `frames`, (inputs + 1) × frames.
  private let common: Matrix<Double>
  /// Frames without a gap between them, in order.
  private let runs: [Range<Int>]

  /// - Collective: every rank of `group` must call it.
  init(_ observed: ObservedRates<S>, group: borrowing some RankGroup & ~Copyable) throws {
    self.observed = observed
    let frames = observed.transitions(in: observed.fittedFrames)
    let scales = Self.scales(of: observed, frames: frames)
    let isDual = frames.count < scales.count
    self.frames = frames
    self.scales = scales
    self.isDual = isDual
    runs = Self.runs(of: frames)
    let common = Self.common(observed.inputs(at: frames[...]), scales)
    var gram =
      isDual
      ? Self.ownProducts(observed, frames)
      : Self.products(
        observed, scales,
        frames[Partition(of: frames.count, among: group.size).range(of: group.rank)])
    if isDual && group.rank == 0 { addSquare(of: common, to: &gram) }
    try group.sum(&gram)
    self.gram = gram
    self.common = common
  }

  private static func runs(of frames: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for t in frames {
      if let last = runs.last, last.upperBound == t {
        runs[runs.count - 1] = last.lowerBound..<(t + 1)
      } else {
        runs.append(t..<(t + 1))
      }
    }
    return runs
  }

  private static func scales(of observed: ObservedRates<S>, frames: [Int]) -> [Double] {
    var scales = [Double](repeating: 1, count: observed.regressorCount)
    for k in 0..<observed.inputs.rows {
      let squares = frames.reduce(0.0) { sum, t in
        let value = Double(observed.inputs[k, t])
        return sum + value * value
      }
      let size = (squares / Double(max(1, frames.count))).squareRoot()
      scales[observed.neurons + k] = size > 0 ? 1 / size : 0
    }
    return scales
  }

  static func scaled(
    _ regressors: borrowing Matrix<S>, _ scales: [Double]
  ) -> Matrix<Double> {
    var block = regressors.converted(to: Double.self)
    for (i, scale) in scales.enumerated() where scale != 1 { block.scaleRow(i, by: scale) }
    return block
  }

  /// The part of ΦᵀΦ that this rank's neurons have.
  private static func ownProducts(
    _ observed: ObservedRates<S>, _ frames: [Int]
  ) -> Matrix<Double> {
    var gram = Matrix<Double>(rows: frames.count, columns: frames.count)
    for lower in stride(from: 0, to: observed.local.count, by: framesAtOnce) {
      let part = lower..<min(lower + framesAtOnce, observed.local.count)
      let phi = observed.ownRates(part, at: frames[...]).converted(to: Double.self)
      addSquare(of: phi, to: &gram)
    }
    return gram
  }

  /// The scaled inputs and the constant: (inputs + 1) × columns.
  private static func common(_ inputs: borrowing Matrix<S>, _ scales: [Double]) -> Matrix<Double> {
    let neurons = scales.count - inputs.rows - 1
    var block = Matrix<Double>(rows: inputs.rows + 1, columns: inputs.columns)
    for c in 0..<inputs.columns {
      for k in 0..<inputs.rows { block[k, c] = Double(inputs[k, c]) * scales[neurons + k] }
      block[inputs.rows, c] = 1
    }
    return block
  }

  /// ΦΦᵀ over some frames.
  static func products(
    _ observed: ObservedRates<S>, _ scales: [Double], _ frames: ArraySlice<Int>
  ) -> Matrix<Double> {
    var gram = Matrix<Double>(rows: scales.count, columns: scales.count)
    for part in blocks(of: frames) {
      let phi = scaled(observed.regressors(at: part), scales)
      var target = gram.mutableView
      symmetricRankUpdate(phi.view, into: &target, keep: 1)
    }
    return gram
  }

  /// What the coefficients are multiplied with: the scaled regressors, or in the dual their
  /// products with those of the fitted transitions.
  ///
  /// `own` is this rank's rates, local × columns; `inputs` is inputs × columns.
  ///
  /// - Complexity: in the dual 2 T n flops a column for n neurons of this rank, and a sum of
  ///   T × columns numbers; else a gather of neurons × columns scalars.
  /// - Collective: every rank of `group` must call it.
  func features(
    _ own: borrowing Matrix<S>, _ inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    guard isDual else {
      return Self.scaled(
        try group.regressors(own, inputs, neurons: observed.neurons), scales)
    }
    var result = Matrix<Double>(rows: frames.count, columns: own.columns)
    var first = 0
    for run in runs {
      // The rates are multiplied where they lie, without a copy of Φ.
      setProduct(&result, first, transposing: observed.rates.matrix, observed.local, run, own)
      first += run.count
    }
    if group.rank == 0 {
      addProduct(&result, transposing: common, Self.common(inputs, scales))
    }
    try group.sum(&result)
    return result
  }

  func increments(_ neurons: [Int], _ frames: ArraySlice<Int>) -> Matrix<Double> {
    Evaluation.increments(of: observed.rates.matrix, neurons, at: frames)
  }

  /// Y Φᵀ of some neurons over some frames.
  func rightHandSide(_ neurons: [Int], _ frames: ArraySlice<Int>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: neurons.count, columns: scales.count)
    for part in blocks(of: frames) {
      let phi = Self.scaled(observed.regressors(at: part), scales)
      let y = increments(neurons, part)
      var whole = result.mutableView
      multiply(y.view, phi.view.transposed, into: &whole, keep: 1)
    }
    return result
  }

  /// The coefficients of some neurons, trained on all transitions.
  func solve(neurons: [Int], ridge: Double) throws -> Matrix<Double> {
    var result =
      isDual ? increments(neurons, frames[...]) : rightHandSide(neurons, frames[...])
    var system = gram.copy()
    for i in 0..<system.rows { system[i, i] += ridge * Double(frames.count) }
    let factor = try Cholesky(system)
    var target = result.mutableView
    factor.solveFromRight(&target)
    return result
  }
}

/// `gram ← gram + φᵀ φ`.
private func addSquare(of phi: borrowing Matrix<Double>, to gram: inout Matrix<Double>) {
  var target = gram.mutableView
  symmetricRankUpdate(phi.view.transposed, into: &target, keep: 1)
}

/// `result ← result + aᵀ b`.
private func addProduct(
  _ result: inout Matrix<Double>, transposing a: borrowing Matrix<Double>,
  _ b: borrowing Matrix<Double>
) {
  var target = result.mutableView
  multiply(a.view.transposed, b.view, into: &target, keep: 1)
}

/// `result[first...] ← a[rows, columns]ᵀ b`, in float64.
private func setProduct<S: Scalar>(
  _ result: inout Matrix<Double>, _ first: Int, transposing a: borrowing Matrix<S>,
  _ rows: Range<Int>, _ columns: Range<Int>, _ b: borrowing Matrix<S>
) {
  var whole = result.mutableView
  var target = whole.rows(first..<(first + columns.count))
  multiplyWidening(
    a.view.block(rows: rows, columns: columns).transposed, b.view, into: &target)
}
