package import Collectives
package import LinearAlgebra

/// The regressors of all subproblems: neurons, then inputs, then the constant of the bias.
///
/// One row a regressor, one column a transition; shared by the ranks of a node.
package final class Regressors<S: Scalar & Transferable> {
  /// Regressors × fitted transitions.
  package let fitted: NodeShared<S>
  /// Regressors × held-out transitions.
  package let heldOut: NodeShared<S>

  /// Regressors that are neurons; inputs and the bias follow them.
  package let neurons: Int
  /// The root mean square of each input, by which its row is divided; 0 if it is silent.
  ///
  /// The division keeps the ridge from starving a channel for its unit.
  package let inputScale: [Double]
  package let bias: Bool

  /// The neurons of this rank.
  package let local: Range<Int>

  /// The regressors of all fitted transitions, and which of these are kept, in those of a fold.
  let origin: (whole: Regressors, fold: Fold)?
  /// Products that folds were taken out of, and whether they are those of the dual.
  var kept: (isDual: Bool, products: SharedMatrix<Double>)?

  /// How many there are.
  package var count: Int { fitted.matrix.rows }
  var samples: Int { fitted.matrix.columns }
  var inputs: Range<Int> { neurons..<(neurons + inputScale.count) }

  /// The row of a neuron given by its index among this rank's.
  func index(ofLocal neuron: Int) -> Int { local.lowerBound + neuron }

  /// Whether a regressor is zero in all fitted transitions.
  func isSilent(_ j: Int) -> Bool {
    for t in 0..<samples where fitted.matrix[j, t] != 0 { return false }
    return true
  }

  /// Gathers every rank's neurons into the matrices shared on each node.
  ///
  /// `rates` is this rank's neurons × frames, of which the rows of `silent` neurons count as
  /// zero; `standIns` has the numbers for neurons where they are missing; `inputs` is inputs ×
  /// frames, the same on every rank.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: one sum over nodes of regressors × transitions scalars.
  /// - Collective: every rank of `group` must call it.
  init(
    rates: borrowing Matrix<S>, local: Range<Int>, neurons: Int, silent: Set<Int>,
    standIns: [Int: Double],
    inputs: borrowing Matrix<S>, bias: Bool, fitted fittedTransitions: Transitions,
    heldOut heldOutTransitions: Transitions, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let rows = neurons + inputs.rows + (bias ? 1 : 0)
    let scale = Self.rootMeanSquares(inputs, frames: fittedTransitions.frames)
    func share(_ transitions: Transitions) throws -> NodeShared<S> {
      var shared = try group.allocateOnNode(
        rows: rows, columns: transitions.count, of: S.self)
      for i in 0..<rates.rows where !silent.contains(i) {
        shared.matrix.select(
          row: local.lowerBound + i, rates, i, columns: transitions.frames)
        if let value = standIns[i] {
          shared.matrix.replaceMissing(row: local.lowerBound + i, by: S(value))
        }
      }
      if group.rank == 0 {
        for i in 0..<inputs.rows where scale[i] > 0 {
          shared.matrix.select(
            row: neurons + i, inputs, i, columns: transitions.frames, scale: 1 / scale[i])
        }
        if bias {
          for t in 0..<transitions.count { shared.matrix[rows - 1, t] = 1 }
        }
      }
      try group.assemble(&shared)
      return shared
    }
    fitted = try share(fittedTransitions)
    heldOut = try share(heldOutTransitions)
    self.neurons = neurons
    self.local = local
    self.bias = bias
    inputScale = scale
    origin = nil
  }

  /// Regressors that are made already.
  init(
    fitted: consuming NodeShared<S>, heldOut: consuming NodeShared<S>, neurons: Int,
    inputScale: [Double], bias: Bool, local: Range<Int>
  ) {
    self.fitted = fitted
    self.heldOut = heldOut
    self.neurons = neurons
    self.inputScale = inputScale
    self.bias = bias
    self.local = local
    origin = nil
  }

  /// What a fold holds out.
  enum HeldOut {
    /// Its validation transitions.
    case validation
    /// The states in which one regressor is 1 and the others are 0: their currents are the weights.
    case unitStates
  }

  /// The same regressors for a fold: training transitions are fitted, validation ones held
  /// out, or unit states in their place.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: a copy; no communication between nodes.
  /// - Collective: every rank of `group` must call it.
  init(
    _ whole: Regressors, fold: Fold, heldOut kind: HeldOut = .validation,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    fitted = try whole.selected(fold.training, group: group)
    switch kind {
    case .validation: heldOut = try whole.selected(fold.validation, group: group)
    case .unitStates: heldOut = try Self.unitStates(whole.count, group: group)
    }
    neurons = whole.neurons
    local = whole.local
    bias = whole.bias
    inputScale = whole.inputScale
    // What a transition that is there twice adds cannot be taken out of the products of all.
    let isPart = Set(fold.training).count == fold.training.count
    origin = isPart ? (whole, fold) : nil
  }

  /// Some of the fitted transitions, once a node.
  func selected(
    _ positions: [Int], group: borrowing some RankGroup & ~Copyable
  ) throws -> NodeShared<S> {
    var shared = try group.allocateOnNode(rows: count, columns: positions.count, of: S.self)
    let partition = Partition(of: count, among: shared.nodeSize)
    for i in partition.range(of: shared.nodeRank) {
      shared.matrix.select(row: i, fitted.matrix, i, columns: positions)
    }
    try shared.synchronize()
    return shared
  }

  private static func unitStates(
    _ count: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> NodeShared<S> {
    var shared = try group.allocateOnNode(rows: count, columns: count, of: S.self)
    let partition = Partition(of: count, among: shared.nodeSize)
    for i in partition.range(of: shared.nodeRank) { shared.matrix[i, i] = 1 }
    try shared.synchronize()
    return shared
  }

  private static func rootMeanSquares(_ inputs: borrowing Matrix<S>, frames: [Int]) -> [Double] {
    (0..<inputs.rows).map { i in
      let row = inputs.row(i)
      var sum = 0.0
      for t in frames { sum += Double(row[t]) * Double(row[t]) }
      return (sum / Double(max(1, frames.count))).squareRoot()
    }
  }
}

extension Matrix {
  /// `row i ← scale · (row j of other)[columns]`.
  fileprivate mutating func select(
    row i: Int, _ other: borrowing Matrix, _ j: Int, columns: [Int], scale: Double = 1
  ) {
    var target = mutableRow(i)
    gather(other.row(j), at: columns, scale: S(scale), into: &target)
  }
}

extension Matrix {
  /// NaN in row i becomes a number.
  fileprivate mutating func replaceMissing(row i: Int, by value: S) {
    var row = mutableRow(i)
    for t in 0..<row.count where row[t].isNaN { row[t] = value }
  }
}

/// `target ← scale · series[positions]`.
@specialized(where S == Double)
@specialized(where S == Float)
private func gather<S: Scalar>(
  _ series: Span<S>, at positions: [Int], scale: S, into target: inout MutableSpan<S>
) {
  for (i, t) in positions.enumerated() { target[i] = series[t] * scale }
}
