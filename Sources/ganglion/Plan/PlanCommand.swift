internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import MPI
internal import Machine
internal import Planning
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

      Examples:
        ganglion plan --neurons 10000 --frames 5000 --nodes 4
        ganglion plan train lorenz --tangents 256
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

  /// Where the figures of a machine come from.
  func origin(of machine: MachineDescription) -> String {
    if let file = self.machine { return "described by \(file)" }
    return "measured here, on \(ProcessInfo.processInfo.hostName) with"
      + " \(counted(machine.ranks, "rank")) of \(counted(machine.threads, "thread"))"
  }

  func job(on world: borrowing Communicator, threads: Int) -> Job {
    Job(nodes: nodes, ranksPerNode: ranksPerNode ?? world.size, threads: threads)
  }
}

/// `ganglion plan train`.
struct PlanTrainCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Plans a training; the flags are those of train.",
    discussion: """
      The machine is measured on the ranks at hand, or read from --machine.

      Examples:
        ganglion plan train lorenz --tangents 256
        ganglion plan train flipflop --nodes 4 --ranks-per-node 8 --machine node.json
      """)

  @OptionGroup var train: TrainCommand
  @OptionGroup(title: "Job") var planned: PlanOptions

  var files: FileRoles { FileRoles() }

  func run(on world: borrowing Communicator) throws {
    let own = try train.common.startThreads(on: world, warningOf: [])
    let threads = train.common.threads.fixed ?? own
    let machine = try planned.description(on: world)
    try world.agreeOnRoot { StandardOutput.write("machine: \(planned.origin(of: machine))\n") }
    try train.run(
      on: world,
      planning: TrainPlanning(
        machine: machine,
        job: planned.job(on: world, threads: threads), memory: planned.memory))
  }
}
