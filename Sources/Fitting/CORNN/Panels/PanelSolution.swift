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
  convenience init(panel: consuming Panel<S>, trace: [Double]) {
    let flops = panel.flops
    var rows = panel.rows
    var coefficients = panel.coefficients
    for i in rows.indices {
      // Cycle by cycle, each swap puts one row where it belongs.
      while rows[i].position != i {
        let j = rows[i].position
        rows.swapAt(i, j)
        coefficients.swapRows(i, j)
      }
    }
    self.init(
      rows.map { SolvedNeuron($0) }, coefficients: coefficients, trace: trace, flops: flops)
  }
}
