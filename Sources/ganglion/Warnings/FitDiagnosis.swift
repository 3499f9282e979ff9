internal import CORNN

/// How the solution of each neuron ended, over all ranks: from which warnings are decided.
///
/// A list is empty where it is not known, as in a result of an earlier version.
struct FitDiagnosis {
  let outcomes: [Outcome]
  /// The held-out error of each neuron; NaN where it is not scored.
  let errors: [Double]
  /// The share of each neuron's targets beyond ±1; NaN where it was left out.
  let clipped: [Double]
  /// The share of each neuron's targets that are missing.
  let dropped: [Double]
  /// Whether any neuron is scored.
  let isScored: Bool
  /// By how much the ridge of the preconditioner was raised; 1 mostly.
  let ridgeRaise: Double
  /// Whether the leak was chosen on held-out blocks.
  let isLeakChosen: Bool
  /// Whether targets beyond ±1 were taken for it.
  var isClamped = true
  /// Transitions that start at a frame with a missing value.
  var lostTransitions = 0

  /// The share of clipped targets beyond which the leak, or the scale, is in doubt.
  private static let mostClipped = 0.1

  var solved: Int { outcomes.count { $0 == .converged } }
  var unconverged: Int { outcomes.count { $0 == .iterationLimit || $0 == .stalled } }

  /// Over the fitted neurons; NaN if there are none.
  var clippedShare: Double {
    let clipped = clipped.filter(\.isFinite)
    return clipped.isEmpty ? .nan : clipped.reduce(0, +) / Double(clipped.count)
  }

  /// Neurons that are constant or mostly missing.
  private var skipped: [Int] { outcomes.indices.filter { outcomes[$0] == .skipped } }

  /// Neurons that are fitted but not scored.
  private var unscored: [Int] {
    outcomes.indices.filter {
      outcomes[$0] != .skipped && errors.indices.contains($0) && !errors[$0].isFinite
    }
  }

  /// Fitted neurons with missing targets.
  private var withHoles: Int {
    outcomes.indices.count {
      outcomes[$0] != .skipped && dropped.indices.contains($0) && dropped[$0] > 0
    }
  }

  /// What a user should know; `labels` name the neurons.
  func warnings(labels: [String]) -> [FitWarning] {
    var warnings: [FitWarning] = []
    if !skipped.isEmpty { warnings.append(.leftOut(skipped.map { labels[$0] })) }
    if isScored, !unscored.isEmpty {
      warnings.append(.notScored(unscored.map { labels[$0] }))
    }
    if lostTransitions > 0 { warnings.append(.lostTransitions(lostTransitions)) }
    if withHoles > 0 { warnings.append(.missingTargets(neurons: withHoles)) }
    // A leak that held-out blocks chose is the best there is: nothing is left to do about it.
    if clippedShare > Self.mostClipped, isClamped, !isLeakChosen {
      warnings.append(.clipped(share: clippedShare))
    }
    if ridgeRaise > 1 { warnings.append(.ridgeRaised(factor: ridgeRaise)) }
    if unconverged > 0 { warnings.append(.unconverged(neurons: unconverged)) }
    return warnings
  }
}
