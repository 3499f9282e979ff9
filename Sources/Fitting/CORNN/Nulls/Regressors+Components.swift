internal import Collectives
internal import LinearAlgebra

extension Regressors {
  /// The same with more of them, which every rank has, between the inputs and the bias; unit states
  /// of the neurons are held out, whose currents are the weights.
  ///
  /// - Complexity: a copy, shared by the ranks of a node.
  /// - Collective: every rank of `group` must call it.
  convenience init(
    _ whole: Regressors, and more: borrowing Matrix<S>, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let count = whole.count + more.rows
    let before = whole.neurons + whole.inputScale.count
    var fitted = try group.allocateOnNode(rows: count, columns: whole.samples, of: S.self)
    for i in Partition(of: count, among: fitted.nodeSize).range(of: fitted.nodeRank) {
      if (before..<before + more.rows).contains(i) {
        fitted.matrix.copyRow(i, from: more, i - before)
      } else {
        fitted.matrix.copyRow(i, from: whole.fitted.matrix, i < before ? i : i - more.rows)
      }
    }
    try fitted.synchronize()
    var states = try group.allocateOnNode(rows: count, columns: whole.neurons, of: S.self)
    for i in Partition(of: whole.neurons, among: states.nodeSize).range(of: states.nodeRank) {
      states.matrix[i, i] = 1
    }
    try states.synchronize()
    self.init(
      fitted: fitted, heldOut: states, neurons: whole.neurons,
      inputScale: whole.inputScale + [Double](repeating: 1, count: more.rows), bias: whole.bias,
      local: whole.local)
  }

  /// What is no neuron of them: inputs, components and the constant; held out are the same
  /// transitions, whose currents are those of the fit.
  ///
  /// - Complexity: a copy, shared by the ranks of a node.
  /// - Collective: every rank of `group` must call it.
  func withoutNeurons(group: borrowing some RankGroup & ~Copyable) throws -> Regressors {
    let rows = neurons..<count
    func part() throws -> NodeShared<S> {
      var shared = try group.allocateOnNode(rows: rows.count, columns: samples, of: S.self)
      for i in Partition(of: rows.count, among: shared.nodeSize).range(of: shared.nodeRank) {
        shared.matrix.copyRow(i, from: fitted.matrix, neurons + i)
      }
      try shared.synchronize()
      return shared
    }
    return Regressors(
      fitted: try part(), heldOut: try part(), neurons: 0, inputScale: inputScale, bias: bias,
      local: local)
  }
}
