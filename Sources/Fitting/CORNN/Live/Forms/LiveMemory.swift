private import Glibc

/// Which transitions a live fit is of.
package enum LiveMemory: Sendable, Equatable {
  /// The latest ones, alike.
  case sliding
  /// All, alike.
  case growing
  /// All, each half as much as one that came `halfLife` transitions later; > 0.
  ///
  /// None is kept, so nothing is refined: the weights are those of the steps.
  case forgetting(halfLife: Double)

  /// What is left of a transition after the next one, `2^(−1/halfLife)`.
  static func decay(halfLife: Double) -> Double { Glibc.exp2(-1 / halfLife) }

  /// The transitions as many as which those that are forgotten by and by count together,
  /// `1 / (1 − decay)`.
  package static func equivalent(halfLife: Double) -> Double { 1 / (1 - decay(halfLife: halfLife)) }
}
