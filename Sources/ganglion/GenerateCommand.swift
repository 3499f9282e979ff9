internal import ArgumentParser
internal import Collectives
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Recordings

/// `ganglion generate`: synthetic recordings whose network is known.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Writes synthetic recordings with known truth.",
    subcommands: [GenerateChaotic.self])
}

/// `ganglion generate chaotic`.
struct GenerateChaotic: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "chaotic", abstract: "A chaotic random rate network.",
    discussion: """
      W ~ Normal(0, gain²/N) without self-connections, r[0] uniform in (-1, 1), and
      r[t+1] = (1 - alpha) r[t] + alpha tanh(W r[t] + W_in u[t] + e_in) + alpha e_out.
      Writes /rates (time, neuron), /inputs (time, input), /truth/W (neuron, presyn) and
      /truth/W_in. The same seed gives the same file on any number of ranks.
      """)

  @Option(help: "Neurons, at least 1.") var neurons = 100
  @Option(help: "Frames, at least 2.") var frames = 1000
  @Option(help: "Standard deviation of the weights times √N.") var gain = 3.0
  @Option(help: "Leak dt/tau, in (0, 1].") var alpha = 0.1
  @Option(help: "Seconds a frame.") var dt = 0.1
  @Option(help: "Standard deviation of the noise in the input currents.")
  var inputNoise = 1e-2
  @Option(help: "Standard deviation (poisson: probability a frame) of the noise in the rates.")
  var outputNoise = 1e-3
  @Option(help: "Kind of the noise in the rates: gaussian, laplace or poisson (unit impulses).")
  var noise = SimulationNoise.Kind.gaussian
  @Option(help: "External inputs, slow random signals of unit variance.") var inputs = 0
  @Option(help: "Seed of every random number.") var seed: UInt64 = 1
  @Option(name: .shortAndLong, help: "The recording to write (HDF5).") var output: String
  @OptionGroup var common: CommonOptions

  func validate() throws {
    try require(neurons >= 1, "--neurons is \(neurons), expected at least 1")
    try require(frames >= 2, "--frames is \(frames), expected at least 2")
    try require(inputs >= 0, "--inputs is \(inputs), expected 0 or more")
    try require(alpha > 0 && alpha <= 1, "--alpha is \(alpha), expected a number in (0, 1]")
    try require(dt > 0, "--dt is \(dt), expected seconds > 0")
    try require(gain >= 0 && gain.isFinite, "--gain is \(gain), expected 0 or more")
    try require(
      inputNoise >= 0 && outputNoise >= 0,
      "noise levels are \(inputNoise) and \(outputNoise), expected 0 or more")
  }

  func run(on world: borrowing Communicator) throws {
    let threads = try common.startThreads(on: world)
    let console = Console(rank: world.rank, quiet: common.quiet)
    var chaos = ChaoticNetwork()
    chaos.neurons = neurons
    chaos.inputs = inputs
    chaos.gain = gain
    chaos.alpha = alpha
    chaos.inputNoise = inputNoise
    chaos.outputNoise = outputNoise
    chaos.noise = noise
    chaos.seed = seed

    var shape = RecordingShape(
      neurons: neurons, frames: frames, dt: dt, tau: dt / alpha, alpha: alpha)
    shape.inputs = inputs
    var file = try RecordingFile.create(
      output, shape: shape, on: world,
      provenance: Provenance(
        ranks: world.size, threads: threads, seed: Int(clamping: seed),
        configuration: settings.json))

    let local = Partition(of: neurons, among: world.size).range(of: world.rank)
    let network = chaos.network(local: local)
    try file.writeWeights(network.weights, neuron: local.lowerBound)
    let signals = chaos.inputSignals(frames: frames)
    if inputs > 0 {
      try file.writeInputs(
        signals.view.transposed.copy(), weights: network.inputWeights, neuron: local.lowerBound)
    }
    try network.record(
      from: chaos.start, steps: frames - 1, inputs: signals, noise: chaos.noiseSource,
      threads: threads, into: file, on: world
    ) { console.progress("generate", done: $0, of: frames) }
    try file.finish(on: world)
    console.say("wrote \(output): \(frames) frames of \(neurons) neurons, seed \(seed)")
  }

  private var settings: Settings {
    Settings([
      "command": "generate chaotic", "neurons": neurons, "frames": frames, "gain": gain,
      "alpha": alpha, "dt": dt, "input-noise": inputNoise, "output-noise": outputNoise,
      "noise": noise.rawValue, "inputs": inputs, "seed": seed,
    ])
  }
}

extension SimulationNoise.Kind: ExpressibleByArgument {}

/// Throws a usage error unless a flag's value makes sense.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
  if !condition { throw ValidationError(message()) }
}
