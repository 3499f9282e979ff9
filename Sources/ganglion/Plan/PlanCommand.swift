internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import Foundation
internal import MPI
internal import Machine
internal import Planning
internal import Recordings
internal import Results
internal import Wording

/// `ganglion plan`: what a job will take, without running it.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Predicts memory, work and time of a job on a machine, without running it.",
    discussion: """
      `ganglion plan --neurons N --frames T ...` plans a fit, `ganglion plan train TASK ...` a \
      training. The machine is measured on the ranks at hand, or read from a description: the \
      output of `ganglion doctor --json`, or its part `machine`, written by hand.
      """,
    subcommands: [PlanFitCommand.self, PlanTrainCommand.self],
    defaultSubcommand: PlanFitCommand.self)
}

/// The job and the machine of a plan.
struct PlanOptions: ParsableArguments {
  @Option(help: "Nodes, at least 1.") var nodes = 1
  @Option(help: "Ranks a node, at least 1; default: the ranks at hand on one node.")
  var ranksPerNode: Int?
  @Option(help: "GB of memory a node has, > 0.") var memory = 256.0
  @Option(help: "The machine description (JSON); default: measured.") var machine: String?

  func validate() throws {
    try require(nodes >= 1, "--nodes is \(nodes), expected at least 1")
    try require(memory > 0, "--memory is \(asGiven(memory)), expected GB > 0")
    if let ranksPerNode {
      try require(ranksPerNode >= 1, "--ranks-per-node is \(ranksPerNode), expected at least 1")
    }
  }

  /// The described or the measured machine.
  ///
  /// - Collective: every rank of `world` must call it.
  func description(on world: borrowing Communicator) throws -> MachineDescription {
    if let machine { return try MachineDescription(file: machine) }
    return try MachineDescription(
      measuring: world, hostOfRank: [Int](repeating: 0, count: world.size), directory: ".",
      effort: .quick)
  }

  func job(on world: borrowing Communicator, threads: Int) -> Job {
    Job(nodes: nodes, ranksPerNode: ranksPerNode ?? world.size, threads: threads)
  }
}

/// `ganglion plan fit`, and `ganglion plan` alone.
struct PlanFitCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit", abstract: "Plans a fit.")

  @Option(help: "Neurons, at least 1.") var neurons: Int
  @Option(help: "Frames, at least 20.") var frames: Int
  @Option(help: "External inputs, at least 0.") var inputs = 0
  @Option(help: "Last share of the frames in [0, 1), kept from the fit.") var holdout = 0.2
  @Option(help: "Free runs on the held-out frames, at least 0; as fit has it.")
  var rolloutStarts = 20
  @Option(help: "Ridge per frame, > 0; default: 1e-3.") var lambda = Configuration().lambda
  @OptionGroup(title: "Job") var planned: PlanOptions
  @OptionGroup(title: "Solution") var solution: SolutionOptions
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try require(neurons >= 1, "--neurons is \(neurons), expected at least 1")
    try require(frames >= 20, "--frames is \(frames), expected at least 20")
    try require(inputs >= 0, "--inputs is \(inputs), expected at least 0")
    try require(holdout >= 0 && holdout < 1, "--holdout is \(asGiven(holdout)), expected in [0, 1)")
    try require(
      rolloutStarts >= 0, "--rollout-starts is \(rolloutStarts), expected 0 or more")
    try require(
      lambda > 0 && lambda.isFinite, "--lambda is \(lambda), expected a number > 0, such as 1e-3")
    try solution.validate()
  }

  var files: FileRoles { FileRoles() }

  func run(on world: borrowing Communicator) throws {
    // The job's threads are those of another machine, maybe.
    let own = try common.startThreads(on: world, warningOf: [])
    let threads = common.threads.fixed ?? own
    let machine = try planned.description(on: world)
    let job = planned.job(on: world, threads: threads)
    guard world.rank == 0 else { return }
    let fit = try fit()
    let advice = JobAdvice(fit, like: job, on: machine, memory: planned.memory)
    StandardOutput.write(
      """
      \(fit.prediction(of: job, on: machine).text)
      \(advice.text)
      next: mpirun -n \(job.ranks) ganglion fit RECORDING -o MODEL --threads \(threads)  \
      # or sbatch Jobs/fit-recording.sbatch RECORDING MODEL

      """)
  }

  /// The fit that is planned.
  private func fit() throws -> PlannedFit {
    var configuration = Configuration()
    configuration.form = solution.form
    configuration.iterations = solution.iterations
    configuration.tolerance = solution.tolerance
    configuration.lambda = lambda
    let shape = FitShape(
      neurons: neurons, inputs: inputs, frames: frames, holdout: holdout,
      bias: configuration.bias)
    let arithmetic = try Arithmetic(
      solution.precision, configuration: configuration, samples: shape.transitions,
      regressors: shape.regressors)
    configuration.usesFeatures = arithmetic.usesFeatures
    return PlannedFit(
      shape,
      FitChoices(
        configuration: configuration, bytesPerScalar: arithmetic.isSingle ? 4 : 8,
        isFactored: solution.weights == .factored, rolloutStarts: rolloutStarts))
  }
}

/// `ganglion plan train`.
struct PlanTrainCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Plans a training; the flags are those of train.")

  @OptionGroup var train: TrainCommand
  @OptionGroup(title: "Job") var planned: PlanOptions

  var files: FileRoles { FileRoles() }

  func run(on world: borrowing Communicator) throws {
    let own = try train.common.startThreads(on: world, warningOf: [])
    let threads = train.common.threads.fixed ?? own
    try train.run(
      on: world,
      planning: TrainPlanning(
        machine: try planned.description(on: world),
        job: planned.job(on: world, threads: threads), memory: planned.memory))
  }
}
