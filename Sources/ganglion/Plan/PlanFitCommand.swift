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
      What is planned is the fit that the same flags ask of `ganglion fit`: without --alpha and \
      --lambda it chooses both, and that is planned too. The sizes are those of a --recording, \
      or given; where --neurons and --frames are, --inputs may be the number of external \
      inputs. With --sbatch the plan becomes a job file for Slurm, which has these flags and \
      asks for what was predicted and a margin, both named in it; it fits the recording by \
      Jobs/fit-recording.sbatch, as often requeued as its time limit needs.

      Examples:
        ganglion plan --neurons 10000 --frames 5000 --nodes 4
        ganglion plan fit --recording mouse.nwb --nodes 2 --ranks-per-node 4 \\
          --threads 8 --machine node.json --memory 128 --sbatch mouse.sbatch
      """)

  @Option(help: "Neurons, at least 1; default: those of the --recording.") var neurons: Int?
  @Option(help: "Frames, at least 20; default: those of the --recording.") var frames: Int?
  @Option(
    help: """
      The recording to fit; where --neurons and --frames are given it need not be on this machine.
      """)
  var recording: String?
  @Option(help: "Write a job file for Slurm that fits the --recording; never replaces a file.")
  var sbatch: String?
  @Option(help: "Free runs on the held-out frames, at least 0; as fit has it.")
  var rolloutStarts = 20
  @OptionGroup(title: "Job") var planned: PlanOptions
  @OptionGroup(title: "What to read") var source: SourceOptions
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
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
    if let inputs = inputCount {
      try require(inputs >= 0, "--inputs is \(inputs), expected at least 0")
    }
    try require(
      sbatch == nil || recording != nil, "--sbatch needs the --recording that the job is to fit")
    try require(
      rolloutStarts >= 0, "--rollout-starts is \(rolloutStarts), expected 0 or more")
    try source.validate()
    try preprocessing.validate()
    try model.validate()
    try selection.validate()
    try solution.validate()
  }

  /// Whether the sizes of what is read are given.
  var hasSizes: Bool { neurons != nil && frames != nil }

  /// External inputs, where --inputs is their number.
  var inputCount: Int? {
    hasSizes && source.inputs.count == 1 ? Int(source.inputs[0]) : nil
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
    let flags = try fitFlags()
    let opened = try open(on: world)
    // The job's threads are those of another machine, maybe.
    let own = try common.startThreads(on: world, warningOf: [])
    let threads = common.threads.fixed ?? own
    let machine = try planned.description(on: world)
    let job = planned.job(on: world, threads: threads)
    try world.agreeOnRoot {
      let command = try fitCommand(flags)
      let shape = command.shape(
        neurons: neurons ?? opened?.neurons ?? 0,
        inputs: inputCount ?? opened?.inputNames.count ?? source.inputs.count,
        frames: frames ?? opened?.frames ?? 0)
      let candidates = try command.candidates(
        alpha: opened?.alpha, dt: opened?.dt ?? source.dt ?? source.rate.map { 1 / $0 })
      let fit = try plannedFit(of: shape, by: command, candidates)
      let prediction = fit.prediction(of: job, on: machine)
      let advice = JobAdvice(fit, like: job, on: machine, memory: planned.memory)
      let origin = planned.origin(of: machine)
      let text = [
        prediction.text, candidates.horizonCost(of: fit, in: job)?.text, "machine: \(origin)",
        advice.text,
      ]
      StandardOutput.write(text.compactMap { $0 }.joined(separator: "\n") + "\n")
      if let sbatch {
        try writeJobFile(
          of: prediction, choosing: candidates.chosen, flags, machine: origin, to: sbatch)
        return
      }
      let words = ["fit", recording ?? "RECORDING", "-o", "MODEL"] + flags
      StandardOutput.write(
        """
        next: mpirun -n \(job.ranks) ganglion \(words.map { quoted($0) }.joined(separator: " ")) \
        --threads \(threads)  # or sbatch Jobs/fit-recording.sbatch RECORDING MODEL

        """)
    }
  }

  /// The flags of this command line that are the fit's: what they say is planned, and stands in
  /// the job.
  private func fitFlags() throws -> [String] {
    try CommandPath(of: Main.arguments).flags(
      for: FitCommand.self,
      except: Set(["threads", "config", "quiet", "strict"] + (inputCount == nil ? [] : ["inputs"])))
  }

  /// The fit that the job will run, as it will read its own command line.
  ///
  /// - Throws: `CommandLineError` (64) where it would refuse the flags.
  private func fitCommand(_ flags: [String]) throws -> FitCommand {
    do {
      return try FitCommand.parse([recording ?? "RECORDING", "-o", "MODEL"] + flags)
    } catch {
      throw CommandLineError.usage(FitCommand.message(for: error))
    }
  }

  /// The recording, where something of it must be known, or where it is at hand and a job is to
  /// read it: what the fit would ask is better asked now than after the queue.
  ///
  /// - Returns: nil where it is not opened; the same on every rank.
  /// - Throws: what opening throws.
  /// - Collective: every rank of `world` must call it.
  private func open(on world: borrowing Communicator) throws -> Recording? {
    guard let recording else { return nil }
    let isHere = try world.broadcast(FileManager.default.fileExists(atPath: recording) ? 1 : 0)
    guard !hasSizes || isHere == 1 else { return nil }
    do {
      return try Recording.open(source.request(for: recording), on: world)
    } catch let error as any ExitCoded where error.exitCode == ExitCode.missingInput {
      throw CommandLineError(
        exitCode: error.exitCode,
        description: "\(error). Where it is on another machine, give --neurons and --frames")
    }
  }

  /// Writes the job file, and says what it asks for.
  ///
  /// - Throws: `CommandLineError` (64) where the plan needs more memory than a node has.
  private func writeJobFile(
    of prediction: FitPrediction, choosing chosen: [String], _ flags: [String], machine: String,
    to path: String
  ) throws {
    let name = recording ?? ""
    let isHere = FileManager.default.fileExists(atPath: name)
    let file = FitJobFile(
      recording: isHere ? URL(fileURLWithPath: name).path : name, plan: prediction,
      chosen: chosen, machine: machine, flags: flags,
      jobs: try Companion.folder(
        of: "Jobs/fit-recording.sbatch", otherwise: "start the installed program"))
    guard Double(file.memory) <= planned.memory else {
      throw CommandLineError.usage(
        "the job needs \(file.memory) GB a node with its margin, and --memory is"
          + " \(asGiven(planned.memory)): take more --nodes, or fewer --ranks-per-node with more"
          + " --threads")
    }
    try writeWhole(file.text, to: path)
    if planned.machine == nil {
      StandardError.warn(
        "the job's time is that of this machine (\(machine)): for other nodes give --machine, what"
          + " ganglion doctor --json prints on one")
    }
    StandardOutput.write(
      "wrote \(path): \(file.summary)\nnext: sbatch \(quoted(path))\n")
  }

  /// What is planned of a fit of this size.
  private func plannedFit(
    of shape: FitShape, by command: FitCommand, _ candidates: ModelCandidates
  ) throws -> PlannedFit {
    let arithmetic = try command.arithmetic(for: shape)
    return command.planned(
      shape, command.configuration(in: arithmetic, lambda: command.model.lambda.given), candidates,
      bytesPerScalar: arithmetic.isSingle ? 4 : 8)
  }
}
