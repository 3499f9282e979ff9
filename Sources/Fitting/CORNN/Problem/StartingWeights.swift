package import LinearAlgebra

/// Weights that a fit in the primal form begins with, in the place of the ridge solution.
///
/// With no iterations they are measured, and come out as they went in.
package final class StartingWeights: Sendable {
  /// This rank's neurons × regressors by their scale.
  package let matrix: Matrix<Double>

  /// Weights of this rank's neurons, a row each, zero where a neuron is left out.
  package init(_ matrix: consuming Matrix<Double>) { self.matrix = matrix }

  /// The rows of some neurons, by local index, as a solver takes them.
  func solution<S: Scalar>(of neurons: [Int]) -> PanelSolution<S> {
    var rows = Matrix<Double>(rows: neurons.count, columns: matrix.columns)
    for (i, neuron) in neurons.enumerated() { rows.copyRow(i, from: matrix, neuron) }
    return PanelSolution(
      neurons.map { SolvedNeuron(neuron: $0) }, coefficients: rows.converted(to: S.self), trace: [])
  }
}
