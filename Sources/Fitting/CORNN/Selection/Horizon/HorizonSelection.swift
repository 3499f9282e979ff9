internal import LinearAlgebra

/// What a search by free runs found.
package struct HorizonSelection: Sendable {
  /// One way to pull the leaks, with one ridge, and its held-out errors over those of persistence.
  package struct Candidate: Sendable {
    package let rule: LeakRule
    package let lambda: Double
    /// One frame ahead.
    package let oneStep: Double
    /// The mean of free runs over 1 to H frames ahead.
    package let freeRun: Double
    /// Of free runs H frames ahead.
    package let atHorizon: Double
  }

  /// Frames ahead, H.
  package let horizon: Int
  package let candidates: [Candidate]
  /// The place of the one that was chosen.
  package let place: Int
  /// The leaks of this rank's neurons.
  package let leaks: [Double]

  /// What was chosen.
  package var chosen: Candidate { candidates[place] }
  /// The least error one frame ahead of all candidates.
  package var leastOneStep: Double { candidates.map(\.oneStep).min() ?? .nan }

  /// The place of the candidate with the least error of free runs, among those whose error one
  /// frame ahead is within a share of the least, or no more than that of the `plain` one; nil if
  /// none has a finite error.
  static func best(
    of candidates: [Candidate], tolerance: Double, plain: Candidate? = nil
  ) -> Int? {
    guard let least = candidates.map(\.oneStep).placeOfLeast else { return nil }
    let own = plain?.oneStep ?? .nan
    let bound = max(candidates[least].oneStep * (1 + tolerance), own.isFinite ? own : 0)
    return candidates.map { $0.oneStep <= bound ? $0.freeRun : .infinity }.placeOfLeast
  }
}

/// Errors of candidates at one ridge, summed over neurons and folds.
struct HorizonTally {
  /// By rule, then by frames ahead.
  private var free: [Double]
  /// By frames ahead.
  private var persistence: [Double]
  /// By rule, and of persistence last.
  private var oneStep: [Double]
  private let horizon: Int

  init(rules: Int, horizon: Int) {
    self.horizon = horizon
    free = [Double](repeating: 0, count: rules * horizon)
    persistence = [Double](repeating: 0, count: horizon)
    oneStep = [Double](repeating: 0, count: rules + 1)
  }

  /// Adds the errors of free runs, by frames ahead.
  mutating func add(free errors: [Double], rule: Int) {
    for (h, error) in errors.enumerated() { free[rule * horizon + h] += error }
  }

  /// Adds those of rates that stay as they are.
  mutating func add(persistence errors: [Double]) {
    for (h, error) in errors.enumerated() { persistence[h] += error }
  }

  /// Adds the error one frame ahead of a neuron by rule, and that of persistence; one that has
  /// nothing to predict does not count.
  mutating func add(oneStep scores: [NeuronScore]) {
    guard let first = scores.first, first.persistence.isFinite else { return }
    for (rule, score) in scores.enumerated() { oneStep[rule] += score.mse }
    oneStep[oneStep.count - 1] += first.persistence
  }

  mutating func add(_ other: HorizonTally) {
    for i in free.indices { free[i] += other.free[i] }
    for i in persistence.indices { persistence[i] += other.persistence[i] }
    for i in oneStep.indices { oneStep[i] += other.oneStep[i] }
  }

  /// Everything in one row, to be summed over ranks.
  var sums: [Double] {
    get { free + persistence + oneStep }
    set {
      free = Array(newValue.prefix(free.count))
      persistence = Array(newValue[free.count..<(free.count + horizon)])
      oneStep = Array(newValue.suffix(oneStep.count))
    }
  }

  /// What it says of a rule.
  func candidate(_ rule: LeakRule, place: Int, lambda: Double) -> HorizonSelection.Candidate {
    let ratios = (0..<horizon).map { free[place * horizon + $0] / persistence[$0] }
    return HorizonSelection.Candidate(
      rule: rule, lambda: lambda, oneStep: oneStep[place] / oneStep[oneStep.count - 1],
      freeRun: ratios.reduce(0, +) / Double(horizon), atHorizon: ratios[horizon - 1])
  }
}
