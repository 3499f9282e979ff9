internal import Collectives
internal import LinearAlgebra

/// The factors of `W r = b (Xᵀ r)` in float32, as free runs want them: for many products with few
/// columns each.
package final class NarrowCurrents {
  /// Of this rank's neurons, local × samples; zero for those that were left out.
  private let coefficients: Matrix<Float>
  /// The regressors that are this rank's neurons, and on the first rank those that are no neurons:
  /// rows × samples.
  private let own: Matrix<Float>
  private let common: Matrix<Float>

  /// - Complexity: a pass over coefficients and regressors of this rank, and as many float32 numbers
  ///   of memory.
  init<S: Scalar & Transferable>(
    _ panels: [PanelSolution<S>], _ regressors: Regressors<S>, sums: SampleSums, isFirst: Bool
  ) {
    var coefficients = Matrix<Float>(
      rows: regressors.local.count, columns: regressors.fitted.matrix.columns)
    for panel in panels {
      let some = sums.coefficients(panel.coefficients)
      for (i, neuron) in panel.neurons.enumerated() { coefficients.copyRow(neuron, from: some, i) }
    }
    self.coefficients = coefficients
    own = sums.regressors(regressors.fitted.matrix, rows: regressors.local)
    common = sums.regressors(
      regressors.fitted.matrix, rows: isFirst ? regressors.neurons..<regressors.count : 0..<0)
  }

  /// `W r` of this rank's neurons, local × columns, from its rates and from the regressors that are
  /// no neurons.
  ///
  /// What the ranks have of `Xᵀ r` is summed in float64.
  /// - Complexity: 4 T n flops a column for n neurons of this rank, and a sum of T numbers.
  /// - Collective: every rank of `group` must call it.
  func product(
    _ rates: borrowing Matrix<Float>, _ others: borrowing Matrix<Float>,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<Float> {
    var seen = Matrix<Float>(rows: own.columns, columns: rates.columns)
    addProduct(transposing: own, rates, to: &seen)
    if common.rows > 0 { addProduct(transposing: common, others, to: &seen) }
    var features = seen.converted(to: Double.self)
    try group.sum(&features)
    seen.round(features, rows: 0..<seen.rows)
    return narrowProduct(coefficients, seen)
  }
}

/// `c ← c + aᵀ b`.
private func addProduct(
  transposing a: borrowing Matrix<Float>, _ b: borrowing Matrix<Float>, to c: inout Matrix<Float>
) {
  var target = c.mutableView
  multiplyNarrow(a.view.transposed, b.view, into: &target, keep: true)
}

/// `a b`.
private func narrowProduct(
  _ a: borrowing Matrix<Float>, _ b: borrowing Matrix<Float>
) -> Matrix<Float> {
  var result = Matrix<Float>(rows: a.rows, columns: b.columns)
  var target = result.mutableView
  multiplyNarrow(a.view, b.view, into: &target)
  return result
}
