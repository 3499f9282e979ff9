internal import CORNN
internal import Foundation
internal import Wording

/// Leak, ridge and loss of a fit: as given, or as chosen on held-out blocks.
struct ModelChoice {
  let loss: NamedLoss
  /// What becomes of targets beyond ±1.
  let targets: TargetRange
  /// The common leak.
  let alpha: Double
  let lambda: Double
  /// The leak of each of this rank's neurons.
  let leaks: [Double]
  /// The search for leak and ridge; nil if both were given.
  let selection: Selection?
  /// Whether the leak was chosen among several.
  let isLeakChosen: Bool
  /// Error of each loss that was compared; empty if it was given.
  let lossErrors: [(name: String, error: Double)]
  /// The search by free runs that went on from there; nil if there was none.
  var horizon: HorizonSelection?

  /// The same with the leaks and the ridge that free runs chose.
  func choosing(_ found: HorizonSelection) -> ModelChoice {
    ModelChoice(
      loss: loss, targets: targets, alpha: found.chosen.rule.leak(from: alpha),
      lambda: found.chosen.lambda, leaks: found.leaks, selection: selection,
      isLeakChosen: isLeakChosen, lossErrors: lossErrors, horizon: found)
  }

  /// What was chosen, in words; `leaks` are those of all neurons.
  func notes(leaks: [Double]) -> [String] {
    var notes: [String] = []
    if !lossErrors.isEmpty {
      let list = lossErrors.map { "\($0.name) \(String(format: "%.4f", $0.error))" }
      notes.append(
        "loss chosen on held-out blocks: \(loss.name) (absolute error / persistence:"
          + " \(list.joined(separator: "; ")))")
    }
    if let selection {
      let error = "error / persistence \(String(format: "%.4f", selection.error))"
      let (alpha, lambda) = ("alpha \(plain(selection.alpha))", "lambda \(plain(selection.lambda))")
      let chosen =
        !isLeakChosen
        ? "\(lambda) at the given \(alpha)"
        : selection.lambdaCurve.count > 1
          ? "\(alpha), \(lambda)" : "\(alpha) at the given \(lambda)"
      // Free runs choose leaks of their own, which their note is of.
      let own =
        horizon == nil && Set(leaks).count > 1
        ? "; then a leak of each neuron's: \(leakText(leaks, common: self.alpha))" : ""
      notes.append("chosen on held-out blocks: \(chosen) (\(error))\(own)")
      if let warning = FitWarning(leastErrorOfSearch: selection.error) {
        notes.append("warning: \(warning.line)")
      }
    }
    if let horizon { notes.append("\(horizon.note); targets beyond ±1 \(targets.rawValue)") }
    return notes
  }
}

extension HorizonSelection {
  /// What free runs chose, in words.
  fileprivate var note: String {
    func ratio(_ error: Double) -> String { String(format: "%.4f", error) }
    let leaks =
      switch chosen.rule.pull {
      case 0: "a leak a neuron"
      case 1: "alpha \(plain(chosen.rule.slow))"
      default: "a leak a neuron, pulled to \(plain(chosen.rule.slow)) by \(plain(chosen.rule.pull))"
      }
    return "chosen by free runs of 1 to \(horizon) frames, of \(candidates.count) candidates:"
      + " \(leaks), lambda \(plain(chosen.lambda)) (error / persistence \(ratio(chosen.freeRun)),"
      + " \(horizon) frames ahead \(ratio(chosen.atHorizon)), one \(ratio(chosen.oneStep))"
      + " where \(ratio(leastOneStep)) can be had)"
  }
}
