internal import Wording

/// What the errors of a network on held-out frames say of it, beside those of its yardsticks.
///
/// All are sums, or means, of squared one-step errors over the same neurons and frames.
package struct Verdict: Sendable {
  /// The first yardstick, of those that are easiest to beat first, that the network does not beat.
  package enum Finding: Sendable {
    /// There is nothing to compare.
    case none
    case notBetterThanPersistence
    case notBetterThanMean
    case notBetterThanLinear
    case best
  }

  /// Which yardstick it is, or none.
  package let finding: Finding
  /// In plain words what the numbers mean; empty where there is nothing to compare.
  package let sentence: String

  /// A smaller share of an error is no difference between models: where the recording of a simulated
  /// network was made anew eight times, the network's error less the linear model's, with 300
  /// held-out frames, scattered by 0.9 % (40 neurons) and 2.0 % (100 neurons) of the network's, one
  /// standard deviation (Sources/Benchmarks/results/choices/verdict.md).
  static let leastDifference = 0.02

  /// What to try before a linear model is taken for the better one.
  static let linearAdvice =
    "It has a decay of each neuron's own: try --alpha per-neuron and --self-connections, if this"
    + " fit is without them, before you take the dynamics for linear."

  /// Whether a reader must be warned.
  package var isWarning: Bool { finding != .none && finding != .best }

  /// The sentence as it stands at the end of a report.
  package var text: String { isWarning ? "warning: \(sentence)" : sentence }

  /// `mean` and `linear` are NaN where they are not known, and then not compared with.
  package init(model: Double, persistence: Double, linear: Double, mean: Double) {
    guard persistence.isFinite else {
      (finding, sentence) = (.none, "")
      return
    }
    // A recording that stands still has no error of persistence to relate to.
    func against(_ other: Double) -> String {
      persistence > 0
        ? " (error / persistence \(significant(model / persistence)) against"
          + " \(significant(other / persistence)))"
        : ""
    }
    if !(model < persistence) {
      finding = .notBetterThanPersistence
      sentence =
        "The network does not predict held-out frames better than persistence, the rate that stays"
        + " as it is\(against(persistence)). These one-step dynamics are not identified by this"
        + " recording with these settings: do not read W as connectivity."
    } else if mean <= model {
      finding = .notBetterThanMean
      sentence =
        "Each neuron's mean rate predicts the held-out frames better\(against(mean)): do not read W"
        + " as connectivity."
    } else if model - linear > Self.leastDifference * model {
      finding = .notBetterThanLinear
      sentence =
        "A linear model predicts the held-out frames better\(against(linear))."
        + " \(Self.linearAdvice)"
    } else {
      finding = .best
      let isAlike = linear - model <= Self.leastDifference * linear
      let others =
        ["persistence"] + (mean.isNaN ? [] : ["each neuron's mean"])
        + (linear.isNaN || isAlike ? [] : ["a linear model"])
      let list =
        others.count == 1
        ? others[0] : others.dropLast().joined(separator: ", ") + " and " + (others.last ?? "")
      sentence =
        "The network predicts the held-out frames better than \(list)"
        + (isAlike ? ", and as well as a linear model\(against(linear))." : ".")
    }
  }
}
