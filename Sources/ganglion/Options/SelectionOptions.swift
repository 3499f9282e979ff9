internal import ArgumentParser
internal import CORNN

/// What candidates of leak and ridge are judged by on held-out blocks.
enum SelectionAim: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// The error one frame ahead.
  case oneStep = "one-step"
  /// The mean error of free runs over the frames of the horizon.
  case rollout
  /// The same among those that cost little one frame ahead.
  case both
}

/// What becomes of targets beyond ±1.
enum TargetChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto
  case clamped
  case unclipped
}

/// How leak and ridge are chosen, and what is fitted of targets beyond ±1.
struct SelectionOptions: ParsableArguments {
  @Option(
    help: """
      What alpha and lambda are chosen by on held-out blocks: one-step: the error one frame ahead; \
      rollout: the mean error of free runs 1 to --horizon frames ahead; both: the same among those \
      whose error one frame ahead is no more than what one-step chooses, or within 1 % of the \
      least. Free runs try a leak a neuron too, \
      pulled towards slow ones, and cost many fits (--dry-run says how many).
      """)
  var select = SelectionAim.oneStep
  @Option(help: "Frames ahead that --select rollout and both look, at least 1; default: 20.")
  var horizon: Int?
  @Option(
    help: """
      Targets d = (r[t+1] - (1 - alpha) r[t]) / alpha beyond ±1: clamped to it, or unclipped, which \
      the cross entropy alone can take; auto: where --select judges by free runs, unclipped unless \
      that costs more than 1 % one frame ahead on the held-out blocks, else clamped.
      """)
  var targets = TargetChoice.auto

  func validate() throws {
    if let horizon {
      try require(horizon >= 1, "--horizon is \(horizon), expected at least 1 frame")
    }
  }

  /// Whether candidates run freely on held-out blocks.
  var runsFreely: Bool { select != .oneStep }

  /// What may be made of targets beyond ±1, the preferred first; `takesExcess` says whether the
  /// loss can take them as they are.
  func ranges(takesExcess: Bool) -> [TargetRange] {
    switch targets {
    case .auto: runsFreely && takesExcess ? [.unclipped, .clamped] : [.clamped]
    case .clamped: [.clamped]
    case .unclipped: [.unclipped]
    }
  }

  /// The grid of the search by free runs; nil where there is none.
  var horizonGrid: HorizonGrid? {
    guard runsFreely else { return nil }
    var grid = HorizonGrid()
    grid.horizon = horizon ?? grid.horizon
    if select == .rollout { grid.tolerance = .infinity }
    return grid
  }

  /// As they were asked for, for a checkpoint.
  var settings: [String: any Encodable & Sendable] {
    var settings: [String: any Encodable & Sendable] = [
      "select": select.rawValue, "targets": targets.rawValue,
    ]
    if let grid = horizonGrid { settings["horizon"] = grid.horizon }
    return settings
  }
}
