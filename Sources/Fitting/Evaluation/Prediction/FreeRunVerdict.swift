internal import Wording

/// What free runs of a network say of it, beside those of its yardsticks.
///
/// It is of the most frames ahead over which W helps, and says how many these are, if there are
/// any, else of all (`RunComparison`).
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
  /// The most frames ahead, from 1 on, over which W helps; 0: none.
  package let framesAhead: Int
  /// In plain words what the numbers mean.
  package let sentence: String
  /// Whether a reader must be warned.
  package let isWarning: Bool

  /// The sentence as it stands at the end of a report.
  package var text: String { isWarning ? "warning: \(sentence)" : sentence }

  /// The verdict on some errors by frames ahead; nil where there is nothing to relate to.
  ///
  /// A list is empty where it is not known.
  package init?(
    model: [Double], persistence: [Double], linear: [RunRival], mean: [Double], decay: RunRival
  ) {
    guard
      let runs = RunComparison(
        network: model, persistence: persistence, linear: linear, mean: mean, decay: decay)
    else { return nil }
    framesAhead = runs.reach
    guard runs.reach > 0 else {
      (finding, sentence) = Self.withoutCoupling(runs)
      isWarning = true
      return
    }
    let h = runs.reach
    let numbers =
      "error / persistence \(significant(runs.network.over(h)))"
      + (runs.decay.over(h).isNaN ? "" : ", decay \(significant(runs.decay.over(h)))")
      + (runs.linearError(h).map { ", linear \(significant($0))" } ?? "")
    let opening = "Left to itself over \(Self.frames(upTo: h)), the network is better than"
    let far = Self.beyond(runs)
    if runs.isLinearBetter(h) {
      finding = .notBetterThanLinear
      sentence =
        "\(opening) each neuron's own decay: coupling tells; a linear model is better still"
        + " (\(numbers)). \(Verdict.linearAdvice)\(far.text)"
    } else {
      finding = .best
      let linear =
        runs.linearError(h) == nil
        ? "" : runs.isLinearWorse(h) ? ", and linear models" : ", and as good as a linear model"
      sentence =
        "\(opening) persistence, each neuron's mean and own decay\(linear) (\(numbers)).\(far.text)"
    }
    isWarning = finding != .best || far.misleads
  }

  /// So many frames ahead, in words.
  private static func frames(upTo h: Int) -> String { h == 1 ? "one frame" : "1 to \(h) frames" }

  private static let notRecorded =
    "do not read its free-running activity as the recorded dynamics."

  /// What is to be said where W helps over no number of frames ahead.
  private static func withoutCoupling(_ runs: RunComparison) -> (Finding, String) {
    let h = runs.horizon
    let error = runs.network.over(h)
    let opening = "Left to itself over \(frames(upTo: h)), the network is"
    func against(_ other: Double) -> String {
      " (error / persistence \(significant(error)) against \(significant(other)))"
    }
    if !(error < 1) {
      return (
        .notBetterThanPersistence,
        "\(opening) no better than rates that stay as they are\(against(1)): \(notRecorded)"
      )
    }
    if runs.mean.over(h) <= error {
      return (
        .notBetterThanMean,
        "\(opening) no better than each neuron's mean rate\(against(runs.mean.over(h))):"
          + " \(notRecorded)"
      )
    }
    return (
      .couplingAddsNothing,
      "\(opening) not told from each neuron's own decay towards its mean"
        + "\(against(runs.decay.over(h))), nor over fewer frames: these runs do not show that W adds"
        + " anything beyond time scales."
    )
  }

  /// What is to be said of all frames ahead where W helps over fewer, and whether free runs mislead
  /// there.
  private static func beyond(_ runs: RunComparison) -> (text: String, misleads: Bool) {
    let h = runs.horizon
    guard runs.reach < h else { return ("", false) }
    let error = runs.network.over(h)
    let opening = " Over 1 to \(h) it is"
    func against(_ other: Double) -> String {
      " (\(significant(error)) against \(significant(other)))"
    }
    if !(error < 1) {
      return (
        "\(opening) no better than rates that stay as they are\(against(1)): \(notRecorded)", true
      )
    }
    if runs.mean.over(h) <= error {
      return (
        "\(opening) no better than each neuron's mean rate\(against(runs.mean.over(h))):"
          + " \(notRecorded)", true
      )
    }
    return ("\(opening) not told from own decay\(against(runs.decay.over(h))).", false)
  }
}

extension RolloutScores {
  /// What the numbers mean.
  package var verdict: FreeRunVerdict? {
    FreeRunVerdict(
      model: mse, persistence: persistence,
      linear: [
        RunRival(linear, uncertainty: linearUncertainty),
        RunRival(linearByRuns, uncertainty: linearByRunsUncertainty),
      ], mean: mean, decay: RunRival(decay, uncertainty: decayUncertainty))
  }
}
