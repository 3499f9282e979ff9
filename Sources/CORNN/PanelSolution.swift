internal import LinearAlgebra

/// The solutions of a panel, in the order in which its subproblems were given.
final class PanelSolution<S: Scalar>: Sendable {
  /// The neurons, by index among this rank's.
  let neurons: [Int]
  /// θ (primal) or b (dual), a row a subproblem.
  let coefficients: Matrix<S>
  let optimality: [Double]
  let outcomes: [Outcome]
  let iterations: [Int]
  /// Targets beyond ±1, and missing ones.
  let clipped: [Int]
  let missing: [Int]
  /// Sum of F over the panel after each iteration.
  let trace: [Double]
  let flops: Double

  init(
    panel: consuming Panel<S>, clipped: [Int], missing: [Int], trace: [Double], flops: Double
  ) {
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
    self.flops = flops
  }
}
