internal import CORNN

/// What a fit chooses from on held-out blocks: how many leaks, ridges and losses.
package struct SearchCandidates: Codable, Equatable, Sendable {
  package var leaks: Int
  package var ridges: Int
  package var losses: Int
  /// Ways to take targets beyond ±1, each of which is searched.
  package var targets: Int
  /// Whether each neuron has a leak of its own.
  package var leakPerNeuron: Bool

  /// Each is 1 where it is given.
  package init(
    leaks: Int, ridges: Int, losses: Int, targets: Int = 1, leakPerNeuron: Bool = false
  ) {
    (self.leaks, self.ridges, self.losses, self.targets) = (leaks, ridges, losses, targets)
    self.leakPerNeuron = leakPerNeuron
  }

  /// Whether there is nothing to choose.
  package var isGiven: Bool { leaks <= 1 && ridges <= 1 && losses <= 1 }
}

/// The search as `ModelSearch` goes about it, in rounds and fold by fold.
extension FitCounts {
  /// Folds that a candidate is tried on, on average: on the first, and on about half of the others.
  private var foldsTried: Double { (folds + 1) / 2 }
  private var folds: Double { Double(SelectionGrid().foldsTried(transitions: Int(t))) }
  /// The share of the fitted transitions that a fold is trained on.
  private static var trained: Double { 0.75 }
  /// Iterations of a candidate from the solution at the ridge before: assumed to be those of a fit,
  /// with which a search of 300 neurons × 1,500 frames was predicted at 3.8 times the solution of
  /// the fit and took 3.2 times.
  private static var iterationsTried: Double { 25 }

  var search: PhaseWork? {
    guard let candidates, !candidates.isGiven else { return nil }
    let samples = Self.trained * t
    let order = min(regressors, samples)
    let cube = order * order * order
    let solutions = solutions(candidates) / ranks
    let flops = solutions * Self.iterationsTried * 4 * samples * order
    let isSpectral = isSpectral(candidates)
    let factors = isSpectral ? 9 * cube : 2 * Double(candidates.ridges) * cube / ranks
    // The products of all transitions, and to and from the eigenvectors.
    let products =
      order * order * max(regressors, samples)
      * (2 / ranks + (isSpectral ? folds * 2 / ranksPerNode : 0))
    return PhaseWork(
      phase: .select, flops: folds * factors + products + (isSpectral ? 0 : flops),
      flopsPacked: isSpectral ? flops : 0,
      samples: solutions * Self.iterationsTried * (samples + order))
  }

  /// Whether folds are searched in their eigenvectors, by all candidates of a fold together.
  private func isSpectral(_ candidates: SearchCandidates) -> Bool {
    searchesInFeatures
      && FoldLimits.repayEigenvectors(
        samples: Int(Self.trained * t), regressors: Int(regressors), ridges: candidates.ridges,
        solutions: Int(solutions(candidates) / foldsTried))
  }

  /// Bytes of a rank's own, and of a node, while a fold is searched in its eigenvectors: those that
  /// are found on one rank; the regressors of the folds and their directions, packed both ways;
  /// the products of all transitions.
  ///
  /// Without eigenvectors it is less than the fit takes.
  var searchBytes: (own: Double, shared: Double)? {
    guard let candidates, !candidates.isGiven, isSpectral(candidates) else { return nil }
    let samples = Self.trained * t
    let order = min(regressors, samples)
    let whole = min(regressors, t)
    let fold = scalar * regressors * t + 4 * order * samples
    let kept = folds * fold <= Double(FoldLimits.keptBytes) ? folds * fold : fold
    return (
      own: 3 * 8 * order * order / ranksPerNode + neurons * order * 4 / ranks,
      shared: kept + 2 * 8 * order * order + 2 * 4 * order * samples + 8 * whole * whole
    )
  }

  /// Candidates times neurons times folds.
  private func solutions(_ candidates: SearchCandidates) -> Double {
    func second(_ count: Int) -> Double { Double(count / 2 + 1) }
    func beside(_ count: Int) -> Double { Double(min(count, 3)) }
    let rounds = SearchRound.usual(transitions: Int(t))
    let neurons = rounds.map { min(Double($0.neurons), self.neurons) }
    let (few, many) = (neurons[0], rounds.count > 1 ? neurons[1] : 0)
    func walk(_ leaks: Int, _ ridges: Int) -> (first: Double, last: Double) {
      let last = beside(leaks) * beside(ridges)
      return (few * (second(leaks) * second(ridges) + last), many * last)
    }
    var first = walk(candidates.leaks, candidates.ridges)
    first.first *= Double(candidates.targets)
    first.last *= Double(candidates.targets)
    let own =
      candidates.leakPerNeuron
      ? self.neurons * Double(candidates.leaks * SelectionGrid().folds) : 0
    guard candidates.losses > 1 else { return own + foldsTried * (first.first + first.last) }
    let again = walk(1, candidates.ridges)
    let survivors = Double(min(candidates.losses, rounds[0].survivors))
    let losses = beside(candidates.ridges) * (few * Double(candidates.losses) + many * survivors)
    return own + foldsTried * (first.first + losses + again.first + again.last)
  }
}
