internal import CORNN
internal import LinearAlgebra

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
  /// The share of the losses that a glance leaves: assumed.
  private static var leftByGlance: Double { 0.5 }

  var search: PhaseWork? {
    guard let candidates, !candidates.isGiven else { return nil }
    let samples = Self.trained * t
    let order = min(regressors, samples)
    let cube = order * order * order
    let solutions = solutions(candidates) / ranks
    let iterations = solutions * Self.iterationsTried
    // The products of all transitions, and of those that folds leave out.
    let gram = order * order * max(regressors, samples) * 2 / ranks
    var work = PhaseWork(
      phase: .select, flops: gram, samples: iterations * (samples + order))
    let visits = folds * Double(candidates.ridges)
    switch foldSearch(candidates) {
    case .spectral:
      work.flopsPacked = iterations * 4 * samples * order
      // To the eigenvectors and from them.
      work.flops +=
        folds * (9 * cube + 2 * order * order * max(regressors, samples) / ranksPerNode)
    case .whitened:
      work.flopsPacked = iterations * (4 * samples + 2 * regressors) * regressors
      let third = regressors * regressors * regressors / 3
      work.flops += visits * (third + third / ranksPerNode)
      work.flopsFloat = visits * regressors * regressors * (samples + regressors) / ranksPerNode
    case .plain:
      work.flops += iterations * 4 * samples * order + 2 * visits * cube / ranks
    }
    return work
  }

  /// In what the candidates of a fold are solved.
  private enum FoldSearch {
    case spectral, whitened, plain
  }

  private func foldSearch(_ candidates: SearchCandidates) -> FoldSearch {
    guard searchesInFeatures else { return .plain }
    let ridges = Double(candidates.ridges)
    let load = FoldLoad(
      samples: Int(Self.trained * t), regressors: Int(regressors), ridges: candidates.ridges,
      solutions: Int(solutions(candidates) / foldsTried / ridges))
    if load.repaysEigenvectors { return .spectral }
    let isPrimal = form == .primal || (form == .auto && !load.isDual)
    return isPrimal && load.repaysWhitening(by: kernel, isSingle: scalar == 4) ? .whitened : .plain
  }

  /// Bytes of a rank's own, and of a node, while a fold is searched in features: in eigenvectors
  /// those that are found on one rank, and the regressors of the folds and their directions, packed
  /// both ways; in whitened weights the regressors of a fold, and what is made of them and of its
  /// products; the products of all transitions.
  ///
  /// In the weights as they are it is less than the fit takes.
  var searchBytes: (own: Double, shared: Double)? {
    guard let candidates, !candidates.isGiven else { return nil }
    let samples = Self.trained * t
    let order = min(regressors, samples)
    let whole = min(regressors, t)
    switch foldSearch(candidates) {
    case .plain: return nil
    case .spectral:
      let fold = scalar * regressors * t + 4 * order * samples
      let kept = folds * fold <= Double(FoldLimits.keptBytes) ? folds * fold : fold
      return (
        own: 3 * 8 * order * order / ranksPerNode + neurons * order * 4 / ranks,
        shared: kept + 2 * 8 * order * order + 2 * 4 * order * samples + 8 * whole * whole
      )
    case .whitened:
      // Q as it is and packed both ways; C⁻ᵀ, B as it is and packed; both Gram matrices.
      let square = regressors * regressors
      return (
        own: 2 * 4 * samples * regressors / ranksPerNode,
        shared: (scalar + 3 * 4) * samples * regressors + (3 * 4 + 2 * 8) * square
      )
    }
  }

  /// Candidates times neurons times folds.
  private func solutions(_ candidates: SearchCandidates) -> Double {
    func second(_ count: Int) -> Double { Double(count / 2 + 1) }
    func beside(_ count: Int) -> Double { Double(min(count, 3)) }
    let rounds = SearchRound.usual(transitions: Int(t))
    let neurons = rounds.map { min(Double($0.neurons), self.neurons) }
    let (few, many) = (neurons[0], rounds.count > 1 ? neurons[1] : 0)
    func walk(_ leaks: Int, _ ridges: Int) -> (first: Double, last: Double) {
      guard leaks > 1 || ridges > 1 else { return (0, 0) }
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
    let all = Double(candidates.losses)
    var losses = beside(candidates.ridges) * foldsTried * (few * all + many * survivors)
    if rounds.count == 1, candidates.ridges == 1 {
      losses =
        all
        * (min(Double(rounds[0].glance.neurons), few) + Self.leftByGlance * foldsTried * few)
    }
    return own + losses + foldsTried * (first.first + again.first + again.last)
  }
}
