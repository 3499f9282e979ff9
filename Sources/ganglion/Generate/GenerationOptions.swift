internal import ArgumentParser
internal import Networks
internal import Results
internal import Wording

/// The flags that every kind of generated recording has.
struct GenerationOptions: ParsableArguments {
  @Option(
    name: .customLong("neurons"),
    help: "Neurons, at least 1. (default: 100; three-regions: 300)")
  var givenNeurons: Int?
  @Option(help: "Frames, at least 2.") var frames = 1000
  @Option(help: "Leak dt/tau, in (0, 1].") var alpha = 0.1
  @Option(help: "Seconds a frame.") var dt = 0.1
  @Option(
    help: "Standard deviation (poisson: probability a frame) of the noise in the input currents.")
  var inputNoise = 1e-2
  @Option(help: "Standard deviation (poisson: probability a frame) of the noise in the rates.")
  var outputNoise = 1e-3
  @Option(help: "Kind of the noise in the rates: gaussian, laplace or poisson (unit impulses).")
  var noise = SimulationNoise.Kind.gaussian
  @OptionGroup var noiseShape: NoiseOptions
  @Option(help: "Seed of every random number.") var seed: UInt64 = 1
  @Option(name: .shortAndLong, help: "The recording to write (HDF5).") var output: String

  func validate() throws {
    try requireFinite(["--dt": dt, "--input-noise": inputNoise, "--output-noise": outputNoise])
    try require(neurons >= 1, "--neurons is \(neurons), expected at least 1")
    try require(frames >= 2, "--frames is \(frames), expected at least 2")
    try require(
      alpha > 0 && alpha <= 1, "--alpha is \(asGiven(alpha)), expected a number in (0, 1]")
    try require(dt > 0, "--dt is \(asGiven(dt)), expected seconds > 0")
    try require(
      inputNoise >= 0 && outputNoise >= 0,
      "noise levels are \(asGiven(inputNoise)) and \(asGiven(outputNoise)), expected 0 or more")
    try noiseShape.validate(input: inputNoise, output: outputNoise, kind: noise)
  }

  /// What a kind reads and writes.
  func files(configuration: String?) -> FileRoles {
    var files = FileRoles()
    files.read(configuration, as: "--config")
    files.write(output, as: "-o", .result(of: "generate"))
    return files
  }

  /// Neurons: those that are given, else 100.
  var neurons: Int { givenNeurons ?? 100 }

  /// The network's time constant in seconds.
  var tau: Double { dt / alpha }

  /// Whole frames, at least one, of a time in seconds.
  func frames(seconds: Double) -> Int { max(1, Int((seconds / dt).rounded())) }

  /// The settings as they are written into the file, with those of the kind.
  func settings(_ kind: String, _ own: [String: any Encodable & Sendable]) -> Settings {
    Settings([
      "command": "generate \(kind)", "neurons": neurons, "frames": frames, "alpha": alpha,
      "dt": dt, "input-noise": inputNoise, "output-noise": outputNoise,
      "noise": noise.rawValue, "seed": seed,
    ]).adding(own).adding(noiseShape.settings)
  }
}
