internal import Foundation
internal import Reports
internal import Wording

/// Something that a user of a fit must know before trusting it.
///
/// It is decided once, in `FitDiagnosis` or from a search, and said in a line of the terminal and
/// in a sentence of the page.
enum FitWarning {
  /// Neurons that are constant or mostly missing, by name.
  case leftOut([String])
  /// Neurons that are mostly missing in the held-out frames, by name.
  case notScored([String])
  case lostTransitions(Int)
  case missingTargets(neurons: Int)
  /// The share of targets beyond ±1.
  case clipped(share: Double)
  /// Times that the preconditioner's ridge is the one asked for.
  case ridgeRaised(factor: Double)
  case unconverged(neurons: Int)
  case nothingBeatsPersistence

  /// The warning about a search, from the least error over that of persistence; nil: none.
  init?(leastErrorOfSearch error: Double) {
    guard error >= 1 else { return nil }
    self = .nothingBeatsPersistence
  }

  /// As the terminal has it, after "warning: ".
  var line: String {
    switch self {
    case .leftOut(let names):
      "\(neurons(names.count, "is", "are")) constant or mostly missing and left out of the fit: "
        + list(names)
    case .notScored(let names):
      "\(neurons(names.count, "is", "are")) mostly missing in the held-out frames and not scored;"
        + " means stand in for them there: " + list(names)
    case .lostTransitions(let count):
      "\(counted(count, "transition")) \(count == 1 ? "starts" : "start") at a frame with a missing"
        + " value: left out of all fits"
    case .missingTargets(let count):
      "\(neurons(count, "has", "have")) missing frames: these are left out of the fit of"
        + " \(count == 1 ? "it" : "each")"
    case .clipped(let share):
      """
      \(String(format: "%.1f %%", 100 * share)) of the targets lie beyond ±1 (clipped targets): alpha is \
      too small (--alpha auto chooses), or the rates are not scaled to (-1, 1)
      """
    case .ridgeRaised(let factor):
      """
      rounding left no factor at this lambda: the preconditioner has \(Int(factor)) times its \
      ridge, which costs iterations but moves no weight (--precision double, or a larger \
      --lambda, avoids it)
      """
    case .unconverged(let count):
      "\(counted(count, "neuron")) did not reach the tolerance (see diagnostics)"
    case .nothingBeatsPersistence:
      "no candidate beats persistence on the held-out blocks: one-step dynamics"
        + " are not identifiable from this recording"
    }
  }

  /// As the page has it, for readers who do not know the program.
  var sentence: String {
    switch self {
    case .leftOut(let names):
      "\(neurons(names.count, "is", "are")) constant or mostly missing and left out of the fit: "
        + list(names) + "."
    case .notScored(let names):
      "\(neurons(names.count, "is", "are")) mostly missing in the held-out frames and not scored;"
        + " means stand in for them there: " + list(names) + "."
    case .lostTransitions(let count):
      "\(counted(count, "transition")) \(count == 1 ? "starts" : "start") at a frame with a missing"
        + " value and \(count == 1 ? "was" : "were") left out."
    case .missingTargets(let count):
      "\(neurons(count, "has", "have")) missing frames; the transitions into these were left out"
        + " of the fit of \(count == 1 ? "it" : "each")."
    case .clipped(let share):
      "\(percent(share)) of the targets lie beyond ±1, where no rate can go: α is too"
        + " small for this recording (--alpha auto chooses), or the traces are not scaled to"
        + " (−1, 1)."
    case .ridgeRaised(let factor):
      "Rounding left no factor of the Gram matrix at this ridge: the preconditioner has"
        + " \(grouped(whole(factor))) times of it, which costs iterations but moves no weight."
    case .unconverged(let count):
      "\(counted(count, "neuron")) did not reach the tolerance. The weights onto"
        + " \(count == 1 ? "it" : "them") are not the optimum: raise --iterations, or --lambda."
    case .nothingBeatsPersistence:
      "On the held-out blocks no setting that was tried beats persistence."
    }
  }
}

/// A number of neurons with its verb.
private func neurons(_ count: Int, _ one: String, _ many: String) -> String {
  "\(counted(count, "neuron")) \(count == 1 ? one : many)"
}

/// The first of some names.
private func list(_ names: [String]) -> String {
  names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
}
