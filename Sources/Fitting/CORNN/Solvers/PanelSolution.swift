package import LinearAlgebra

/// The solutions of a panel, in the order in which its subproblems were given.
package final class PanelSolution<S: Scalar>: Sendable {
  /// The neurons, by index among this rank's.
  package let neurons: [Int]
  /// θ (primal) or b (dual), a row a subproblem.
  package let coefficients: Matrix<S>
  package let optimality: [Double]
  package let outcomes: [Outcome]
  package let iterations: [Int]
  /// Targets beyond ±1, and missing ones.
  package let clipped: [Int]
  package let missing: [Int]
  /// Sum of F over the panel after each iteration.
  package let trace: [Double]
  let flops: Double

  /// Solutions that were kept elsewhere.
  package init(
    neurons: [Int], coefficients: consuming Matrix<S>, optimality: [Double],
    outcomes: [Outcome], iterations: [Int], clipped: [Int], missing: [Int], trace: [Double]
  ) {
    precondition(coefficients.rows == neurons.count, "\(neurons.count) neurons of a panel")
    self.neurons = neurons
    self.coefficients = coefficients
    self.optimality = optimality
    self.outcomes = outcomes
    self.iterations = iterations
    self.clipped = clipped
    self.missing = missing
    self.trace = trace
    flops = 0
  }

  init(
    panel: consuming Panel<S>, clipped: [Int], missing: [Int], trace: [Double]
  ) {
    flops = panel.flops
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
    self.neurons = neurons
    self.coefficients = coefficients
    optimality = scalars.map(\.optimality)
    outcomes = scalars.map(\.outcome)
    iterations = scalars.map(\.iterations)
    self.clipped = clipped
    self.missing = missing
    self.trace = trace
  }
}
