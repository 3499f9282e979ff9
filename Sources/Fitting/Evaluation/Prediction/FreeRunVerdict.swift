internal import Wording

/// What free runs of a network say of it, beside those of its yardsticks.
///
/// Each error is the mean over the frames ahead of the error over that of persistence.
package struct FreeRunVerdict: Sendable {
  /// The first yardstick, of those that know least first, that the network does not beat.
  package enum Finding: Sendable {
    case notBetterThanPersistence
    case notBetterThanMean
    /// Each neuron's own decay foresees as much.
    case couplingAddsNothing
    case notBetterThanLinear
    case best
  }

  /// Which yardstick it is.
  package let finding: Finding
  /// In plain words what the numbers mean.
  package let sentence: String

  /// Whether a reader must be warned.
  package var isWarning: Bool { finding != .best }

  /// The sentence as it stands at the end of a report.
  package var text: String { isWarning ? "warning: \(sentence)" : sentence }

  /// Weights that take less than this share off the error of decay alone add nothing that a few
  /// held-out runs could show.
  private static let leastGain = 0.01

  /// The verdict on some errors by frames ahead; nil where there is nothing to relate to.
  ///
  /// A list is empty where it is not known.
  package init?(
    model: [Double], persistence: [Double], linear: [[Double]], mean: [Double], decay: [Double]
  ) {
    guard persistence.allSatisfy({ $0 > 0 && $0.isFinite }), !persistence.isEmpty else {
      return nil
    }
    func relative(_ errors: [Double]) -> Double {
      guard errors.count == persistence.count else { return .nan }
      return zip(errors, persistence).reduce(0) { $0 + $1.0 / $1.1 } / Double(errors.count)
    }
    let own = relative(model)
    let (mean, decay) = (relative(mean), relative(decay))
    let line = linear.map(relative).filter(\.isFinite).min() ?? .nan
    let runs = "Left to itself over 1 to \(persistence.count) frames"
    func against(_ other: Double) -> String {
      " (error / persistence \(significant(own)) against \(significant(other)))"
    }
    if !(own < 1) {
      finding = .notBetterThanPersistence
      sentence =
        "\(runs), the network is no better than rates that stay as they are\(against(1)): do not"
        + " read its free-running activity as the recorded dynamics."
    } else if mean <= own {
      finding = .notBetterThanMean
      sentence =
        "\(runs), the network is no better than each neuron's mean rate\(against(mean)): do not"
        + " read its free-running activity as the recorded dynamics."
    } else if decay * (1 - Self.leastGain) <= own {
      finding = .couplingAddsNothing
      sentence =
        "\(runs), the network foresees no more than each neuron's own decay towards its mean does"
        + "\(against(decay)): W adds nothing beyond time scales."
    } else if line < own {
      finding = .notBetterThanLinear
      sentence =
        "\(runs), a linear model is better\(against(line)), and the network better than each"
        + " neuron's own decay (\(significant(decay))): coupling tells, its nonlinearity does not."
    } else {
      finding = .best
      sentence =
        "\(runs), the network is better than persistence, each neuron's mean and own decay"
        + (line.isNaN ? "" : ", and linear models")
        + " (error / persistence \(significant(own)), decay \(significant(decay))"
        + (line.isNaN ? ")." : ", linear \(significant(line))).")
    }
  }
}

extension RolloutScores {
  /// What the numbers mean.
  package var verdict: FreeRunVerdict? {
    FreeRunVerdict(
      model: mse, persistence: persistence, linear: [linear, linearByRuns], mean: mean,
      decay: decay)
  }
}
