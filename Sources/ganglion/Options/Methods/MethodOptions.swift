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
  @Option(
    help: """
      Seed of the random start, of the order of transitions, of forced frames, and of the noise of \
      a free run.
      """)
  var methodSeed: UInt64 = 1
  @Option(help: "adam, bptt: the length of a step, > 0.")
  var learningRate = 1e-3
  @Option(help: "adam: transitions a step; 0: all.")
  var minibatch = 0
  @OptionGroup var force: ForceOptions
  @OptionGroup var throughTime: ThroughTimeOptions
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

  /// What becomes of a fit by it that is stopped without a checkpoint.
  var unfinished: UnfinishedRun {
    isPlain ? .lost : method.isRival ? .weightsItHas : .lostInAnyCase
  }

  /// The settings for the provenance of a result: those that differ from a plain fit's.
  var settings: [String: any Encodable & Sendable] {
    guard !isPlain else { return [:] }
    var settings: [String: any Encodable & Sendable] = [
      "method": method.rawValue, "start": start.rawValue,
    ]
    if start == .random { settings["start-scale"] = startScale }
    if isRandom { settings["method-seed"] = methodSeed }
    if method.isAdam { settings["learning-rate"] = learningRate }
    if method == .adam { settings["minibatch"] = minibatch }
    if method.isForce { settings.merge(force.settings) { $1 } }
    if method == .bptt { settings.merge(throughTime.settings) { $1 } }
    settings["until"] = until
    return settings
  }

  /// Whether the start, or the method with its settings, draws numbers.
  var isRandom: Bool {
    switch method {
    case _ where start == .random: true
    case .adam: minibatch > 0
    case .forceRates, .forceCurrents: force.freeRunNoise > 0
    case .bptt: throughTime.isRandom
    case .cornn, .published, .newton: false
    }
  }

  /// The rival that was chosen, as accurate as asked for; nil for the program's own method.
  ///
  /// Currents of the recording are those of |d| clamped to 1 − margin.
  func rival(tolerance: Double, margin: Double) -> (any RivalMethod)? {
    switch method {
    case .cornn: nil
    case .published: PublishedMethod()
    case .newton: NewtonMethod(tolerance: tolerance)
    case .adam: AdamMethod(learningRate: learningRate, minibatch: minibatch, seed: methodSeed)
    case .forceRates: force.method(.rates, seed: methodSeed, margin: margin)
    case .forceCurrents: force.method(.currents, seed: methodSeed, margin: margin)
    case .bptt: throughTime.method(learningRate: learningRate, seed: methodSeed)
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

extension MethodName {
  /// Whether it takes Adam's steps.
  var isAdam: Bool { self == .adam || self == .bptt }
}
