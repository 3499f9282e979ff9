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

/// `ganglion plan fit`, and `ganglion plan` alone.
struct PlanFitCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit", abstract: "Plans a fit, and writes a job file for it.",
    discussion: """
      The sizes are those of a --recording, or given. With --sbatch the plan becomes a job file \
      for Slurm, which asks for what was predicted and a margin, both named in it; it fits the \
      recording by Jobs/fit-recording.sbatch, as often requeued as its time limit needs.

      Examples:
        ganglion plan --neurons 10000 --frames 5000 --nodes 4
        ganglion plan fit --recording mouse.nwb --nodes 2 --ranks-per-node 4 \\
          --threads 8 --machine node.json --memory 128 --sbatch mouse.sbatch
      """)

  @Option(help: "Neurons, at least 1; default: those of the --recording.") var neurons: Int?
  @Option(help: "Frames, at least 20; default: those of the --recording.") var frames: Int?
  @Option(help: "External inputs, at least 0; default: those of the --recording, or 0.")
  var inputs: Int?
  @Option(help: "The recording to fit; it is not opened where --neurons and --frames are given.")
  var recording: String?
  @Option(help: "Write a job file for Slurm that fits the --recording; never replaces a file.")
  var sbatch: String?
  @Option(help: "Last share of the frames in [0, 1), kept from the fit.") var holdout = 0.2
  @Option(help: "Free runs on the held-out frames, at least 0; as fit has it.")
  var rolloutStarts = 20
  @Option(help: "Ridge per frame, > 0; default: 1e-3.") var lambda = Configuration().lambda
  @OptionGroup(title: "Job") var planned: PlanOptions
  @OptionGroup(title: "Solution") var solution: SolutionOptions
  @OptionGroup(title: "Run") var common: CommonOptions

  func validate() throws {
    for (flag, size, least) in [("neurons", neurons, 1), ("frames", frames, 20)] {
      try require(
        size != nil || recording != nil,
        "--\(flag) is missing, expected: \(flag.capitalized), at least \(least), or a --recording"
          + " that has them")
      if let size { try require(size >= least, "--\(flag) is \(size), expected at least \(least)") }
    }
    if let inputs { try require(inputs >= 0, "--inputs is \(inputs), expected at least 0") }
    try require(
      sbatch == nil || recording != nil, "--sbatch needs the --recording that the job is to fit")
    try require(holdout >= 0 && holdout < 1, "--holdout is \(asGiven(holdout)), expected in [0, 1)")
    try require(
      rolloutStarts >= 0, "--rollout-starts is \(rolloutStarts), expected 0 or more")
    try require(
      lambda > 0 && lambda.isFinite, "--lambda is \(lambda), expected a number > 0, such as 1e-3")
    try solution.validate()
  }

  var files: FileRoles {
    var files = FileRoles()
    files.read(recording, as: "--recording")
    files.read(planned.machine, as: "--machine")
    files.read(common.config, as: "--config")
    files.write(sbatch, as: "--sbatch", .jobFile)
    return files
  }

  func run(on world: borrowing Communicator) throws {
    let shape = try shape(on: world)
    // The job's threads are those of another machine, maybe.
    let own = try common.startThreads(on: world, warningOf: [])
    let threads = common.threads.fixed ?? own
    let machine = try planned.description(on: world)
    let job = planned.job(on: world, threads: threads)
    try world.agreeOnRoot {
      let fit = try fit(of: shape)
      let prediction = fit.prediction(of: job, on: machine)
      let advice = JobAdvice(fit, like: job, on: machine, memory: planned.memory)
      StandardOutput.write("\(prediction.text)\n\(advice.text)\n")
      if let sbatch {
        try writeJobFile(of: prediction, to: sbatch)
        return
      }
      StandardOutput.write(
        """
        next: mpirun -n \(job.ranks) ganglion fit RECORDING -o MODEL --threads \(threads)  \
        # or sbatch Jobs/fit-recording.sbatch RECORDING MODEL

        """)
    }
  }

  /// The sizes that are planned: given, else those of the recording.
  ///
  /// - Throws: what opening the recording throws, where something about it must be asked.
  /// - Collective: every rank of `world` must call it.
  private func shape(on world: borrowing Communicator) throws -> FitShape {
    let bias = Configuration().bias
    if let neurons, let frames {
      return FitShape(
        neurons: neurons, inputs: inputs ?? 0, frames: frames, holdout: holdout, bias: bias)
    }
    let opened: Recording
    do {
      opened = try Recording.open([RecordingRequest(path: recording ?? "")], on: world)
    } catch let error as any ExitCoded {
      throw CommandLineError(
        exitCode: error.exitCode,
        description: "\(error) A plan needs only --neurons and --frames; what fit is to be told,"
          + " tell the job: sbatch FILE [flags of fit]")
    }
    return FitShape(
      neurons: neurons ?? opened.neurons, inputs: inputs ?? opened.inputNames.count,
      frames: frames ?? opened.frames, holdout: holdout, bias: bias)
  }

  /// Writes the job file, and says what it asks for.
  ///
  /// - Throws: `CommandLineError` (64) where the plan needs more memory than a node has.
  private func writeJobFile(of prediction: FitPrediction, to path: String) throws {
    let name = recording ?? ""
    let isHere = FileManager.default.fileExists(atPath: name)
    let file = FitJobFile(
      recording: isHere ? URL(fileURLWithPath: name).path : name, plan: prediction,
      flags: try CommandPath(of: Main.arguments).flags(
        for: FitCommand.self, except: ["threads", "config", "inputs"]),
      jobs: try Companion.folder(
        of: "Jobs/fit-recording.sbatch", otherwise: "start the installed program"))
    guard Double(file.memory) <= planned.memory else {
      throw CommandLineError.usage(
        "the job needs \(file.memory) GB a node with its margin, and --memory is"
          + " \(asGiven(planned.memory)): take more --nodes, or fewer --ranks-per-node with more"
          + " --threads")
    }
    try writeWhole(file.text, to: path)
    StandardOutput.write(
      "wrote \(path): \(file.summary)\nnext: sbatch \(quoted(path))\n")
  }

  /// The fit that is planned.
  private func fit(of shape: FitShape) throws -> PlannedFit {
    var configuration = Configuration()
    configuration.form = solution.form
    configuration.iterations = solution.iterations
    configuration.tolerance = solution.tolerance
    configuration.lambda = lambda
    let arithmetic = try Arithmetic(
      solution.precision, configuration: configuration, samples: shape.transitions,
      regressors: shape.regressors)
    configuration.usesFeatures = arithmetic.usesFeatures
    return PlannedFit(
      shape,
      FitChoices(
        configuration: configuration, bytesPerScalar: arithmetic.isSingle ? 4 : 8,
        isFactored: solution.weights == .factored, rolloutStarts: rolloutStarts,
        usesCurvature: true))
  }
}
