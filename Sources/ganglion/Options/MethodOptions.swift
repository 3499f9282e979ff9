internal import ArgumentParser
internal import Rivals
internal import Wording

/// What a method begins with.
enum StartChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// The ridge regression of the currents.
  case ridge
  /// Random weights.
  case random
}

/// By which method the network is fitted.
struct MethodOptions: ParsableArguments {
  @Option(
    help: """
      cornn, or a rival for comparison: published (the published iteration, with ADMM unless \
      --self-connections), newton (each neuron its own Hessian), adam, force-rates, \
      force-currents or bptt.
      """)
  var method = MethodName.cornn
  @Option(help: "What the method begins with: the ridge solution, or random weights.")
  var start = StartChoice.ridge
  @Option(help: "--start random: standard deviation of the weights times √neurons, >= 0.")
  var startScale = 1.0
  @Option(help: "Seed of the random start and of the order of transitions.")
  var methodSeed: UInt64 = 1
  @Option(help: "adam: the length of a step, > 0.")
  var learningRate = 1e-3
  @Option(help: "adam: transitions a step; 0: all.")
  var minibatch = 0
  @Option(
    help: """
      End when the correlation of the weights with /truth/W reaches this number in (0, 1].
      """)
  var until: Double?
  @Flag(
    help: """
      Log the quality of cornn against wall time under /log/method, by fits of 0, 1, 2, 4, ... \
      iterations, which takes about twice the time; rivals log it in any case.
      """)
  var curve = false

  func validate() throws {
    try requireFinite([
      "--start-scale": startScale, "--learning-rate": learningRate, "--until": until,
    ])
    try require(
      startScale >= 0, "--start-scale is \(asGiven(startScale)), expected a number >= 0")
    try require(
      learningRate > 0, "--learning-rate is \(asGiven(learningRate)), expected a number > 0")
    try require(minibatch >= 0, "--minibatch is \(minibatch), expected 0 or more")
    if let until {
      try require(
        until > 0 && until <= 1, "--until is \(asGiven(until)), expected a number in (0, 1]")
    }
  }

  /// Whether the fit is the program's own in every respect.
  var isPlain: Bool { method == .cornn && start == .ridge && !curve }

  /// Whether θ itself is worked on, in float64.
  var needsWeights: Bool { method.isRival || start == .random }

  /// The settings for the provenance of a result: those that differ from a plain fit's.
  var settings: [String: any Encodable & Sendable] {
    guard !isPlain else { return [:] }
    var settings: [String: any Encodable & Sendable] = [
      "method": method.rawValue, "start": start.rawValue,
    ]
    if start == .random { settings["start-scale"] = startScale }
    if start == .random || minibatch > 0 { settings["method-seed"] = methodSeed }
    if method == .adam {
      settings["learning-rate"] = learningRate
      settings["minibatch"] = minibatch
    }
    settings["until"] = until
    return settings
  }

  /// The rival that was chosen, as accurate as asked for; nil for the program's own method.
  func rival(tolerance: Double) -> (any RivalMethod)? {
    switch method {
    case .cornn: nil
    case .published: PublishedMethod()
    case .newton: NewtonMethod(tolerance: tolerance)
    case .adam: AdamMethod(learningRate: learningRate, minibatch: minibatch, seed: methodSeed)
    case .forceRates, .forceCurrents, .bptt: nil
    }
  }
}

extension StartChoice {
  /// What a method begins with, a ridge start with targets clamped by a margin.
  func start(_ options: MethodOptions, margin: Double) -> MethodStart {
    switch self {
    case .ridge: .ridge(margin: margin)
    case .random: .random(scale: options.startScale, seed: options.methodSeed)
    }
  }
}

extension MethodName: ExpressibleByArgument {}
