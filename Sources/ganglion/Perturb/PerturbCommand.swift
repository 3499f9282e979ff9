internal import ArgumentParser
internal import Evaluation
internal import HDF5
internal import MPI
internal import Results
internal import Wording

/// `ganglion perturb`: which cells move a read-out.
struct PerturbCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "perturb",
    abstract: "Ranks cells by what a pulse into each does to a read-out.",
    discussion: """
      From a recorded frame the fitted network runs by itself for H frames, without noise, under \
      the recorded inputs: once as it is, and once for each candidate with a pulse into that \
      cell. The difference at frame H in the mean rate of the read-out ranks the candidates; it is \
      exact in this network, however large the pulse is. Beside it stands what the derivative of \
      the run says for a small pulse (the adjoint: all cells in one run backwards).

      What the fit of a simulated network foresees of the true one's responses is printed with \
      the table. A recording of some of a brain's cells is no such simulation: what unseen cells \
      carry is in these weights, too.

      Writes /sensitivity (neuron), /response (ahead, candidate) of the read-out, and \
      /response_of_cells (neuron, candidate) at frame H; all are means over the starts.

      Examples:
        ganglion perturb worm-model.h5 --read-out RIML,RIMR
        ganglion perturb mouse-model.h5 --read-out V1 --current-for 5 -o influence.h5
      """)

  @Argument(help: "A model that `ganglion fit` wrote.") var model: String
  @Option(
    help: ArgumentHelp(
      "The cells whose mean rate is read out: neurons and regions by name, with commas between.",
      valueName: "cells"))
  var readOut: String
  @Option(help: "H, frames from the start to the read-out, at least 1.") var horizon = 10
  @Option(
    help: "What is added to a cell, not 0: to its rate, or in the units of W r to its current.")
  var amount = 0.5
  @Option(
    help: ArgumentHelp(
      """
      Add it to the current of a cell, as simulate --drive does, in as many frames from the start \
      on, 1 to H; default: to the rate of the start, once.
      """, valueName: "frames"))
  var currentFor: Int?
  @Option(
    help: ArgumentHelp(
      "The cells that are driven, one at a time: neurons and regions, or all.", valueName: "cells"))
  var candidates = "all"
  @Option(
    help: "The recording to start from; may be repeated as in `fit`; default: the fitted one.")
  var recording: [String] = []
  @Option(
    help: """
      The recorded frame to start from, counted from 0; default: the last one that H frames of \
      its trial follow.
      """)
  var startFrame: Int?
  @Option(help: "Frames to start from, spread over the recording, at least 1; default: 1.")
  var starts: Int?
  @Option(help: "Candidates that the table shows, at least 1.") var top = 10
  @Option(name: .shortAndLong, help: "Write all responses to this file too (HDF5).")
  var output: String?
  @OptionGroup(title: "What to read of the recording, if not as in the fit")
  var source: SourceOptions
  @OptionGroup var match: MatchOptions
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try requireFinite(["--amount": amount])
    try require(amount != 0, "--amount is 0, expected another number: nothing would be done")
    for (flag, value) in [("--horizon", horizon), ("--top", top)] {
      try require(value >= 1, "\(flag) is \(value), expected at least 1")
    }
    if let currentFor {
      try require(
        currentFor >= 1 && currentFor <= horizon,
        "--current-for is \(currentFor), expected 1 to --horizon, which is \(horizon)")
    }
    if let starts { try require(starts >= 1, "--starts is \(starts), expected at least 1") }
    if let startFrame {
      try require(startFrame >= 0, "--start-frame is \(startFrame), expected 0 or more")
      try require(
        starts == nil, "--start-frame and --starts both say where to start: choose one")
    }
    try source.validate()
    try Distinct.require(files: recording)
  }

  var pulse: Pulse {
    Pulse(amount, site: currentFor.map { .current(frames: $0) } ?? .rate)
  }

  var files: FileRoles {
    var files = FileRoles(
      reading: [("the model", [model]), ("--recording", recording)], source, common)
    files.write(output, as: "-o", .result(of: "perturb"))
    return files
  }

  func run(on world: borrowing Communicator) throws {
    try PerturbRun(command: self, model: ModelFile.open(model, on: world)).run(on: world)
  }
}
