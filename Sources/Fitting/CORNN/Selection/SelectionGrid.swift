/// The candidates and the cost of a selection.
package struct SelectionGrid: Codable, Equatable, Sendable {
  /// Leaks, ascending; one value fixes it.
  package var alphas = [0.02, 0.035, 0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.35, 0.5, 0.7, 1]
  /// Ridge strengths per frame, ascending; one value fixes it.
  ///
  /// Recordings want strong ones, 0.03 to 0.3: four orders above what recovers the weights
  /// of a noise-free simulation.
  package var lambdas = (0...12).map { power(of: $0) }
  /// Contiguous blocks.
  package var folds = 4
  /// Frames left out on each side of a validation block.
  package var gap = 5
  /// How thoroughly the candidates are tried, the last round most so.
  package var rounds = SearchRound.usual(transitions: 1)
  package var seed: UInt64 = 1

  package init() {}

  /// A ridge, a tenth and ten times of it, descending; those of the grid where it has them.
  func decade(around lambda: Double) -> [Double] {
    let wanted = [min(1, lambda * 10), lambda, lambda / 10]
    return wanted.map { value in lambdas.first { abs($0 - value) < 0.01 * value } ?? value }
  }

  /// The blocks of some transitions.
  package func blocks(of transitions: Transitions) -> [Fold] {
    Fold.blocks(of: transitions, count: folds, gap: gap)
  }

  /// On how many of the blocks common settings are tried: all, or two where those have many frames.
  package func foldsTried(transitions: Int) -> Int {
    min(folds, max(2, Self.enoughTransitions / max(1, transitions)))
  }

  /// Fitted transitions, about, of which two blocks are enough.
  private static var enoughTransitions: Int { 40_000 }

  /// The rounds in which losses are compared, with the most blocks of each.
  ///
  /// One round alone is gone through twice: the second time beside the ridges that the first found
  /// best, or where the ridge is given with what a glance left.
  package var lossRounds: [(round: SearchRound, blocks: Int)] {
    guard rounds.count == 1 else { return rounds.map { ($0, .max) } }
    return lambdas.count == 1
      ? [(rounds[0].glance, 1), (rounds[0], .max)]
      : [(rounds[0].screening, .max), (rounds[0], .max)]
  }

  var lastRound: SearchRound { rounds[rounds.count - 1] }

  /// 10⁻⁶, 3·10⁻⁶, 10⁻⁵, … 1.
  private static func power(of step: Int) -> Double {
    var value = step.isMultiple(of: 2) ? 1.0 : 3.0
    for _ in 0..<(6 - step / 2) { value /= 10 }
    return value
  }
}

/// What a selection found.
package struct Selection: Sendable {
  /// Held-out squared error of a candidate, relative to that of persistence, pooled over
  /// the neurons it was tried on.
  ///
  /// Of a candidate that was given up before the last round it is the least error of the last
  /// round times how much worse it was than the best of its own: errors of different rounds
  /// do not compare.
  package struct Candidate: Sendable {
    package let alpha: Double
    package let lambda: Double
    package let error: Double
    /// The same of absolute errors.
    package let magnitude: Double
  }

  /// What was tried; the leak and the ridge a frame that were chosen.
  package var candidates: [Candidate]
  package var alpha: Double
  package var lambda: Double
  /// For each leak that was tried, the share of targets beyond ±1.
  package var clipped: [Double: Double]

  /// The error of the chosen candidate; 1 or more means that nothing tried beats
  /// persistence.
  package var error: Double {
    candidates.first { $0.alpha == alpha && $0.lambda == lambda }?.error ?? .nan
  }

  /// The candidates at the chosen leak, by ridge.
  package var lambdaCurve: [Candidate] {
    candidates.filter { $0.alpha == alpha }.sorted { $0.lambda < $1.lambda }
  }

  /// The candidates at the chosen ridge, by leak.
  package var alphaCurve: [Candidate] {
    candidates.filter { $0.lambda == lambda }.sorted { $0.alpha < $1.alpha }
  }
}
