package import Collectives
package import LinearAlgebra

extension Fit {
  /// Whether `currents` has W only as products that a mask makes dear: then it is cheaper to
  /// take the weights once.
  package var hasImplicitMask: Bool { isDual && mask != nil }

  /// The input currents `W r + W_in u + b` of this rank's neurons: local × columns.
  ///
  /// `own` is this rank's rates, local × columns; `inputs` is inputs × columns, the same on
  /// every rank, in the units of the recording. In the dual form W stays a product:
  /// `b (Xᵀ r)`, less the own weight.
  ///
  /// - Complexity: a column `4 T n` flops in the dual form, and a sum of T numbers; `2 N n`
  ///   in the primal one, and a gather of N scalars; for n neurons of this rank.
  /// - Collective: every rank of `group` must call it.
  package func currents(
    at own: borrowing Matrix<S>, inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    precondition(!hasImplicitMask, "take the weights of a masked dual fit")
    let features = try features(own, inputs, group: group)
    var result = Matrix<S>(rows: regressors.local.count, columns: own.columns)
    for panel in panels {
      var currents = Matrix<S>(rows: panel.neurons.count, columns: own.columns)
      currents.multiplyWidening(rows: 0..<panel.neurons.count, panel.coefficients, features)
      for (i, neuron) in panel.neurons.enumerated() {
        currents.add(S(-impliedOwnWeights[neuron]), own, neuron, toRow: i)
        result.copyRow(neuron, from: currents, i)
      }
    }
    return result
  }

  /// Whether products are taken in float32 where that is allowed.
  package var isNarrow: Bool { narrow != nil }

  /// What `currents(at:inputs:by:group:)` multiplies with; nil where products in float32 lose too
  /// much of the currents at these rates, or rounding was not asked for.
  ///
  /// Currents cancel more than the weights that they are sums of.
  /// - Complexity: a pass over this rank's coefficients and regressors, and the currents at these
  ///   rates both ways.
  /// - Collective: every rank of `group` must call it.
  package func narrowCurrents(
    triedAt own: borrowing Matrix<S>, inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> NarrowCurrents? {
    guard let narrow else { return nil }
    let products = NarrowCurrents(
      panels, regressors, sums: narrow.sums, isFirst: group.rank == 0)
    let exact = try currents(at: own, inputs: inputs, group: group)
    let found = try currents(at: own, inputs: inputs, by: products, group: group)
    var error = [own.rows == 0 ? 0 : relativeDifference(found, exact)]
    try group.maximum(&error)
    return error[0] < NarrowWeights.tolerable ? products : nil
  }

  /// The same currents by products in float32.
  ///
  /// - Complexity: as many flops as in float64, half the memory traffic.
  /// - Collective: every rank of `group` must call it.
  package func currents(
    at own: borrowing Matrix<S>, inputs: borrowing Matrix<S>, by products: NarrowCurrents,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    let narrow = try products.product(
      own.converted(to: Float.self), common(inputs).converted(to: Float.self), group: group)
    var result = narrow.converted(to: S.self)
    for (neuron, weight) in impliedOwnWeights.enumerated() where weight != 0 {
      result.add(S(-weight), own, neuron, toRow: neuron)
    }
    return result
  }

  /// What the coefficients are multiplied with: the scaled regressors, or in the dual form
  /// their products with those of the fitted transitions.
  private func features(
    _ own: borrowing Matrix<S>, _ inputs: borrowing Matrix<S>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Double> {
    let neurons = regressors.neurons
    guard isDual else {
      let rates = try group.gatherRows(own, rows: neurons)
      var states = Matrix<S>(rows: regressors.count, columns: own.columns)
      for i in 0..<neurons { states.copyRow(i, from: rates, i) }
      let common = common(inputs)
      for k in 0..<common.rows { states.copyRow(neurons + k, from: common, k) }
      return states.converted(to: Double.self)
    }
    var result = productWidening(transposing: regressors.fitted.matrix, regressors.local, own)
    if group.rank == 0 {
      let shared = productWidening(
        transposing: regressors.fitted.matrix, neurons..<regressors.count, common(inputs))
      for t in 0..<result.rows { result.add(1, shared, t, toRow: t) }
    }
    try group.sum(&result)
    return result
  }

  /// The regressors that are no neurons: scaled inputs, then 1 if there is a bias.
  private func common(_ inputs: borrowing Matrix<S>) -> Matrix<S> {
    var block = Matrix<S>(rows: regressors.count - regressors.neurons, columns: inputs.columns)
    for (k, scale) in regressors.inputScale.enumerated() where scale > 0 {
      block.add(S(1 / scale), inputs, k, toRow: k)
    }
    if regressors.bias {
      for c in 0..<block.columns { block[block.rows - 1, c] = 1 }
    }
    return block
  }
}

/// `A[rows]ᵀ B`, taken in float64.
private func productWidening<S: Scalar>(
  transposing a: borrowing Matrix<S>, _ rows: Range<Int>, _ b: borrowing Matrix<S>
) -> Matrix<Double> {
  var result = Matrix<Double>(rows: a.columns, columns: b.columns)
  var target = result.mutableView
  multiplyWidening(a.view.rows(rows).transposed, b.view, into: &target)
  return result
}
