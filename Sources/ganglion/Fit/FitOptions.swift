internal import ArgumentParser
internal import CORNN
internal import LinearAlgebra
internal import Recordings
internal import Wording
internal import Kernels

/// The losses of `--loss`.
enum LossChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  case crossentropy
  case noiseAware = "noise-aware"
  case robust
  case weighted
  case auto
}

/// How the weights are stored.
enum WeightStorage: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// W, neurons × neurons.
  case full
  /// Its two factors, neurons × transitions and regressors × transitions.
  case factored
}

/// What is fitted.
struct ModelOptions: ParsableArguments {
  @Option(
    help: """
      Leak dt/tau in (0, 1]; auto: chosen on held-out blocks of the fitted frames; \
      per-neuron: one for each neuron, pulled towards the common one. Default: what the \
      recording says, else auto.
      """)
  var alpha: LeakChoice?
  @Option(help: "Time constant in seconds: alpha = dt/tau.") var tau: Double?
  @Option(
    help: """
      crossentropy; noise-aware: errors weighed by the noise of input current and rate, then \
      clipped; robust: errors in units of the input current, clipped; weighted: the published \
      dropping rule, for comparison; auto: the best of the first three on held-out blocks.
      """)
  var loss = LossChoice.crossentropy
  @Option(
    help: "Where robust and noise-aware clip an error, and weighted drops it, > 0.")
  var threshold = 0.2
  @Option(help: "noise-aware: noise of the rates over noise of the input currents, > 0.")
  var noiseRatio = 0.1
  @Option(
    help: """
      Ridge per frame L > 0 (the penalty is L·T/2·‖weights‖²), or auto: chosen on held-out \
      blocks of the fitted frames, from 1e-6 to 1.
      """)
  var lambda = Choice.auto
  @Flag(help: "Let neurons excite themselves through W.") var selfConnections = false
  @Flag(help: "Fit without the constant input b.") var noBias = false
  @Option(help: "Last share of the frames in [0, 1), kept from the fit and scored.")
  var holdout = 0.2

  func validate() throws {
    try require(alpha == nil || tau == nil, "--alpha and --tau are both given: choose one")
    try requireFinite(["--tau": tau, "--threshold": threshold, "--noise-ratio": noiseRatio])
    if case .value(let alpha) = alpha {
      try require(
        alpha > 0 && alpha <= 1, "--alpha is \(asGiven(alpha)), expected a number in (0, 1]")
    }
    if let tau { try require(tau > 0, "--tau is \(asGiven(tau)), expected seconds > 0") }
    if case .value(let lambda) = lambda {
      try require(
        lambda > 0 && lambda.isFinite,
        "--lambda is \(asGiven(lambda)), expected a number > 0, such as 1e-3, or auto")
    }
    try require(threshold > 0, "--threshold is \(asGiven(threshold)), expected a number > 0")
    try require(noiseRatio > 0, "--noise-ratio is \(asGiven(noiseRatio)), expected a number > 0")
    try require(
      holdout >= 0 && holdout < 1, "--holdout is \(asGiven(holdout)), expected a share in [0, 1)")
  }

  /// What the loss was given, for a result's configuration.
  var lossSettings: [String: any Encodable & Sendable] {
    switch loss {
    case .crossentropy, .auto: [:]
    case .robust, .weighted: ["threshold": threshold]
    case .noiseAware: ["threshold": threshold, "noise-ratio": noiseRatio]
    }
  }

  /// The loss with its name, or the candidates to choose from.
  var losses: [NamedLoss] {
    switch loss {
    case .crossentropy: [NamedLoss(name: loss.rawValue, loss: .crossEntropy)]
    case .robust:
      [NamedLoss(name: loss.rawValue, loss: .clipped(k: 0, threshold: threshold))]
    case .noiseAware:
      [NamedLoss(name: loss.rawValue, loss: .clipped(k: noiseRatio, threshold: threshold))]
    case .weighted:
      [NamedLoss(name: loss.rawValue, loss: .weighted(threshold: threshold))]
    case .auto: NamedLoss.candidates
    }
  }
}

/// A loss as the result file names it.
struct NamedLoss: Sendable {
  let name: String
  let loss: PointwiseLoss

  /// What `--loss auto` chooses from; the first is where the search for the leak starts.
  static let candidates: [NamedLoss] =
    [NamedLoss(name: "crossentropy", loss: .crossEntropy)]
    + [0.2, 1].map {
      NamedLoss(name: "robust, threshold \(plain($0))", loss: .clipped(k: 0, threshold: $0))
    }
    + [0.03, 0.1, 0.3, 1].flatMap { k in
      [0.05, 0.2, 1].map { threshold in
        NamedLoss(
          name: "noise-aware, noise ratio \(plain(k)), threshold \(plain(threshold))",
          loss: .clipped(k: k, threshold: threshold))
      }
    }
}

/// How it is solved.
struct SolutionOptions: ParsableArguments {
  @Option(help: "primal (work ~ N²), dual (work ~ T²), or auto: the cheaper one.")
  var form = Configuration.Form.auto
  @Option(
    help: """
      double, float (float32 iterations of the primal form), mixed (float in the primal form; \
      in the dual only products, until a solution is verified in double), or auto: mixed unless the tolerance is below 1e-5. The Gram matrix \
      and its factor are float64 in any case.
      """)
  var precision = Precision.auto
  @Option(
    help: """
      full: W; factored (dual form): sample coefficients and regressors with W = b·xᵀ, for \
      networks whose W is too large; see Scripts/expand-weights.
      """)
  var weights = WeightStorage.full
  @Option(help: "A neuron is solved when its relative optimality residual is below this.")
  var tolerance = 1e-4
  @Option(help: "Most iterations, at least 1.") var iterations = 200
  @Flag(help: "Exit with code 1 if a neuron did not reach the tolerance.") var strict = false

  func validate() throws {
    try requireFinite(["--tolerance": tolerance])
    try require(tolerance > 0, "--tolerance is \(asGiven(tolerance)), expected a number > 0")
    try require(iterations >= 1, "--iterations is \(iterations), expected at least 1")
  }
}

extension Configuration.Form: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension ScalingKind: ExpressibleByArgument {}

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

/// A number, or `auto`.
enum Choice: ExpressibleByArgument, Equatable {
  case auto
  case value(Double)

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let value = Double(argument) {
      self = .value(value)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .auto: "auto"
    case .value(let value): asGiven(value)
    }
  }
}

/// A number, `auto` or `per-neuron`.
enum LeakChoice: ExpressibleByArgument, Equatable {
  case auto
  case perNeuron
  case value(Double)

  init?(argument: String) {
    switch argument {
    case "auto": self = .auto
    case "per-neuron": self = .perNeuron
    default:
      guard let value = Double(argument) else { return nil }
      self = .value(value)
    }
  }
}
