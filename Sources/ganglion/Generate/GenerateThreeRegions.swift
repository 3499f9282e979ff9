internal import ArgumentParser
internal import Collectives
internal import MPI
internal import Networks
internal import Results
internal import Wording

/// `ganglion generate three-regions`.
struct GenerateThreeRegions: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "three-regions", abstract: "Three regions with few connections between them.",
    discussion: """
      Regions A, B and C of a third of the neurons each, random within (gain 1.8, 1.5, 1.5); 5 % of \
      each region's neurons have a connection of 0.02 from each other region. After a sixth of the \
      frames a sequence drives half of B, and bumps at two places, one after the other, half of C \
      (Perich et al., 2020). /region has the region of each neuron.

      Examples:
        ganglion generate three-regions --dt 0.01 --frames 1200 -o regions.h5
      """)

  @OptionGroup var options: GenerationOptions
  @OptionGroup(title: "Run") var common: CommonOptions

  mutating func validate() throws {
    options.givenNeurons = options.givenNeurons ?? 3 * ThreeRegionNetwork().neurons
    try require(
      options.neurons % 3 == 0, "--neurons is \(options.neurons), expected a multiple of 3")
  }

  var files: FileRoles { options.files(configuration: common.config) }

  func run(on world: borrowing Communicator) throws {
    let threads = try common.startThreads(on: world)
    var task = ThreeRegionNetwork()
    task.neurons = options.neurons / 3
    task.alpha = options.alpha
    task.seed = options.seed
    let local = Partition(of: options.neurons, among: world.size).range(of: world.rank)
    let run = GeneratedRun(
      options: options, threads: threads,
      console: Console(rank: world.rank, quiet: common.quiet),
      settings: options.settings("three-regions", [:]), start: task.start)
    try run.write(
      task.network(local: local), inputs: task.signals(frames: options.frames), on: world
    ) { try $0.writeRegions(task.regions) }
  }
}
