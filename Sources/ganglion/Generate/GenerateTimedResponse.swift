internal import ArgumentParser
internal import Collectives
internal import MPI
internal import Networks
internal import Results
internal import Wording

/// `ganglion generate timed-response`.
struct GenerateTimedResponse: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "timed-response",
    abstract: "A network that responds a set time after a cue.",
    discussion: """
      Trials: a reset puts the network into its waiting state, a cue of one of several levels \
      comes on and stays, and the readout W_out r turns positive after that level's interval. \
      The levels are found by bisection on the network without noise. /truth/outputs is -1 \
      until the response is due, then 1; /trial_start are the trials' first frames.

      Examples:
        ganglion generate timed-response --neurons 200 -o timed.h5
      """)

  @OptionGroup var options: GenerationOptions
  @Option(help: "Standard deviation of the random weights times √N.") var gain = 0.5
  @Option(
    help: "Seconds from cue to response, one or more times; default: 4 and 8 time constants.")
  var interval: [Double] = []
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try require(gain >= 0 && gain.isFinite, "--gain is \(asGiven(gain)), expected 0 or more")
    for seconds in interval {
      try requireFinite(["--interval": seconds])
      try require(seconds > 0, "--interval is \(asGiven(seconds)), expected seconds > 0")
    }
  }

  var files: FileRoles { options.files(configuration: common.config) }

  func run(on world: borrowing Communicator) throws {
    let threads = try common.startThreads(on: world)
    var base = AttractorNetwork()
    base.neurons = options.neurons
    base.gain = gain
    base.attraction = 1.5
    base.alpha = options.alpha
    base.seed = options.seed
    let seconds = interval.isEmpty ? [4 * options.tau, 8 * options.tau] : interval
    let task = TimedResponseNetwork(
      base: base, intervals: seconds.map { options.frames(seconds: $0) })
    let local = Partition(of: options.neurons, among: world.size).range(of: world.rank)
    let network = task.network(local: local)
    let levels = try task.cueLevels(of: network, threads: threads, group: world)
    let signals = task.signals(frames: options.frames, cueLevels: levels)
    var run = GeneratedRun(
      options: options, threads: threads,
      console: Console(rank: world.rank, quiet: common.quiet),
      settings: options.settings("timed-response", ["gain": gain, "interval": seconds]),
      start: task.start)
    run.trialStarts = task.trialStarts(frames: options.frames)
    try run.write(
      network, inputs: signals.inputs, on: world
    ) { try $0.writeTask(targets: signals.targets, readout: signals.readout) }
  }
}
