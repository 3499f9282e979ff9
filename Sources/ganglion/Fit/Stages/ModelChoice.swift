internal import CORNN
internal import Foundation
internal import Wording

/// Leak, ridge and loss of a fit: as given, or as chosen on held-out blocks.
struct ModelChoice {
  let loss: NamedLoss
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

  /// What was chosen, in words.
  var notes: [String] {
    var notes: [String] = []
    if !lossErrors.isEmpty { notes.append("loss chosen on held-out blocks: \(loss.name)") }
    if let selection {
      notes.append(
        "chosen on held-out blocks: alpha \(plain(alpha)), lambda \(plain(lambda))"
          + " (error / persistence \(String(format: "%.4f", selection.error)))")
      if let warning = FitWarning(leastErrorOfSearch: selection.error) {
        notes.append("warning: \(warning.line)")
      }
    }
    return notes
  }
}
