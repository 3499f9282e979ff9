internal import ArgumentParser
internal import Rivals
internal import Wording

/// How the FORCE methods learn.
struct ForceOptions: ParsableArguments {
  @Option(
    help: """
      force-rates, force-currents: what the inverse of the correlations begins with on its \
      diagonal, > 0. Default: the inverse of the ridge, 1 / (lambda T).
      """)
  var forceGain: Double?
  @Option(help: "force-rates, force-currents: frames from one update to the next, at least 1.")
  var forceStride = 1
  @Option(
    help: """
      force-currents: |d| is clamped to 1 - M, 0 < M < 1, before its current is taken. Default: as \
      for the ridge start, 1e-3.
      """)
  var forceMargin: Double?
  @Flag(
    help: """
      force-rates, force-currents: the network runs by itself through each trial, and learns \
      from its own rates, in place of the recorded ones (CURBD).
      """)
  var freeRun = false
  @Option(help: "--free-run: standard deviation of the noise in its currents, >= 0.")
  var freeRunNoise = 0.0

  func validate() throws {
    try requireFinite([
      "--force-gain": forceGain, "--force-margin": forceMargin, "--free-run-noise": freeRunNoise,
    ])
    if let forceMargin {
      try require(
        forceMargin > 0 && forceMargin < 1,
        "--force-margin is \(asGiven(forceMargin)), expected a number in (0, 1)")
    }
    if let forceGain {
      try require(forceGain > 0, "--force-gain is \(asGiven(forceGain)), expected a number > 0")
    }
    try require(forceStride >= 1, "--force-stride is \(forceStride), expected at least 1")
    try require(
      freeRunNoise >= 0, "--free-run-noise is \(asGiven(freeRunNoise)), expected a number >= 0")
  }

  /// The method that compares rates or currents.
  func method(_ comparison: ForceMethod.Comparison, seed: UInt64, margin: Double) -> ForceMethod {
    var settings = ForceMethod.Settings()
    settings.gain = forceGain
    settings.stride = forceStride
    settings.runsFreely = freeRun
    settings.noise = freeRunNoise
    settings.seed = seed
    settings.margin = forceMargin ?? margin
    return ForceMethod(comparison, settings)
  }

  /// For the provenance of a result.
  var settings: [String: any Encodable & Sendable] {
    var settings: [String: any Encodable & Sendable] = ["force-stride": forceStride]
    settings["force-gain"] = forceGain
    settings["force-margin"] = forceMargin
    if freeRun { settings["free-run-noise"] = freeRunNoise }
    settings["free-run"] = freeRun
    return settings
  }

  /// Which flags do something for a method.
  func flagConditions(for method: MethodName) -> [FlagCondition] {
    [
      FlagCondition(
        ["force-gain", "force-stride", "free-run"], when: method.isForce,
        else: "it belongs to --method force-rates and force-currents, and this is "
          + method.rawValue),
      FlagCondition(
        ["force-margin"], when: method == .forceCurrents,
        else: "it belongs to --method force-currents, and this is " + method.rawValue),
      FlagCondition(
        ["free-run-noise"], when: method.isForce && freeRun, else: "it belongs to --free-run"),
    ]
  }
}

extension MethodName {
  /// Whether it is one of the FORCE methods.
  var isForce: Bool { self == .forceRates || self == .forceCurrents }
}
