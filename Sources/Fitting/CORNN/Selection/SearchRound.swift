/// How thoroughly a search tries its candidates.
package struct SearchRound: Codable, Equatable, Sendable {
  /// Neurons the candidates are tried on; those of a smaller round are among them.
  package var neurons: Int
  /// Every so-many-th fold is held out.
  package var stride: Int
  /// Most iterations of each candidate, from the solution at the next stronger ridge.
  package var iterations: Int
  /// Optimality residual that ends them before.
  package var tolerance: Double
  /// A candidate goes on to the next round with an error up to the least of the round times
  /// 1 + this.
  package var margin: Double
  /// How many losses go on, at most.
  package var survivors: Int

  package init(
    neurons: Int, stride: Int = 1, iterations: Int, tolerance: Double, margin: Double = 0,
    survivors: Int = .max
  ) {
    self.neurons = neurons
    self.stride = stride
    self.iterations = iterations
    self.tolerance = tolerance
    self.margin = margin
    self.survivors = survivors
  }
}

extension SearchRound {
  /// From many candidates tried roughly to a few tried well.
  ///
  /// Which candidate predicts best is told by far looser solutions than those a fit wants, and
  /// by fewer neurons: Sources/Benchmarks/results/choices/search.md.
  package static let usual = [
    SearchRound(
      neurons: 32, stride: 2, iterations: 6, tolerance: 2e-2, margin: 0.03, survivors: 6),
    SearchRound(neurons: 64, iterations: 12, tolerance: 5e-3, margin: 0.01, survivors: 3),
    SearchRound(neurons: 128, iterations: 30, tolerance: 1e-3),
  ]
}
