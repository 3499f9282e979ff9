/// How thoroughly a search tries its candidates.
package struct SearchRound: Codable, Equatable, Sendable {
  /// Neurons the candidates are tried on; those of a smaller round are among them.
  package var neurons: Int
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
    neurons: Int, iterations: Int, tolerance: Double, margin: Double = 0,
    survivors: Int = .max
  ) {
    self.neurons = neurons
    self.iterations = iterations
    self.tolerance = tolerance
    self.margin = margin
    self.survivors = survivors
  }
}

extension SearchRound {
  /// All candidates on few neurons, then the best of them on more, unless few have enough
  /// transitions already.
  ///
  /// Each is solved nearly as tightly as a fit in both: where weak ridges predict best, loose
  /// solutions hide it, and the search ends in another valley: see
  /// Sources/Benchmarks/results/choices/search.md.
  package static func usual(transitions: Int) -> [SearchRound] {
    let few = 32
    let enough = min(128, enoughPairs / max(1, transitions))
    let first = SearchRound(neurons: few, iterations: 60, tolerance: 2e-4)
    guard enough > few else { return [first] }
    return [first.screening, SearchRound(neurons: enough, iterations: 60, tolerance: 2e-4)]
  }

  /// The same before another round.
  var screening: SearchRound {
    var round = self
    (round.margin, round.survivors) = (0.03, 4)
    return round
  }

  /// The same on so few neurons that only what is clearly behind shows.
  ///
  /// Of many losses at one ridge most are; and they take most of the iterations.
  package var glance: SearchRound {
    var round = self
    (round.neurons, round.margin) = (min(8, neurons), FoldRace.margins[0])
    return round
  }

  /// Pairs of neuron and fitted transition from which a choice is made: those of 128 neurons and
  /// 4,000 frames.
  private static var enoughPairs: Int { 128 * 4000 }
}
