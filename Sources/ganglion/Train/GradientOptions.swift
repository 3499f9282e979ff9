internal import ArgumentParser
internal import SOFO
internal import Tasks
internal import Training
internal import Wording

/// How methods that follow a gradient use it.
struct GradientOptions: ParsableArguments {
  @Option(
    help: """
      The learning rate stays (constant), or falls to 0 over the run (linear, cosine); default: \
      constant, of kalman with sofo and with --against of methods with a gradient cosine.
      """)
  var schedule: LearningRateSchedule.Shape?
  @Option(help: "Share of the run, in [0, 1), over which the learning rate grows from 0.")
  var warmup = 0.0
  @Option(help: "Their longest gradient, 0 for no limit; default: 0, with --against 1.")
  var clip: Double?
  @Option(
    help: """
      adamw, soap, muon: what matrices lose in a step, over the learning rate, 0 or more; \
      default: 0.01.
      """)
  var weightDecay: Double?
  @Option(help: "eggroll: networks that are tried in an iteration, an even number from 2 on.")
  var population = EvolutionSettings().population
  @Option(help: "eggroll: how far they are from the parameters, > 0.")
  var sigma = EvolutionSettings().sigma

  func validate() throws {
    try requireFinite(["--clip": clip, "--weight-decay": weightDecay, "--sigma": sigma])
    if let clip { try require(clip >= 0, "--clip is \(asGiven(clip)), expected 0 or more") }
    try require(
      warmup >= 0 && warmup < 1, "--warmup is \(asGiven(warmup)), expected a share in [0, 1)")
    if let weightDecay {
      try require(
        weightDecay >= 0, "--weight-decay is \(asGiven(weightDecay)), expected 0 or more")
    }
    try require(
      population >= 2 && population.isMultiple(of: 2),
      "--population is \(population), expected an even number from 2 on")
    try require(sigma > 0, "--sigma is \(asGiven(sigma)), expected a number > 0")
  }

  /// Writes them into the settings of a method; where several are compared, by their own defaults.
  func apply(to settings: inout Trainer.Settings, advised advice: Advice, isCompared: Bool) {
    settings.clip = clip ?? (isCompared ? 1 : 0)
    let usual: LearningRateSchedule.Shape =
      settings.method == .sofo
      ? advice.schedule : isCompared && settings.method.usesGradient ? .cosine : .constant
    settings.schedule.shape = schedule ?? usual
    settings.schedule.warmup = warmup
    settings.weightDecay = weightDecay ?? settings.method.usualWeightDecay
    settings.evolution.population = population
    settings.evolution.sigma = sigma
  }

  /// Which optimisers a setting belongs to.
  static let owners: [(flags: [String], methods: [Trainer.Method])] = [
    (["clip"], Trainer.Method.allCases.filter(\.usesGradient)),
    (["schedule", "warmup"], Trainer.Method.allCases.filter { $0 != .force }),
    (["weight-decay"], Trainer.Method.allCases.filter(\.hasWeightDecay)),
    (["population", "sigma"], [.eggroll]),
  ]
}

extension Trainer.Settings {
  /// What is recorded of them beside what every method had from the first.
  var gradientRecord: [String: any Encodable & Sendable] {
    var record: [String: any Encodable & Sendable] = [:]
    if schedule.shape != .constant { record["schedule"] = schedule.shape.rawValue }
    if schedule.warmup > 0 { record["warmup"] = schedule.warmup }
    if method.hasWeightDecay { record["weight-decay"] = weightDecay }
    if method == .eggroll {
      record["population"] = evolution.population
      record["sigma"] = evolution.sigma
    }
    return record
  }
}

extension LearningRateSchedule.Shape: ExpressibleByArgument {}
