package import LinearAlgebra

/// The solutions of a panel, in the order in which its subproblems were given.
package final class PanelSolution<S: Scalar>: Sendable {
  package let rows: [SolvedNeuron]
  /// θ (primal) or b (dual), a row a subproblem.
  package let coefficients: Matrix<S>
  /// Sum of F over the panel after each iteration.
  package let trace: [Double]
  let flops: Double

  /// The neurons, by index among this rank's.
  package var neurons: [Int] { rows.map(\.neuron) }

  /// Solutions that were kept elsewhere.
  package init(
    _ rows: [SolvedNeuron], coefficients: consuming Matrix<S>, trace: [Double], flops: Double = 0
  ) {
    precondition(coefficients.rows == rows.count, "\(rows.count) neurons of a panel")
    self.rows = rows
    self.coefficients = coefficients
    self.trace = trace
    self.flops = flops
  }
}

extension PanelSolution {
  /// The solutions in a panel, whose rows were swapped on the way.
  convenience init(
    panel: consuming Panel<S>, clipped: [Int], missing: [Int], trace: [Double]
  ) {
    let flops = panel.flops
    var neurons = panel.neurons
    var positions = panel.positions
    var scalars = panel.scalars
    var coefficients = panel.coefficients
    for i in positions.indices {
      // Cycle by cycle, each swap puts one row where it belongs.
      while positions[i] != i {
        let j = positions[i]
        positions.swapAt(i, j)
        neurons.swapAt(i, j)
        scalars.swapAt(i, j)
        coefficients.swapRows(i, j)
      }
    }
    let rows = neurons.indices.map { i in
      SolvedNeuron(
        neuron: neurons[i], optimality: scalars[i].optimality, outcome: scalars[i].outcome,
        iterations: scalars[i].iterations, clipped: clipped[i], missing: missing[i])
    }
    self.init(rows, coefficients: coefficients, trace: trace, flops: flops)
  }
}
