internal import LinearAlgebra

/// The solutions of a panel of neurons, rows in the order of `neurons`.
final class PanelSolution<S: Scalar>: Sendable {
  /// This rank's neurons, by local index, ascending.
  let neurons: [Int]
  /// θ (primal) or b (dual), a row a neuron.
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
    // Retired rows were swapped behind the active ones: back to ascending order.
    let sorted = panel.neurons.sorted()
    var order = panel.neurons
    var scalars = panel.scalars
    var coefficients = panel.coefficients
    for i in sorted.indices {
      guard let j = order.firstIndex(of: sorted[i]), i != j else { continue }
      order.swapAt(i, j)
      scalars.swapAt(i, j)
      coefficients.swapRows(i, j)
    }
    neurons = sorted
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
