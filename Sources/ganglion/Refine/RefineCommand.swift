internal import ArgumentParser
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import Rivals
internal import Wording

/// `ganglion refine`: a fit's free runs made better.
struct RefineCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "refine", abstract: "Refines a fitted network through time.",
    discussion: """
      A fit sees one frame ahead. From its W, W_in, b and leaks this descends the error of free \
      runs of 1 to H frames over that of persistence, with a pull towards the start: by Adam, \
      back through time, or by Gauss-Newton steps in subspaces, forward in time, whose memory \
      does not grow with H. How many iterations it takes is chosen on held-out blocks of the fitted \
      frames: the network is fitted and refined without each of them, and run on it. Where no \
      number of them helps beyond chance the network is written as it was fitted, and the output \
      says so. What a mask or a sign forbade stays so.

      The result is a model as `ganglion fit` writes it; /refinement has the errors on the blocks.

      Examples:
        ganglion refine mouse-model.h5 -o mouse-refined.h5
        ganglion refine mouse-model.h5 -o mouse-refined.h5 --horizon 50 --keep-leaks
        ganglion refine mouse-model.h5 -o refined.h5 --method gauss-newton
      """)

  @Argument(help: "A model that `ganglion fit` wrote.") var model: String
  @Option(name: .shortAndLong, help: "The model to write (HDF5).") var output: String
  @Option(
    help: "The recording that was fitted, where it has moved; may be repeated as in `fit`.")
  var recording: [String] = []
  @Option(help: "Frames ahead of the free runs, at least 1.") var horizon = 20
  @Option(help: "Most frames that free runs start from, at least 1.") var starts = 160
  @Option(help: "How the error is descended: adam or gauss-newton.")
  var method = RefinementRule.adam
  @Option(
    help: "Iterations that are tried, at least 1; default: 100 of adam, 12 of gauss-newton.")
  var iterations: Int?
  @Option(
    help: """
      The length of a step, > 0: adam, of weights and of the logarithms of leaks, default 3e-4; \
      gauss-newton, the share of the way that is taken, at most 1, default 0.3.
      """)
  var learningRate: Double?
  @Option(
    help: """
      K >= 0 of the pull K/2 (|W - W0|^2 + |ln alpha - ln alpha0|^2) towards the start, beside an \
      error of about 1.
      """)
  var pull = 1e-2
  @Flag(help: "Leave the leaks as they are.") var keepLeaks = false
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    try requireFinite(["--learning-rate": learningRate, "--pull": pull])
    for (flag, value) in [
      ("--horizon", horizon), ("--starts", starts), ("--iterations", refinement.iterations),
    ] {
      try require(value >= 1, "\(flag) is \(value), expected at least 1")
    }
    let rate = refinement.learningRate
    try require(rate > 0, "--learning-rate is \(asGiven(rate)), expected a number > 0")
    try require(
      method != .gaussNewton || rate <= 1,
      "--learning-rate is \(asGiven(rate)), expected the share of a step of gauss-newton, at most 1"
    )
    try require(pull >= 0, "--pull is \(asGiven(pull)), expected a number >= 0")
    try Distinct.require(files: recording)
  }

  var files: FileRoles {
    var files = FileRoles()
    files.read(model, as: "the model")
    files.read(recording, as: "--recording")
    files.read(common.config, as: "--config")
    files.write(output, as: "-o", .result(of: "refine"))
    return files
  }

  /// What the flags ask for.
  var refinement: Refinement {
    var refinement = Refinement()
    refinement.rule = method
    refinement.horizon = horizon
    refinement.starts = starts
    refinement.iterations = iterations ?? method.usualIterations
    refinement.learningRate = learningRate ?? method.usualRate
    refinement.pull = pull
    refinement.keepsLeaks = keepLeaks
    return refinement
  }

  func run(on world: borrowing Communicator) throws {
    try RefineRun(command: self, model: ModelFile.open(model, on: world)).run(on: world)
  }
}

extension RefinementRule: ExpressibleByArgument {}
