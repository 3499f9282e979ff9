internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Results
internal import Wording

/// `ganglion run`: inspect, fit, evaluate and report in one go.
struct RunCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Inspects, fits, evaluates and reports a recording in one go.",
    discussion: """
      The four commands one after another; each is printed as it would be typed, to go on from by \
      hand. The results lie in one folder: NAME-model.h5, NAME-scores.h5 and NAME-report.html. \
      The flags are those of `fit`, which has more: checkpoints, logs and other methods. Where \
      the recording leaves something open, the message says what to give.

      Examples:
        ganglion run mouse.nwb
        ganglion run traces.csv --rate 30 -o results
        mpirun -n 4 ganglion run session.h5 --traces /dff --time-axis 1
      """)

  @Argument(
    help: """
      The recording: HDF5, NWB, NPY, CSV, ...; see `ganglion inspect`. Several are fitted \
      together if they are of the same neurons.
      """)
  var recordings: [String]
  @Option(
    name: .shortAndLong,
    help: "The folder of the results, made if it is not there; default: NAME-run beside NAME.")
  var output: String?

  @OptionGroup(title: "What to read") var source: SourceOptions
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Constraints") var constraints: ConstraintOptions
  @OptionGroup(title: "Solution") var solution: SolutionOptions
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try require(output != "", "-o is empty: give a folder")
    try require(
      solution.weights == .full,
      "--weights factored leaves W as a product, which evaluate does not read: leave it out, or"
        + " use fit by itself")
  }

  /// What is written is known, and checked, once the recording was opened.
  var files: FileRoles { FileRoles() }

  func run(on world: borrowing Communicator) throws {
    let steps = try RunSteps(of: self, typed: CommandPath(of: Main.arguments))
    let console = Console(rank: world.rank, quiet: common.quiet)
    if !common.quiet {
      for inspection in steps.inspections {
        console.show(inspection)
        try inspection.command.show(leadsOn: false, on: world)
      }
    }
    // A recording that leaves something open is refused before a folder is made.
    let opened = try steps.fit.command.open(on: world)
    try world.agreeOnRoot { try Self.make(folder: steps.folder) }
    try steps.files.require(on: world)
    console.show(steps.fit)
    try steps.fit.command.run(opened, leadsOn: false, on: world)
    console.show(steps.evaluation)
    let evaluation = steps.evaluation.command
    try ModelFile.open(evaluation.model, on: world)
      .perform(MiddleEvaluation(command: evaluation), on: world)
    console.show(steps.report)
    try steps.report.command.run(on: world)
  }

  private static func make(folder: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandLineError(
        exitCode: ExitCode.cannotCreate,
        description: "cannot create the folder \(folder): \(reason(of: error)); give another -o")
    }
  }
}

/// An evaluation after which this program goes on by itself.
private struct MiddleEvaluation: ModelWork {
  let command: EvaluateCommand

  func run<S: Scalar & Transferable & Storable>(
    _ model: ModelFile, in precision: S.Type, on world: borrowing Communicator
  ) throws {
    try EvaluateRun<S>(command: command, model: model, leadsOn: false).run(on: world)
  }
}

extension Console {
  /// Prints a step as it would be typed.
  fileprivate func show(_ step: TypedCommand<some ParsableCommand>) {
    say("\n$ " + step.words.map { quoted($0) }.joined(separator: " "))
  }
}
