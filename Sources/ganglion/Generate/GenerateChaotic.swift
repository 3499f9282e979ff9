internal import ArgumentParser
internal import Collectives
internal import MPI
internal import Networks
internal import Results
internal import Wording

/// `ganglion generate chaotic`.
struct GenerateChaotic: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "chaotic", abstract: "A chaotic random rate network.",
    discussion: """
      W ~ Normal(0, gain²/N) without self-connections, W_in ~ Normal(0, 1), r[0] uniform in \
      (-1, 1). The same seed gives the same file on any number of ranks.

      Examples:
        ganglion generate chaotic --neurons 500 --frames 6250 -o chaotic.h5
        ganglion generate chaotic --gain 1.5 --inputs 2 -o driven.h5
      """)

  @OptionGroup var options: GenerationOptions
  @Option(help: "Standard deviation of the weights times √N.") var gain = 3.0
  @Option(help: "External inputs, slow random signals of unit variance.") var inputs = 0
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try require(inputs >= 0, "--inputs is \(inputs), expected 0 or more")
    try require(gain >= 0 && gain.isFinite, "--gain is \(asGiven(gain)), expected 0 or more")
  }

  var files: FileRoles { options.files(configuration: common.config) }

  func run(on world: borrowing Communicator) throws {
    var chaos = ChaoticNetwork()
    chaos.neurons = options.neurons
    chaos.inputs = inputs
    chaos.gain = gain
    chaos.alpha = options.alpha
    chaos.seed = options.seed
    let local = Partition(of: options.neurons, among: world.size).range(of: world.rank)
    let run = GeneratedRun(
      options: options, threads: try common.startThreads(on: world),
      console: Console(rank: world.rank, quiet: common.quiet),
      settings: options.settings("chaotic", ["gain": gain, "inputs": inputs]),
      start: chaos.start)
    try run.write(
      chaos.network(local: local), inputs: chaos.inputSignals(frames: options.frames), on: world)
  }
}
