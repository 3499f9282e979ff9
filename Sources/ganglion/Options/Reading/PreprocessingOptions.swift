internal import ArgumentParser
internal import Recordings
internal import Wording

/// How traces become rates, in this order.
struct PreprocessingOptions: ParsableArguments {
  @Option(
    help: """
      dF/F with this F0: a percentile of each neuron, in [0, 100]; or maximin: the rolling \
      maximum of the rolling minimum of the smoothed trace, which follows slow changes \
      (as Suite2p; held-out frames have the last fitted F0).
      """)
  var baseline: BaselineChoice?
  @Option(help: "The window of --baseline maximin in seconds, > 0; default: 60.")
  var baselineWindow: Double?
  @Option(
    help: """
      The Gaussian before --baseline maximin: its standard deviation in frames, >= 0; \
      default: 10.
      """)
  var baselineSmoothing: Double?
  @Flag(help: "Subtract each neuron's linear trend.") var detrend = false
  @Option(help: "Corner frequency of a causal low-pass, in Hz.") var lowPass: Double?
  @Option(
    help: """
      How the outcome is scaled to (-1, 1), from the fitted frames: none; max (over all \
      neurons); quantile (99.5th percentile of each); tanh: tanh(r/sd); zscore-tanh: tanh(z/3). \
      Default: none for rates that Ganglion wrote, else zscore-tanh.
      """)
  var scale: ScalingKind?

  /// The long names of these flags.
  static var names: [String] { FlagCatalog(of: PreprocessingOptions.self).names }

  func validate() throws {
    try requireFinite([
      "--baseline-window": baselineWindow, "--baseline-smoothing": baselineSmoothing,
      "--low-pass": lowPass,
    ])
    if case .percentile(let share) = baseline {
      try require(
        share >= 0 && share <= 100,
        "--baseline is \(asGiven(share)), expected a percentile or maximin")
    }
    for (flag, value) in [
      ("--baseline-window", baselineWindow), ("--baseline-smoothing", baselineSmoothing),
    ] where value != nil {
      try require(baseline == .maximin, "\(flag) belongs to --baseline maximin")
    }
    if let baselineWindow {
      try require(
        baselineWindow > 0, "--baseline-window is \(asGiven(baselineWindow)), expected seconds > 0")
    }
    if let baselineSmoothing {
      try require(
        baselineSmoothing >= 0 && baselineSmoothing.isFinite,
        "--baseline-smoothing is \(asGiven(baselineSmoothing)), expected frames >= 0")
    }
    if let lowPass {
      try require(lowPass > 0, "--low-pass is \(asGiven(lowPass)), expected Hz > 0")
    }
  }

  /// The steps before the scaling that were asked for, for a result's configuration.
  var settings: [String: any Encodable & Sendable] {
    var settings: [String: any Encodable & Sendable] = ["detrend": detrend]
    switch baseline {
    case .percentile(let share): settings["baseline"] = share
    case .maximin:
      settings["baseline"] = "maximin"
      settings["baseline-window"] = window
      settings["baseline-smoothing"] = smoothing
    case nil: break
    }
    settings["low-pass"] = lowPass
    return settings
  }

  private var window: Double { baselineWindow ?? Baseline.usualWindow }
  private var smoothing: Double { baselineSmoothing ?? Baseline.usualSmoothing }

  /// The steps before the scaling.
  var preprocessing: Preprocessing {
    var steps = Preprocessing()
    switch baseline {
    case .percentile(let share): steps.baseline = .percentile(share)
    case .maximin: steps.baseline = .maximin(window: window, smoothing: smoothing)
    case nil: break
    }
    steps.detrends = detrend
    steps.lowPass = lowPass
    return steps
  }

  /// The scaling of a recording.
  func scaling(of recording: Recording) -> ScalingKind {
    scale ?? (recording.format == "Ganglion" ? .none : .zscoreTanh)
  }
}

/// A percentile, or `maximin`.
enum BaselineChoice: ExpressibleByArgument, Equatable {
  case percentile(Double)
  case maximin

  init?(argument: String) {
    if argument == "maximin" {
      self = .maximin
    } else if let share = Double(argument) {
      self = .percentile(share)
    } else {
      return nil
    }
  }
}

extension ScalingKind: ExpressibleByArgument {}
