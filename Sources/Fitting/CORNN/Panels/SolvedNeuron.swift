/// How the subproblem of one neuron was solved: what is kept of it besides its coefficients.
package struct SolvedNeuron: Sendable, Equatable {
  /// By index among this rank's.
  package var neuron: Int
  /// The relative optimality residual.
  package var optimality: Double
  package var outcome: Outcome
  package var iterations: Int
  /// Targets beyond ±1.
  package var clipped: Int
  /// Targets that are missing.
  package var missing: Int

  package init(
    neuron: Int, optimality: Double = .nan, outcome: Outcome = .skipped, iterations: Int = 0,
    clipped: Int = 0, missing: Int = 0
  ) {
    self.neuron = neuron
    self.optimality = optimality
    self.outcome = outcome
    self.iterations = iterations
    self.clipped = clipped
    self.missing = missing
  }
}

extension SolvedNeuron {
  /// What is reported of a row of a panel.
  init(_ row: RowState) {
    self.init(
      neuron: row.neuron, optimality: row.optimality, outcome: row.outcome,
      iterations: row.iterations, clipped: row.clipped, missing: row.missing)
  }
}
