internal import CORNN
internal import Rivals

extension FitCommand {
  /// Refuses flags that the method cannot follow.
  ///
  /// - Throws: `CommandLineError` (64), which names both.
  func requireWhatMethodCan() throws {
    try require(
      model.loss != .squared || method.method.descendsSquaredError,
      "--loss squared is for --method adam and bptt, and this is \(method.method.rawValue): "
        + "choose another of the two")
    try require(
      method.method.descends(model.loss),
      "--method \(method.method.rawValue) cannot follow --loss \(model.loss.rawValue): "
        + "leave one of them out")
    try require(
      selection.targets != .unclipped || takesExcess,
      "--targets unclipped needs --loss crossentropy by --method cornn, newton or adam: other losses"
        + " weigh a target by its distance from ±1, and have no weight beyond")
    guard !method.isPlain else { return }
    let name =
      method.method.isRival
      ? "--method \(method.method.rawValue)" : method.curve ? "--curve" : "--start random"
    for (flag, isGiven) in methodConflicts where isGiven {
      throw CommandLineError.usage("\(name) cannot follow \(flag): leave one of them out")
    }
  }

  /// Whether targets beyond ±1 can be fitted as they are.
  var takesExcess: Bool {
    model.loss == .crossentropy && [.cornn, .newton, .adam].contains(method.method)
  }

  /// Flags that only a plain fit follows, and whether they are given.
  private var methodConflicts: [(flag: String, isGiven: Bool)] {
    var conflicts = [
      ("--checkpoint", checkpointing.checkpoint != nil), ("--dry-run", dryRun),
      ("--max-time", checkpointing.maxTime != nil && !method.method.isRival),
    ]
    guard method.needsWeights else { return conflicts }
    conflicts += [
      ("--mask", constraints.mask != nil), ("--signs", constraints.signs != nil),
      ("--non-negative", constraints.nonNegative),
      ("--region-mask", constraints.regionMask != nil),
      ("--weights factored", solution.weights == .factored),
      ("--form dual", solution.form == .dual),
      ("--precision float", solution.precision == .float),
      ("--precision mixed", solution.precision == .mixed),
    ]
    return conflicts
  }
}

extension MethodName {
  /// Whether the squared error of the output is among the losses it descends.
  fileprivate var descendsSquaredError: Bool { isAdam }

  /// Whether it can descend a loss: FORCE has an error of its own, and through time rates are
  /// compared, of which the other losses know nothing.
  fileprivate func descends(_ loss: LossChoice) -> Bool {
    switch self {
    case .forceRates, .forceCurrents: loss == .crossentropy
    case .bptt: loss == .crossentropy || loss == .squared
    case .cornn, .published, .newton, .adam: true
    }
  }
}
