internal import RealModule

/// How the damping λ and the learning rate η of a step are chosen.
package enum DampingRule: String, CaseIterable, Sendable {
  /// λ and η as configured; a step that would raise the loss is shortened. One that is taken back
  /// raises λ for a while.
  case relative
  /// Levenberg-Marquardt: λ follows the ratio of actual to predicted decrease.
  case adaptive
  /// The best of λ ∈ {λ/10, λ, 10 λ} and η ∈ {.05, .15, .35, .65, 1, 1.4}, by trying them all.
  case search

  /// The dampings of a step that are solved for, over that of the step before.
  package var dampingFactors: [Double] { self == .search ? [0.1, 1, 10] : [1] }

  /// What the steps that are tried cost, in whole passes of values.
  ///
  /// Of the 18 of a search most are given up early. Source: 21 % of an iteration of 0.71 s of `train
  /// reach`, where a pass takes 0.026 s, a third of an iteration of Adam's.
  package var usualCandidates: Int { self == .search ? 6 : 1 }
}

/// The damping rule's memory: the damping of the next step.
package struct DampingControl: Sendable {
  package let rule: DampingRule
  package let learningRate: Double
  /// The limits the damping is kept in.
  package let limits: ClosedRange<Double>
  package var damping: Double
  /// What λ is multiplied by under `relative`, 1 or more, after steps that were taken back.
  package var caution = 1.0
  /// What a schedule multiplies the learning rate by.
  package var rateFactor = 1.0

  /// What a step that is taken back makes of it, and over how many iterations that fades.
  private static let raise = 10.0
  private static let fading = 20.0
  /// λ from which a step back raises smaller ones, as 0 would stay what it is; the rules find none
  /// below it.
  private static let least = 1e-7

  /// A candidate step: damping and learning rate.
  package struct Candidate: Sendable, Equatable {
    package let damping: Double
    package let learningRate: Double

    package init(damping: Double, learningRate: Double) {
      self.damping = damping
      self.learningRate = learningRate
    }
  }

  package init(rule: DampingRule, damping: Double, learningRate: Double) {
    self.rule = rule
    self.damping = damping
    self.learningRate = learningRate
    limits =
      switch rule {
      case .relative: 0...1
      case .adaptive: min(damping, 1e-5)...1
      case .search: min(damping, Self.least)...max(damping, 1e-1)
      }
  }

  /// Dampings to solve for, and the steps to try with each.
  package var dampings: [Double] {
    guard rule == .search else {
      return caution > 1 ? [min(raisable * caution, limits.upperBound)] : [damping]
    }
    var result: [Double] = []
    for factor in rule.dampingFactors {
      let value = min(max(damping * factor, limits.lowerBound), limits.upperBound)
      if !result.contains(value) { result.append(value) }
    }
    return result
  }

  /// Learning rates to try.
  package var learningRates: [Double] {
    let shares: [Double] =
      switch rule {
      case .relative: [1, 0.25, 1 / 16.0, 1 / 64.0]
      case .adaptive: [1]
      case .search: [0.05, 0.15, 0.35, 0.65, 1, 1.4]
      }
    return shares.map { $0 * learningRate * rateFactor }
  }

  /// What caution multiplies.
  private var raisable: Double { max(damping, Self.least) }

  /// Learns that the last step led astray; λ stays within its limits.
  package mutating func stepBack() {
    caution = min(caution * Self.raise, limits.upperBound / raisable)
  }

  /// Learns from a step that was taken (`ratio` of actual to predicted decrease) or refused.
  package mutating func update(taken: Candidate?, ratio: Double) {
    switch rule {
    case .relative:
      caution = max(1, caution / Double.pow(Self.raise, 1 / Self.fading))
      return
    case .adaptive:
      if taken == nil || ratio < 0.25 {
        damping *= 3
      } else if ratio > 0.75 {
        damping /= 2
      }
    case .search: damping = taken?.damping ?? damping * 10
    }
    damping = min(max(damping, limits.lowerBound), limits.upperBound)
  }
}
