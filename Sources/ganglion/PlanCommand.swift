internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import Foundation
internal import MPI
internal import Machine

/// `ganglion plan`: what a fit will take, without running it.
struct PlanCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Predicts memory, work and time of a fit on a machine, without running it.",
    discussion: """
      The machine is measured on the ranks at hand, or read from a description: the output of \
      `ganglion doctor --json`, or its part `machine`, written by hand. `ganglion train \
      --dry-run` plans a training.
      """)

  @Option(help: "Neurons, at least 1.") var neurons: Int
  @Option(help: "Frames, at least 20.") var frames: Int
  @Option(help: "External inputs, at least 0.") var inputs = 0
  @Option(help: "Last share of the frames in [0, 1), kept from the fit.") var holdout = 0.2
  @Option(help: "Nodes, at least 1.") var nodes = 1
  @Option(help: "Ranks a node, at least 1; default: the ranks at hand on one node.")
  var ranksPerNode: Int?
  @Option(help: "GB of memory a node has, > 0.") var memory = 256.0
  @Option(help: "The machine description (JSON); default: measured.") var machine: String?
  @OptionGroup(title: "Solution") var solution: SolutionOptions
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try require(neurons >= 1, "--neurons is \(neurons), expected at least 1")
    try require(frames >= 20, "--frames is \(frames), expected at least 20")
    try require(inputs >= 0, "--inputs is \(inputs), expected at least 0")
    try require(nodes >= 1, "--nodes is \(nodes), expected at least 1")
    try require(holdout >= 0 && holdout < 1, "--holdout is \(holdout), expected in [0, 1)")
    try require(memory > 0, "--memory is \(memory), expected GB > 0")
    if let ranksPerNode {
      try require(ranksPerNode >= 1, "--ranks-per-node is \(ranksPerNode), expected at least 1")
    }
    try solution.validate()
  }

  func run(on world: borrowing Communicator) throws {
    let threads = try common.startThreads(on: world)
    let machine = try description(on: world)
    let job = FitPrediction.Job(
      nodes: nodes, ranksPerNode: ranksPerNode ?? world.size, threads: threads)
    guard world.rank == 0 else { return }
    let prediction = predict(job, on: machine)
    print(prediction.text)
    print(advice(job, on: machine))
  }

  /// The described or the measured machine.
  private func description(on world: borrowing Communicator) throws -> MachineDescription {
    guard let path = machine else {
      return try MachineDescription(
        measuring: world, hostOfRank: [Int](repeating: 0, count: world.size), directory: ".",
        seconds: 0.2)
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput, description: "\(path): no such machine description")
    }
    struct Report: Decodable { let machine: MachineDescription }
    let decoder = JSONDecoder()
    do {
      if let report = try? decoder.decode(Report.self, from: data) { return report.machine }
      return try decoder.decode(MachineDescription.self, from: data)
    } catch {
      throw CommandLineError(
        exitCode: ExitCode.badData,
        description: "\(path) is no machine description (ganglion doctor --json): \(error)")
    }
  }

  private func predict(
    _ job: FitPrediction.Job, on machine: MachineDescription
  ) -> FitPrediction {
    var configuration = Configuration()
    configuration.form = solution.form
    configuration.iterations = solution.iterations
    let isDouble = solution.precision == .double
    let plan = FitPlan(
      neurons: neurons, inputs: inputs, frames: frames, holdout: holdout,
      configuration: configuration, bytesPerScalar: isDouble ? 8 : 4, ranks: job.ranks,
      threads: job.threads)
    return FitPrediction(plan, job, on: machine, isDouble: isDouble)
  }

  /// The smallest job that fits the memory, and the largest that is worth its nodes.
  private func advice(_ job: FitPrediction.Job, on machine: MachineDescription) -> String {
    func at(_ nodes: Int) -> FitPrediction {
      var other = job
      other.nodes = nodes
      return predict(other, on: machine)
    }
    var smallest = 1
    while at(smallest).nodeBytes > memory * 1e9, smallest < neurons { smallest *= 2 }
    let first = at(smallest)
    guard first.nodeBytes <= memory * 1e9 else {
      return "fits no number of nodes of \(memory) GB: use --precision float, or fewer frames"
    }
    var largest = smallest
    while largest * 2 * job.ranksPerNode <= neurons {
      let next = at(largest * 2)
      let efficiency =
        first.total * Double(smallest) / (next.total * Double(largest * 2))
      guard efficiency >= 0.7 else { break }
      largest *= 2
    }
    return String(
      format: """
        smallest job that fits %.0f GB a node: %d nodes, %.0f s (predicted)
        parallel efficiency stays above 70 %% up to %d nodes, %.0f s (predicted)
        """, memory, smallest, first.total, largest, at(largest).total)
  }
}
