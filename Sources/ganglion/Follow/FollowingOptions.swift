internal import ArgumentParser
internal import CORNN
internal import Recordings
internal import Wording

/// How a stream is followed.
struct FollowingOptions: ParsableArguments {
  @Option(
    help: """
      Seconds of the source's clock, > 0, whose frames choose scale, leak and ridge, and begin the \
      window.
      """)
  var warmup = 60.0
  @Option(
    help: """
      How the values are scaled to (-1, 1), from the frames of the warm-up: none, max, quantile, \
      tanh or zscore-tanh. Default: none for a recording that Ganglion wrote, else zscore-tanh.
      """)
  var scale: ScalingKind?
  @Option(help: "The latest transitions that are fitted, at least 10; default: 1000.")
  var window: Int?
  @Flag(
    help: """
      Fit all transitions so far instead: none leaves, a frame takes as long as before, and the \
      memory grows by 32 N bytes with each.
      """)
  var growing = false
  @Option(
    help: ArgumentHelp(
      """
      Forget transitions by and by instead: each counts half as much as one that came TRANSITIONS \
      later, at least 10. None is kept, so memory does not depend on it, and nothing is refined.
      """, valueName: "TRANSITIONS"))
  var forget: Double?
  @Option(
    help: """
      primal (a step is ~ N²), dual (~ T N), or auto: dual where the window is shorter. Without a \
      window it is primal.
      """)
  var form = Configuration.Form.auto
  @Option(help: "Frames ahead of each forecast, at least 1.") var horizon = 10
  @Option(
    help: """
      Share of the time between two frames, in (0, 1], until which neurons are refined after a \
      frame.
      """)
  var budget: Double?
  @Flag(
    help: """
      After an alarm (forecasts are suddenly worse) forget all but the 100 transitions that follow \
      it.
      """)
  var cutOnChange = false
  @Option(help: "Seconds between two snapshots of the model, > 0.") var snapshot = 5.0
  @Option(help: "Seconds after the warm-up at which it ends, > 0; default: never.")
  var duration: Double?

  /// Share of the time between two frames where none is given.
  static let usualBudget = 0.7
  /// Transitions that a cut leaves.
  static let keptByCut = 100
  /// Transitions of a window of which no length is given, and for which there is room at first in
  /// one that grows.
  private static let usualWindow = 1000

  /// Which transitions count.
  var memory: LiveMemory {
    if growing { return .growing }
    return forget.map { .forgetting(halfLife: $0) } ?? .sliding
  }

  /// Transitions that are kept, and those that have the ridge λ each; `begun` are those of the
  /// warm-up.
  func room(begun: Int) -> (kept: Int, ridged: Double) {
    switch memory {
    case .sliding: (windowLength, Double(windowLength))
    case .growing: (max(begun, Self.usualWindow), Double(max(begun, Self.usualWindow)))
    case .forgetting(let halfLife):
      (Self.keptByCut, LiveMemory.equivalent(halfLife: halfLife))
    }
  }

  /// Transitions of the window; of what has none, as many as begin it anew after a stop.
  var windowLength: Int {
    switch memory {
    case .sliding: window ?? Self.usualWindow
    case .growing: Int(Int32.max)
    case .forgetting(let halfLife): Int(LiveMemory.equivalent(halfLife: halfLife).rounded(.up))
    }
  }

  /// Which transitions count, in words.
  var span: String {
    switch memory {
    case .sliding: "the latest \(windowLength) transitions"
    case .growing: "all transitions"
    case .forgetting(let halfLife): "half of each transition after \(asGiven(halfLife)) others"
    }
  }

  func validate() throws {
    try requireFinite([
      "--warmup": warmup, "--budget": budget, "--snapshot": snapshot, "--duration": duration,
      "--forget": forget,
    ])
    try require(
      warmup > 0 && warmup <= Self.mostSeconds,
      "--warmup is \(asGiven(warmup)), expected seconds > 0")
    try requireOneMemory()
    try require(horizon >= 1, "--horizon is \(horizon), expected at least 1 frame")
    if let budget {
      try require(
        budget > 0 && budget <= 1, "--budget is \(asGiven(budget)), expected a share in (0, 1]")
    }
    try require(
      snapshot > 0 && snapshot <= Self.mostSeconds,
      "--snapshot is \(asGiven(snapshot)), expected seconds > 0")
    if let duration {
      try require(
        duration > 0 && duration <= Self.mostSeconds,
        "--duration is \(asGiven(duration)), expected seconds > 0")
    }
  }

  private func requireOneMemory() throws {
    let given = [
      window.map { _ in "--window" }, growing ? "--growing" : nil, forget.map { _ in "--forget" },
    ].compactMap { $0 }
    try require(
      given.count <= 1,
      "\(given.joined(separator: " and ")) say differently which transitions count: give one")
    if let window {
      try require(window >= 10, "--window is \(window), expected at least 10 transitions")
    }
    if let forget {
      try require(
        forget >= 10 && forget <= 1e9,
        "--forget is \(asGiven(forget)), expected 10 to 1e9 transitions")
    }
    try require(
      form != .dual || memory == .sliding,
      "--form dual needs a window that slides: give --window T, or another form")
  }

  /// What is longer is a slip, and no clock holds it.
  private static let mostSeconds = 60 * CheckpointOptions.mostMinutes

  /// As they go into the model's configuration.
  var settings: [String: any Encodable & Sendable] {
    [
      "warmup": warmup, "form": form.rawValue, "horizon": horizon, "cut-on-change": cutOnChange,
    ].merging(
      growing ? ["growing": true] : forget.map { ["forget": $0] } ?? ["window": windowLength]
    ) { $1 }
  }
}
