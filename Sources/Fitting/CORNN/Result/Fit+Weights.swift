internal import Collectives
package import LinearAlgebra

extension Fit {
  /// The weights of a block's neurons from some regressors (all if nil): rows × columns, in
  /// the units of the recording.
  ///
  /// Regressors are neurons, inputs, bias. The row of a neuron that was left out is zero; the
  /// own weight of a neuron is exactly zero if self-connections are excluded, and so are
  /// the weights that a mask forbids.
  /// - Complexity: dual `2 T` flops a weight, primal a copy.
  package func weights(ofBlock block: Int, from columns: Range<Int>? = nil) -> Matrix<S> {
    weights(ofBlock: block, from: columns ?? 0..<regressors.count, as: S.self)
  }

  /// The same in a precision of their own: float32 products where these lose nothing that
  /// counts.
  package func weights<P: Scalar>(
    ofBlock block: Int, from columns: Range<Int>, as: P.Type
  ) -> Matrix<P> {
    let rows = rows(ofBlock: block)
    var result = Matrix<P>(rows: rows.count, columns: columns.count)
    guard block < panels.count else { return result }
    let panel = panels[block]
    let weights =
      isDual
      ? rowProducts(panel.coefficients, regressors.fitted.matrix, columns, as: P.self)
      : panel.coefficients.copy(columns: columns).converted(to: P.self)
    for (i, neuron) in panel.neurons.enumerated() {
      let row = neuron - rows.lowerBound
      result.copyRow(row, from: weights, i)
      if let mask {
        for j in mask[neuron].members where columns.contains(j) {
          result[row, j - columns.lowerBound] = 0
        }
      }
      let own = regressors.index(ofLocal: neuron)
      if excludesSelf, columns.contains(own) { result[row, own - columns.lowerBound] = 0 }
      for (k, input) in regressors.inputs.enumerated() where columns.contains(input) {
        let scale = regressors.inputScale[k]
        let column = input - columns.lowerBound
        result[row, column] = scale > 0 ? result[row, column] / P(scale) : 0
      }
    }
    return result
  }

  /// θ of this rank's neurons, local × regressors by their scale.
  package func coefficients() -> Matrix<Double> {
    var result = Matrix<Double>(rows: regressors.local.count, columns: regressors.count)
    for block in 0..<blocks {
      let weights = weights(ofBlock: block, from: 0..<regressors.count, as: Double.self)
      for (i, row) in rows(ofBlock: block).enumerated() {
        result.copyRow(row, from: weights, i)
        for (k, input) in regressors.inputs.enumerated() {
          result[row, input] *= regressors.inputScale[k]
        }
      }
    }
    return result
  }
}

/// `A B[rows]ᵀ` in the precision P.
///
/// Sample coefficients cancel each other, the more the weaker the ridge: products in float32
/// are taken only where a sample of them is within `tolerable` of those in float64.
private func rowProducts<S: Scalar, P: Scalar>(
  _ a: borrowing Matrix<S>, _ b: borrowing Matrix<S>, _ rows: Range<Int>, as: P.Type
) -> Matrix<P> {
  if P.self != S.self, narrowError(a.copy(rows: 0..<min(8, a.rows)), b, rows) < tolerable {
    return narrowProducts(a, b, rows)
  }
  var result = Matrix<P>(rows: a.rows, columns: rows.count)
  for lower in stride(from: 0, to: a.rows, by: rowsAtOnce) {
    let part = a.copy(rows: lower..<min(lower + rowsAtOnce, a.rows))
    let values = product(part, transposingRows: rows, of: b).converted(to: P.self)
    for i in 0..<values.rows { result.copyRow(lower + i, from: values, i) }
  }
  return result
}

/// The largest relative error of weights by products in float32.
private let tolerable = 1e-5
/// Rows that are there in another precision too.
private let rowsAtOnce = 128

/// The relative error of some of the products `A B[rows]ᵀ` in float32, in the Frobenius norm.
private func narrowError<S: Scalar>(
  _ a: borrowing Matrix<S>, _ b: borrowing Matrix<S>, _ rows: Range<Int>
) -> Double {
  let part = rows.prefix(rowsAtOnce)
  let exact = product(a, transposingRows: part, of: b).converted(to: Double.self)
  let narrow: Matrix<Float> = narrowProducts(a, b, part)
  var difference = narrow.converted(to: Double.self)
  var (error, size) = (0.0, 0.0)
  for i in 0..<exact.rows {
    difference.add(-1, exact, i, toRow: i)
    error += difference.dot(i, difference, i)
    size += exact.dot(i, exact, i)
  }
  return size > 0 ? (error / size).squareRoot() : .infinity
}

/// `A B[rows]ᵀ` by products in P.
private func narrowProducts<S: Scalar, P: Scalar>(
  _ a: borrowing Matrix<S>, _ b: borrowing Matrix<S>, _ rows: Range<Int>
) -> Matrix<P> {
  let narrow = a.converted(to: P.self)
  var result = Matrix<P>(rows: a.rows, columns: rows.count)
  var whole = result.mutableView
  for lower in stride(from: 0, to: rows.count, by: rowsAtOnce) {
    let part = lower..<min(lower + rowsAtOnce, rows.count)
    let first = rows.lowerBound
    let factor = b.copy(rows: (first + part.lowerBound)..<(first + part.upperBound))
      .converted(to: P.self)
    var target = whole.block(rows: 0..<a.rows, columns: part)
    multiply(narrow.view, factor.view.transposed, into: &target)
  }
  return result
}
