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
    let columns = columns ?? 0..<regressors.count
    guard block < panels.count else {
      return Matrix(rows: rows(ofBlock: block).count, columns: columns.count)
    }
    var result = placed(
      isDual
        ? product(
          panels[block].coefficients, transposingRows: columns, of: regressors.fitted.matrix)
        : panels[block].coefficients.copy(columns: columns), block)
    clearForbidden(&result, block, columns)
    for (k, input) in regressors.inputs.enumerated() where columns.contains(input) {
      let scale = regressors.inputScale[k]
      for i in 0..<result.rows {
        result[i, input - columns.lowerBound] =
          scale > 0 ? result[i, input - columns.lowerBound] / S(scale) : 0
      }
    }
    return result
  }

  /// `target ←` the weights of a block's neurons from all neurons, rows × neurons, in float32:
  /// by products in float32 where the fit was asked to round and these lose nothing that counts.
  ///
  /// A target of the right shape is written over.
  package func setRoundedWeights(ofBlock block: Int, in target: inout Matrix<Float>) {
    let neurons = 0..<regressors.neurons
    guard let narrow, block < panels.count else {
      target = weights(ofBlock: block, from: neurons).converted(to: Float.self)
      return
    }
    let solved = panels[block].rows.count
    if target.rows != solved || target.columns != neurons.count {
      target = Matrix(rows: solved, columns: neurons.count)
    }
    narrow.multiply(panels[block].coefficients, into: &target)
    if rows(ofBlock: block).count != target.rows { target = placed(target.copy(), block) }
    clearForbidden(&target, block, neurons)
  }

  /// θ of this rank's neurons, local × regressors by their scale.
  package func coefficients() -> Matrix<Double> {
    var result = Matrix<Double>(rows: regressors.local.count, columns: regressors.count)
    for block in 0..<blocks {
      let weights = weights(ofBlock: block).converted(to: Double.self)
      for (i, row) in rows(ofBlock: block).enumerated() {
        result.copyRow(row, from: weights, i)
        for (k, input) in regressors.inputs.enumerated() {
          result[row, input] *= regressors.inputScale[k]
        }
      }
    }
    return result
  }

  /// The rows of a panel among those of its block; others are zero.
  private func placed<P: Scalar>(_ weights: consuming Matrix<P>, _ block: Int) -> Matrix<P> {
    let rows = rows(ofBlock: block)
    guard weights.rows != rows.count else { return weights }
    var result = Matrix<P>(rows: rows.count, columns: weights.columns)
    for (i, neuron) in panels[block].neurons.enumerated() {
      result.copyRow(neuron - rows.lowerBound, from: weights, i)
    }
    return result
  }

  /// Puts zeros where a mask forbids weights from some regressors, and for own weights that are left
  /// out.
  private func clearForbidden<P: Scalar>(
    _ weights: inout Matrix<P>, _ block: Int, _ columns: Range<Int>
  ) {
    let first = rows(ofBlock: block).lowerBound
    for neuron in panels[block].neurons {
      if let mask {
        for j in mask[neuron].members where columns.contains(j) {
          weights[neuron - first, j - columns.lowerBound] = 0
        }
      }
      let own = regressors.index(ofLocal: neuron)
      if excludesSelf, columns.contains(own) {
        weights[neuron - first, own - columns.lowerBound] = 0
      }
    }
  }
}
