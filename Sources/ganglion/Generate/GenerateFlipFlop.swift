internal import ArgumentParser
internal import Collectives
internal import MPI
internal import Networks
internal import Results
internal import Wording

/// `ganglion generate flipflop`.
struct GenerateFlipFlop: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "flipflop", abstract: "A network that remembers the last pulse of each input.",
    discussion: """
      Each bit has a population whose pattern excites itself, so that it holds one of two \
      states; a pulse on its input, of either sign, sets it. Random connections couple all \
      neurons. The sign of W_out r is the bit; /truth/outputs holds what it should be.

      Examples:
        ganglion generate flipflop --bits 3 -o flipflop.h5
      """)

  @OptionGroup var options: GenerationOptions
  @Option(help: "Bits, each with an input and a population of its own.") var bits = 3
  @Option(help: "Standard deviation of the random weights times √N; bits are lost above 1.2.")
  var gain = 1.0
  @Option(help: "Mean seconds between two pulses of a bit; default: 20 time constants.")
  var interval: Double?
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try require(
      bits >= 1 && bits <= options.neurons,
      "--bits is \(bits), expected 1 to the number of neurons, \(options.neurons)")
    try require(gain >= 0 && gain.isFinite, "--gain is \(asGiven(gain)), expected 0 or more")
    if let interval {
      try requireFinite(["--interval": interval])
      try require(interval > 0, "--interval is \(asGiven(interval)), expected seconds > 0")
    }
  }

  var files: FileRoles { options.files(configuration: common.config) }

  func run(on world: borrowing Communicator) throws {
    var base = AttractorNetwork()
    base.neurons = options.neurons
    base.populations = bits
    base.gain = gain
    base.alpha = options.alpha
    base.seed = options.seed
    let interval = interval ?? 20 * options.tau
    let flipFlop = FlipFlopNetwork(base: base, interval: interval / options.dt)
    let local = Partition(of: options.neurons, among: world.size).range(of: world.rank)
    let signals = flipFlop.signals(frames: options.frames)
    let run = GeneratedRun(
      options: options, threads: try common.startThreads(on: world),
      console: Console(rank: world.rank, quiet: common.quiet),
      settings: options.settings(
        "flipflop", ["gain": gain, "bits": bits, "interval": interval]),
      start: randomRates(count: options.neurons, seed: options.seed))
    try run.write(
      flipFlop.network(local: local), inputs: signals.inputs, on: world
    ) { try $0.writeTask(targets: signals.targets, readout: signals.readout) }
  }
}
