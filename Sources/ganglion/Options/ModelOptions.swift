internal import ArgumentParser
internal import Kernels
internal import LinearAlgebra
internal import Wording

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
      dropping rule, for comparison; squared: the squared error of the output, with --method adam \
      or bptt; auto: the best of the first three on held-out blocks.
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
  var lambda = LambdaChoice.auto
  @Flag(help: "Let neurons excite themselves through W.") var selfConnections = false
  @Flag(help: "Fit without the constant input b.") var noBias = false
  @Option(help: "Last share of the frames in [0, 1), kept from the fit and scored.")
  var holdout = 0.2

  func validate() throws {
    try require(alpha == nil || tau == nil, "--alpha and --tau are both given: choose one")
    try requireFinite(["--tau": tau, "--threshold": threshold, "--noise-ratio": noiseRatio])
    if let alpha = alpha?.given {
      try require(
        alpha > 0 && alpha <= 1, "--alpha is \(asGiven(alpha)), expected a number in (0, 1]")
    }
    if let tau { try require(tau > 0, "--tau is \(asGiven(tau)), expected seconds > 0") }
    if let lambda = lambda.given {
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
    case .crossentropy, .squared, .auto: [:]
    case .robust, .weighted: ["threshold": threshold]
    case .noiseAware: ["threshold": threshold, "noise-ratio": noiseRatio]
    }
  }

  /// The loss with its name, or the candidates to choose from.
  var losses: [NamedLoss] {
    switch loss {
    case .crossentropy, .squared: [NamedLoss(name: loss.rawValue, loss: .crossEntropy)]
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
