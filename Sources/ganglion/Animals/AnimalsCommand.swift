internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import MPI
internal import Results
internal import Wording

/// `ganglion animals`: one fit a recording, and one table of all.
struct AnimalsCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "animals",
    abstract: "Fits many recordings, each a network of its own, into one table and page.",
    discussion: """
      Each recording is an animal, or a session, with a fit of its own: FOLDER/NAME-model.h5. \
      (Several recordings of `fit` are of the same neurons, and make one network.) The flags are \
      those of `fit`, the same for all. An animal that is fitted already, with the same \
      flags and data, is not fitted again; one that cannot be fitted leaves the others alone: the \
      table says why, and the command ends with the exit code of the first that failed, once the \
      table is there. A fit that is stopped goes on when the same command is given again.

      FOLDER/animals.h5 and animals.html have scores, alpha, lambda, verdict and warnings of every \
      animal and the sums; where animals have neurons of the same names, how far their weights \
      agree: the correlation over the pairs of neurons that both have.

      In a job array each task fits one animal (--task), and a last job collects (--collect).

      Examples:
        ganglion animals worms/*.nwb -o models
        mpirun -n 4 ganglion animals worms/*.nwb -o models --alpha auto --select both
        ganglion animals worms/*.nwb -o models --task 1 --alpha auto
        ganglion animals worms/*.nwb -o models --collect
        ganglion animals worms/*.nwb -o models --max-time 55
      """)

  @Argument(help: "The recordings, one an animal; see `ganglion inspect`.")
  var recordings: [String]
  @Option(name: .shortAndLong, help: "The folder of the results, made if it is not there.")
  var output: String
  @Option(
    help: """
      Fit this one of the animals only, from 1, and make no table; the exit code is that of \
      its fit. For a job array.
      """)
  var task: Int?
  @Flag(help: "Fit none: make the table of what is there.") var collect = false
  @OptionGroup(title: "What to read") var source: SourceOptions
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Constraints") var constraints: ConstraintOptions
  @OptionGroup(title: "Solution") var solution: SolutionOptions
  @OptionGroup(title: "Method") var method: MethodOptions
  @Option(
    help: """
      Minutes after which the fits stop, > 0, all together: the one that runs at its checkpoint, with \
      exit code 75, and the same command goes on; a rival (--method) keeps none, and ends with \
      the weights it has. Default: none.
      """)
  var maxTime: Double?
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try require(!output.isEmpty, "-o is empty: give a folder")
    try Distinct.require(files: recordings)
    if let task {
      try require(
        task >= 1 && task <= recordings.count,
        "--task is \(task), and there are \(recordings.count) animals, from 1")
      try require(!collect, "--task fits and --collect does not: choose one")
    }
    try require(
      solution.weights == .full,
      "--weights factored leaves W as a product, which the agreement of weights does not read: leave"
        + " it out")
    if let maxTime {
      try require(
        maxTime > 0 && maxTime <= CheckpointOptions.mostMinutes,
        "--max-time is \(asGiven(maxTime)), expected minutes > 0")
    }
    _ = try Animal.all(of: recordings, in: output)
  }

  /// Flags of `fit` that mean something of its own here.
  private static let ownFlags: Set<String> = ["output", "config", "threads", "quiet", "max-time"]

  /// They are known once the folder is there.
  var files: FileRoles { FileRoles() }

  func run(on world: borrowing Communicator) throws {
    // What is wrong with the flags is wrong for all, and told before a folder is made.
    let flags = try CommandPath(of: Main.arguments).flags(
      for: FitCommand.self, except: Self.ownFlags)
    let animals = try Animal.all(of: recordings, in: output)
    _ = try animals.map { try $0.fit(flags, common, method, minutes: maxTime) }
    try AnimalsRun(command: self, animals: animals, flags: flags).run(on: world)
  }
}

extension AnimalsCommand: ConditionalFlags {
  var flagConditions: [FlagCondition] {
    let ofFit = Set(FlagCatalog(of: FitCommand.self).names).subtracting(Self.ownFlags)
    return [
      FlagCondition(ofFit.sorted(), when: !collect, else: "--collect fits none"),
      FlagCondition(["threads", "max-time"], when: !collect, else: "--collect fits none"),
    ]
  }
}
