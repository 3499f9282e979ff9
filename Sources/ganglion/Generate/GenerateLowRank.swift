internal import ArgumentParser
internal import Collectives
internal import MPI
internal import Networks
internal import Results
internal import Wording

/// `ganglion generate low-rank`.
struct GenerateLowRank: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "low-rank",
    abstract: "A network of low rank, of any number of neurons: no N x N matrix is formed.",
    discussion: """
      W = M N', whose factors are written instead of W: /truth/M (neuron, latent) and \
      /truth/N (presyn, latent). The latent variables N' r turn in pairs, with periods of 26 to \
      52 frames at alpha 0.1, and are coupled at random; every neuron mixes all of them and has \
      noise of its own. Work and memory grow as neurons times rank. The same seed gives the \
      same file on any number of ranks.

      Examples:
        ganglion generate low-rank --neurons 100000 --frames 500 -o large.h5
      """)

  @OptionGroup var options: GenerationOptions
  @Option(help: "Rank of W: latent variables, an even number up to that of the neurons.")
  var rank = 100
  @Option(help: "Standard deviation of the random weights between latent variables times √rank.")
  var gain = 0.5
  @Option(help: "External inputs, slow random signals of unit variance.") var inputs = 0
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try require(inputs >= 0, "--inputs is \(inputs), expected 0 or more")
    try require(gain >= 0 && gain.isFinite, "--gain is \(asGiven(gain)), expected 0 or more")
    try require(
      rank >= 2 && rank % 2 == 0 && rank <= options.neurons,
      "--rank is \(rank), expected an even number from 2 to that of the neurons, "
        + "\(options.neurons)")
  }

  var files: FileRoles { options.files(configuration: common.config) }

  func run(on world: borrowing Communicator) throws {
    var design = RotationalNetwork()
    design.neurons = options.neurons
    design.rank = rank
    design.inputs = inputs
    design.gain = gain
    design.alpha = options.alpha
    design.seed = options.seed
    let network = design.network(
      local: Partition(of: options.neurons, among: world.size).range(of: world.rank),
      localLatents: Partition(of: rank, among: world.size).range(of: world.rank))
    let run = GeneratedRun(
      options: options, threads: try common.startThreads(on: world),
      console: Console(rank: world.rank, quiet: common.quiet),
      settings: options.settings("low-rank", ["gain": gain, "rank": rank, "inputs": inputs]),
      start: randomRates(count: options.neurons, seed: options.seed))
    try run.write(
      network,
      inputs: slowSignals(
        count: inputs, frames: options.frames, alpha: options.alpha, seed: options.seed),
      on: world)
  }
}
