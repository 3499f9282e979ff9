internal import Collectives
package import LinearAlgebra

extension Fit {
  /// Whether `currents` has W only as products that a mask makes dear: then it is cheaper to
  /// take the weights once.
  package var hasImplicitMask: Bool { isDual && mask != nil }

  /// The input currents `W r + W_in u + b` of this rank's neurons: local × columns.
  ///
  /// `states` is (neurons, inputs, 1) × columns in the units of the recording. In the dual
  /// form W stays a product: `b (xᵀ r)`, less the own weight.
  ///
  /// - Complexity: a column `2 T (N + n)` flops in the dual form, `2 N n` in the primal one,
  ///   for n neurons of this rank.
  package func currents(at states: borrowing Matrix<S>) -> Matrix<S> {
    precondition(!hasImplicitMask, "take the weights of a masked dual fit")
    var scaled = states.copy(rows: 0..<regressors.count)
    for (k, input) in regressors.inputs.enumerated() {
      let scale = regressors.inputScale[k]
      scaled.scaleRow(input, by: scale > 0 ? S(1 / scale) : 0)
    }
    var features = scaled.converted(to: Double.self)
    if isDual {
      features = productWidening(transposing: regressors.fitted.matrix, scaled)
    }
    var result = Matrix<S>(rows: regressors.local.count, columns: states.columns)
    for panel in panels {
      let coefficients = panel.coefficients.converted(to: Double.self)
      let currents = product(coefficients, features)
      for (i, neuron) in panel.neurons.enumerated() {
        let own = regressors.index(ofLocal: neuron)
        // The dual form's coefficients imply an own weight that the solution has not.
        let weight =
          isDual && excludesSelf ? panel.coefficients.dot(i, regressors.fitted.matrix, own) : 0
        for c in 0..<states.columns {
          result[neuron, c] = S(currents[i, c] - weight * Double(scaled[own, c]))
        }
      }
    }
    return result
  }
}

/// `Aᵀ B`, taken in float64.
private func productWidening<S: Scalar>(
  transposing a: borrowing Matrix<S>, _ b: borrowing Matrix<S>
) -> Matrix<Double> {
  var result = Matrix<Double>(rows: a.columns, columns: b.columns)
  var target = result.mutableView
  multiplyWidening(a.view.transposed, b.view, into: &target)
  return result
}
