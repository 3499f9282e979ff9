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
  /// Folds that a candidate is tried on, on average: all of them the first, and about half the
  /// others.
  private static var foldsTried: Double { 2.5 }
  /// The share of the fitted transitions that a fold is trained on.
  private static var trained: Double { 0.75 }
  /// Iterations of a candidate from the solution at the ridge before: assumed to be those of a fit,
  /// with which a search of 300 neurons × 1,500 frames was predicted at 3.8 times the solution of
  /// the fit and took 3.2 times.
  private static var iterationsTried: Double { 25 }

  var search: PhaseWork? {
    guard let candidates, !candidates.isGiven else { return nil }
    let (samples, rounds) = (Self.trained * t, SearchRound.usual)
    let order = min(regressors, samples)
    let solutions =
      self.solutions(candidates, neurons: rounds.map { min(Double($0.neurons), neurons) }) / ranks
    let setUp = Double(SelectionGrid().folds)
    let vectors = setUp * 9 * order * order * order
    let products =
      setUp * order * order * max(regressors, samples) * (1 / ranks + 2 / ranksPerNode)
    let flops = solutions * Self.iterationsTried * 4 * samples * order
    let isRounded = searchesInFeatures && order <= Double(EigenLimits.most)
    return PhaseWork(
      phase: .select, flops: vectors + products + (isRounded ? 0 : flops),
      flopsPacked: isRounded ? flops : 0,
      samples: solutions * Self.iterationsTried * (samples + order))
  }

  /// Bytes of a rank's own, and of a node, while a fold is searched in its eigenvectors: those that
  /// are found on one rank; the regressors of the folds and their directions, packed both ways.
  ///
  /// Without eigenvectors it is less than the fit takes.
  var searchBytes: (own: Double, shared: Double)? {
    guard search != nil else { return nil }
    let samples = Self.trained * t
    let order = min(regressors, samples)
    guard searchesInFeatures, order <= Double(EigenLimits.most) else { return nil }
    let fold = scalar * regressors * t + 4 * order * samples
    let folds = Double(SelectionGrid().folds)
    let kept = folds * fold <= Double(FoldLimits.keptBytes) ? folds * fold : fold
    return (
      own: 3 * 8 * order * order / ranksPerNode + neurons * order * 4 / ranks,
      shared: kept + 2 * 8 * order * order + 2 * 4 * order * samples
    )
  }

  /// Candidates times neurons times folds.
  private func solutions(_ candidates: SearchCandidates, neurons: [Double]) -> Double {
    func second(_ count: Int) -> Double { Double(count / 2 + 1) }
    func beside(_ count: Int) -> Double { Double(min(count, 3)) }
    func walk(_ leaks: Int, _ ridges: Int) -> (first: Double, last: Double) {
      let (few, many) = (neurons.first ?? 0, neurons.last ?? 0)
      let last = beside(leaks) * beside(ridges)
      return (few * (second(leaks) * second(ridges) + last), many * last)
    }
    var first = walk(candidates.leaks, candidates.ridges)
    first.first *= Double(candidates.targets)
    first.last *= Double(candidates.targets)
    let own =
      candidates.leakPerNeuron
      ? self.neurons * Double(candidates.leaks * SelectionGrid().folds) : 0
    guard candidates.losses > 1 else { return own + Self.foldsTried * (first.first + first.last) }
    let again = walk(1, candidates.ridges)
    let (few, many) = (neurons.first ?? 0, neurons.last ?? 0)
    let survivors = Double(min(candidates.losses, SearchRound.usual[0].survivors))
    let losses = 3 * (few * Double(candidates.losses) + many * survivors)
    return own + Self.foldsTried * (first.first + losses + again.first + again.last)
  }
}
