internal import ArgumentParser
internal import Networks
internal import Wording

/// The noise of a simulated recording, but for its sizes and the kind of that in the rates,
/// whose defaults are each command's own.
struct NoiseOptions: ParsableArguments {
  @Option(
    help: """
      Kind of the noise in the input currents: gaussian, laplace or poisson (unit impulses, \
      --input-noise being their probability a frame).
      """)
  var inputNoiseKind = SimulationNoise.Kind.gaussian
  @Option(
    help: """
      CELLSxSTEPS over which gaussian and laplace noise is smoothed, its deviation unchanged, \
      such as 5x3; default: independent.
      """)
  var noiseSmoothing: SmoothingOption?

  /// Refuses what the sizes and the other kind do not go with.
  func validate(input: Double, output: Double, kind: SimulationNoise.Kind) throws {
    try require(
      noiseSmoothing == nil
        || !((input > 0 && inputNoiseKind == .poisson) || (output > 0 && kind == .poisson)),
      "--noise-smoothing with poisson noise, whose impulses are not smoothed: leave one out")
    try require(
      inputNoiseKind != .poisson || input <= 1,
      "--input-noise is \(asGiven(input)), expected a probability in [0, 1] for poisson noise")
  }

  /// The flags that need a noise of some size.
  func conditions(input: Double, output: Double) -> [FlagCondition] {
    [
      FlagCondition(
        ["noise"], when: output > 0, else: "it is the kind of --output-noise, which is 0"),
      FlagCondition(
        ["input-noise-kind"], when: input > 0,
        else: "it is the kind of --input-noise, which is 0"),
      FlagCondition(
        ["noise-smoothing"], when: input > 0 || output > 0, else: "there is no noise"),
    ]
  }

  /// The noise of these sizes, `kind` being that of the noise in the rates.
  func noise(
    input: Double, output: Double, kind: SimulationNoise.Kind, seed: UInt64
  ) -> SimulationNoise {
    SimulationNoise(
      input: SimulationNoise.Part(inputNoiseKind, input),
      output: SimulationNoise.Part(kind, output),
      smoothing: noiseSmoothing?.smoothing ?? SimulationNoise.Smoothing(cells: 1, steps: 1),
      seed: seed)
  }

  /// What a file says of it; nothing where it is the usual.
  var settings: [String: any Encodable & Sendable] {
    var settings: [String: any Encodable & Sendable] = [:]
    if inputNoiseKind != .gaussian { settings["input-noise-kind"] = inputNoiseKind.rawValue }
    if let noiseSmoothing { settings["noise-smoothing"] = noiseSmoothing.description }
    return settings
  }
}

/// `CELLSxSTEPS` on the command line.
struct SmoothingOption: ExpressibleByArgument, CustomStringConvertible {
  let smoothing: SimulationNoise.Smoothing

  init?(argument: String) {
    let sizes = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sizes.count == 2, let cells = sizes[0], let steps = sizes[1], cells >= 1, steps >= 1,
      cells <= 1000, steps <= 1000
    else { return nil }
    smoothing = SimulationNoise.Smoothing(cells: cells, steps: steps)
  }

  var description: String { "\(smoothing.cells)x\(smoothing.steps)" }
}

extension SimulationNoise.Kind: ExpressibleByArgument {}
