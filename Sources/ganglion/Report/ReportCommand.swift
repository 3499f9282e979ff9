internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Reports
internal import Results

/// `ganglion report`: one page about a result.
struct ReportCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Writes one self-contained HTML page about a result.",
    discussion: """
      Of a model: recorded and predicted traces, skill, connectivity, eigenvalues, how it was \
      solved and chosen, and warnings in plain words. Of a run of `train`: its learning curve \
      and scores; of a comparison (`--against`) those of all runs. The page loads nothing and runs no script. On many ranks each reads its \
      own rows of W.

      Examples:
        ganglion report mouse-model.h5 --scores mouse-scores.h5 -o mouse.html
        ganglion report lorenz.h5 -o lorenz.html
      """)

  @Argument(help: "A model of `ganglion fit`, or a run of `ganglion train`.") var result: String
  @Option(name: .shortAndLong, help: "The page to write (HTML).") var output: String
  @Option(help: "Scores that `ganglion evaluate -o` wrote, for free-running errors and the truth.")
  var scores: String?
  @Option(help: "The recording, for the traces; default: the one that was fitted.")
  var recording: String?
  @Option(
    help: """
      Neurons up to which all eigenvalues of W are found, and beyond only outer ones, 0 or \
      more; default: 1500.
      """)
  var eigenLimit: Int?
  @OptionGroup(title: "What to read, if not as in the fit") var source: SourceOptions
  @OptionGroup var match: MatchOptions
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    if let eigenLimit {
      try require(eigenLimit >= 0, "--eigen-limit is \(eigenLimit), expected 0 or more")
    }
    try source.validate()
  }

  var files: FileRoles {
    var files = FileRoles(
      reading: [("the result", [result]), ("--scores", [scores]), ("--recording", [recording])],
      source, common)
    files.write(output, as: "-o", .page)
    return files
  }

  func run(on world: borrowing Communicator) throws {
    var contents: ResultContents?
    var isRun = [0]
    try world.agreeOnRoot {
      let found = try ResultContents(result)
      let isComparison = ComparisonPage(found) != nil
      isRun[0] = isComparison || found.vector("log/loss") != nil ? 1 : 0
      contents = found
    }
    try world.broadcast(&isRun)
    let console = Console(rank: world.rank, quiet: common.quiet)
    if isRun[0] == 1 {
      try refuseFlagsOfModels()
      try world.agreeOnRoot {
        guard let contents else { return }
        let page = ComparisonPage(contents)?.page ?? TrainPage(contents).page
        try writeWhole(page.text, to: output)
      }
    } else {
      let work = ReportWork(command: self, contents: contents)
      try ModelFile.open(result, on: world).perform(work, on: world)
    }
    console.say("wrote \(output)")
    console.next("open", output, "in", "a", "browser")
  }

  /// Neurons up to which all eigenvalues of W are found, where the flag does not say.
  static let usualEigenLimit = 1500

  private func refuseFlagsOfModels() throws {
    let given = [
      ("--scores", scores), ("--recording", recording),
      ("--eigen-limit", eigenLimit.map(String.init)),
      ("--by-position", match.byPosition ? "" : nil),
    ]
    let reason = "\(result) is a run of train, and it belongs to models"
    for (flag, value) in given where value != nil {
      throw CommandLineError.usage("\(flag) does nothing here: \(reason); leave it out")
    }
    try source.refuse(because: reason)
  }
}

/// The page about a model.
private struct ReportWork: ModelWork {
  let command: ReportCommand
  /// On rank 0 only.
  let contents: ResultContents?

  func run<S: Scalar & Transferable & Storable>(
    _ model: ModelFile, in precision: S.Type, on world: borrowing Communicator
  ) throws {
    try ReportRun<S>(command: command, model: model, contents: contents).run(on: world)
  }
}
