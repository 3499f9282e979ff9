package import Collectives
internal import LinearAlgebra

/// The normal equations of the linear model, in the regressors or, where there are fewer
/// transitions than these, in the transitions.
final class LinearSystem<S: Scalar & Transferable> {
  let observed: ObservedRates<S>
  /// The transitions it is trained on.
  let transitions: FittedTransitions<S>
  let isDual: Bool
  /// What each regressor is multiplied with, which brings inputs to unit root mean square.
  let scales: [Double]
  /// ΦΦᵀ, or ΦᵀΦ in the dual, once a node.
  let gram: SharedMatrix<Double>
  /// The scaled inputs and the constant at `frames`, (inputs + 1) × frames.
  let common: Matrix<Double>

  /// The frames that the transitions start from.
  var frames: [Int] { transitions.frames }

  /// `known` are the products of the regressors if they are there already; `rounds` lets the dual
  /// multiply increments in float32.
  ///
  /// - Collective: every rank of `group` must call it.
  init(
    _ observed: ObservedRates<S>, known: KnownProducts?, rounds: Bool,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let frames = observed.transitions(in: observed.fittedFrames)
    let scales = Self.scales(of: observed, frames: frames)
    let isDual = frames.count < scales.count
    let common = Self.common(observed.inputs(at: frames[...]), scales)
    if let known, known.serves(isDual: isDual, regressors: scales.count, frames: frames) {
      gram = known.gram
    } else {
      var sum =
        isDual
        ? Self.ownProducts(observed, frames)
        : Self.products(
          observed, scales,
          frames[Partition(of: frames.count, among: group.size).range(of: group.rank)])
      if isDual && group.rank == 0 { addSquare(of: common, to: &sum) }
      try group.sum(&sum)
      var shared = try group.allocateOnNode(rows: sum.rows, columns: sum.rows, of: Double.self)
      if shared.nodeRank == 0 {
        var target = shared.matrix.mutableView
        target.assign(sum.view)
      }
      try shared.synchronize()
      gram = SharedMatrix(shared)
    }
    self.observed = observed
    self.scales = scales
    self.isDual = isDual
    self.common = common
    transitions = FittedTransitions(observed, frames, rounds: rounds && isDual)
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
      var target = gram.mutableView
      lowerRankUpdate(phi.view.transposed, into: &target, keep: 1)
    }
    var whole = gram.mutableView
    mirrorLower(&whole)
    return gram
  }

  /// The scaled inputs and the constant: (inputs + 1) × columns.
  static func common(_ inputs: borrowing Matrix<S>, _ scales: [Double]) -> Matrix<Double> {
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
    var result = transitions.products(with: own)
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
  ///
  /// Products of a few thousand frames are in the precision of the rates, and their sum in float64:
  /// the rates' own rounding leaves more in their increments than that of the products.
  func rightHandSide(_ neurons: [Int], _ frames: ArraySlice<Int>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: neurons.count, columns: scales.count)
    for part in blocks(of: frames, atOnce: 4 * framesAtOnce) {
      var phi = observed.regressors(at: part)
      for (i, scale) in scales.enumerated() where scale != 1 { phi.scaleRow(i, by: S(scale)) }
      let y = increments(neurons, part).converted(to: S.self)
      add(product(y, phi, transposingB: true), to: &result)
    }
    return result
  }

  /// The weights of some neurons, trained on all transitions; none in the dual.
  func weights(neurons: [Int], ridge: Double) throws -> Matrix<Double> {
    guard !isDual else { return Matrix(rows: 0, columns: 0) }
    var result = rightHandSide(neurons, frames[...])
    var system = gram.shared.matrix.copy()
    for i in 0..<system.rows { system[i, i] += ridge * Double(frames.count) }
    let factor = try Cholesky(system)
    var target = result.mutableView
    factor.solveFromRight(&target)
    return result
  }
}

/// Products of regressors that were taken before: those of the rates, of the inputs in units of
/// their root mean square, and of 1.
package struct KnownProducts {
  fileprivate let gram: SharedMatrix<Double>
  private let isDual: Bool
  /// Whether 1 is among the regressors.
  private let hasConstant: Bool
  /// The frames that their transitions start from.
  private let frames: [Int]

  /// `gram` is regressors × regressors, or in the dual transitions × transitions.
  package init(
    _ gram: SharedMatrix<Double>, isDual: Bool, hasConstant: Bool, frames: [Int]
  ) {
    self.gram = gram
    self.isDual = isDual
    self.hasConstant = hasConstant
    self.frames = frames
  }

  /// Whether they are those of the same regressors and transitions.
  fileprivate func serves(isDual: Bool, regressors: Int, frames: [Int]) -> Bool {
    hasConstant && self.isDual == isDual && self.frames == frames
      && gram.shared.matrix.rows == (isDual ? frames.count : regressors)
  }
}

/// `sum ← sum + matrix`.
@specialized(where S == Double)
@specialized(where S == Float)
private func add<S: Scalar>(_ matrix: borrowing Matrix<S>, to sum: inout Matrix<Double>) {
  for i in 0..<matrix.rows {
    let values = matrix.row(i)
    var row = sum.mutableRow(i)
    for k in 0..<values.count { row[k] += Double(values[k]) }
  }
}

/// `gram ← gram + φᵀ φ`.
private func addSquare(of phi: borrowing Matrix<Double>, to gram: inout Matrix<Double>) {
  var target = gram.mutableView
  symmetricRankUpdate(phi.view.transposed, into: &target, keep: 1)
}

/// `result ← result + aᵀ b`.
func addProduct(
  _ result: inout Matrix<Double>, transposing a: borrowing Matrix<Double>,
  _ b: borrowing Matrix<Double>
) {
  var target = result.mutableView
  multiply(a.view.transposed, b.view, into: &target, keep: 1)
}
