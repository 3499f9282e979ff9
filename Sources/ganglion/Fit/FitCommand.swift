internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Planning
internal import Recordings
internal import Wording

/// `ganglion fit`: a network that reproduces a recording (CORNN).
struct FitCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit", abstract: "Fits a recurrent network to a recording (CORNN).",
    discussion: """
      The network is r[t+1] = (1 - alpha) r[t] + alpha tanh(W r[t] + W_in u[t] + b). Each \
      neuron's row of W is a convex problem of its own; the rows are dealt to the ranks. \
      The result holds W (neuron, presyn), W_in, b, held-out scores and diagnostics.
      """)

  @Argument(
    help: """
      The recording: HDF5, NWB, NPY, CSV, ...; see `ganglion inspect`. Several are fitted \
      together if they are of the same neurons: each begins a trial, baseline, trend and \
      scale are common, and --holdout counts from the end of the last one.
      """)
  var recordings: [String]
  @Option(name: .shortAndLong, help: "The result to write (HDF5).") var output: String?

  @OptionGroup(title: "What to read") var source: SourceOptions
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Constraints") var constraints: ConstraintOptions
  @OptionGroup(title: "Solution") var solution: SolutionOptions
  @OptionGroup(title: "Stop and go on") var checkpointing: CheckpointOptions
  @OptionGroup(title: "Run") var common: CommonOptions
  @Option(
    help: """
      Held-out frames that the network and the linear model run freely from, for \
      /score/rollout_*; 0: none.
      """)
  var rolloutStarts = 20
  @Option(help: "Append one JSON object a line to this file.") var log: String?
  @Flag(help: "Print the time of each phase; runs of a minute and more do in any case.")
  var timings = false
  @Flag(help: "Print the plan (form, memory, work) and do nothing.") var dryRun = false

  func validate() throws {
    try require(dryRun || output != nil, "no result named: give -o FILE (or --dry-run)")
    try source.validate()
    try Distinct.require(files: recordings)
    try preprocessing.validate()
    try model.validate()
    try solution.validate()
    try constraints.validate(form: solution.form)
    try require(
      solution.weights == .full || constraints.isEmpty,
      "--weights factored cannot hold constraints on W: the factors do not know them")
    try checkpointing.validate()
    try require(
      checkpointing.maxTime == nil || checkpointing.checkpoint != nil,
      "--max-time stops at a checkpoint: give --checkpoint FILE too")
    try require(
      rolloutStarts >= 0, "--rollout-starts is \(rolloutStarts), expected 0 or more")
  }

  var files: FileRoles {
    var files = FileRoles()
    files.read(recordings, as: "the recording")
    files.read(source.neuropilFile, as: "--neuropil")
    constraints.declare(in: &files)
    files.read(common.config, as: "--config")
    files.write(output, as: "-o", .result(of: "fit"))
    files.write(log, as: "--log", .log)
    files.write(checkpointing.checkpoint, as: "--checkpoint", .checkpoint)
    return files
  }

  func run(on world: borrowing Communicator) throws {
    let clock = RunClock()
    let phases = Phases()
    let recording = try phases.measure("open") {
      try Recording.open(recordings.map { source.request(for: $0) }, on: world)
    }
    let arithmetic = try arithmetic(for: recording)
    if arithmetic.isSingle {
      try FitRun<Float>(
        command: self, recording: recording, arithmetic: arithmetic, phases: phases, clock: clock
      ).run(on: world)
    } else {
      try FitRun<Double>(
        command: self, recording: recording, arithmetic: arithmetic, phases: phases, clock: clock
      ).run(on: world)
    }
  }

  /// The form and precision for a recording of this size.
  private func arithmetic(for recording: Recording) throws -> Arithmetic {
    let shape = shape(of: recording)
    let arithmetic = try Arithmetic(
      solution.precision, configuration: solverConfiguration, samples: shape.transitions,
      regressors: shape.regressors)
    if solution.weights == .factored, arithmetic.form == .primal {
      throw CommandLineError.usage(
        "--weights factored needs the dual form, in which W is a product; give --form dual")
    }
    return arithmetic
  }

  /// The command that is usually next, given the result's name.
  func next(after output: String) -> [String] {
    switch solution.weights {
    case .full:
      let scores = NextStep.file(beside: output, "-scores.h5")
      return ["ganglion", "evaluate", output, "-o", scores]
    case .factored:
      return ["Scripts/expand-weights", output, NextStep.file(beside: output, "-full.h5")]
    }
  }

  /// What the solver is told, but for what is chosen from the recording.
  var solverConfiguration: Configuration {
    var configuration = Configuration()
    configuration.selfConnections = model.selfConnections
    configuration.bias = !model.noBias
    configuration.form = solution.form
    configuration.tolerance = solution.tolerance
    configuration.iterations = solution.iterations
    return configuration
  }
}

/// What part of a file is the recording.
struct SourceOptions: ParsableArguments {
  @Option(
    help: """
      The dataset of the traces, or a glob of one-neuron datasets; of a text table its \
      neurons' columns: names, globs, or numbers from 0 such as 1-20, with commas between.
      """)
  var traces: String?
  @Option(help: "Which dimension is time: 0, 1 or auto (from the length of the time vector).")
  var timeAxis = TimeAxis.auto
  @Option(help: "Seconds a frame, 1e-6 to 2.6e6; it tells the unit of time stamps too.")
  var dt: Double?
  @Option(help: "Frames a second.") var rate: Double?
  @Option(
    help: """
      A dataset of frame times, or a column of a text table; in seconds, unless its name or \
      an attribute says another unit, such as "Time (ms)".
      """)
  var timestamps: String?
  @Option(
    help: """
      A dataset of external inputs (time, input), or columns of a text table, as --traces; may \
      be repeated.
      """)
  var inputs: [String] = []
  @Option(
    help: """
      Start frames of trials from 0, a trial table, or as many numbers as there are frames: \
      each one's trial, or 1 where a trial begins; of a text table a column of these.
      """)
  var trials: String?
  @Option(
    help: """
      The width of a bin, where the traces are spike times, in the file's unit: seconds, or \
      what --dt says a bin lasts.
      """)
  var bin: Double?
  @Option(
    help: """
      accepted: the neurons that the file marks as cells (Suite2p iscell, CaImAn \
      idx_components, NWB columns such as accepted or iscell); or all. Default: accepted, \
      where it marks any.
      """)
  var cells: CellChoice?
  @Option(
    help: """
      Subtract neuropil, given as PATH: a dataset of the same file (or a glob, as --traces), \
      or a file like the recording's; or as a share in [0, 1], often 0.7, where the recording \
      says which it is (Suite2p folders, NWB files with one series named neuropil).
      """)
  var neuropil: String?
  @Option(help: "The share of a neuropil PATH that is subtracted, in [0, 1]; default: 0.7.")
  var neuropilShare: Double?
  @Option(
    help: "Irregular time stamps: none, linear, previous, or auto (linear where steps vary > 10 %)."
  )
  var resample = Resampling.auto
  @Option(help: "Seconds without a frame beyond which a trial ends; default: 5 frames.")
  var maxGap: Double?

  func validate() throws {
    try requireFinite(["--dt": dt, "--rate": rate, "--bin": bin, "--max-gap": maxGap])
    if let dt { try require(dt > 0, "--dt is \(asGiven(dt)), expected seconds > 0") }
    if let rate {
      try require(rate > 0, "--rate is \(asGiven(rate)), expected frames a second > 0")
    }
    try require(dt == nil || rate == nil, "--dt and --rate are both given: choose one")
    if let bin { try require(bin > 0, "--bin is \(asGiven(bin)), expected seconds > 0") }
    if let share = neuropil.flatMap(Double.init) {
      try require(
        share >= 0 && share <= 1,
        "--neuropil is \(asGiven(share)), expected a share in [0, 1] or a path")
      try require(neuropilShare == nil, "--neuropil and --neuropil-share both give a share")
    }
    if let neuropilShare {
      try require(neuropil != nil, "--neuropil-share needs --neuropil PATH")
      try require(
        neuropilShare >= 0 && neuropilShare <= 1,
        "--neuropil-share is \(asGiven(neuropilShare)), expected a share in [0, 1]")
    }
    try Distinct.require(datasets: inputs)
    if let maxGap {
      try require(maxGap > 0, "--max-gap is \(asGiven(maxGap)), expected seconds > 0")
    }
  }

  /// What `--neuropil` names, which may be a file.
  var neuropilFile: String? { neuropil.flatMap { Double($0) == nil ? $0 : nil } }

  /// The flags that were given, as they go into a result's configuration.
  var settings: [String: any Encodable & Sendable] {
    var settings: [String: any Encodable & Sendable] = [:]
    settings["traces"] = traces
    settings["time-axis"] = timeAxis == .auto ? nil : timeAxis.rawValue
    settings["dt"] = dt
    settings["rate"] = rate
    settings["timestamps"] = timestamps
    settings["inputs"] = inputs.isEmpty ? nil : inputs
    settings["trials"] = trials
    settings["bin"] = bin
    settings["cells"] = cells?.rawValue
    settings["neuropil"] = neuropil
    settings["neuropil-share"] = neuropilShare
    settings["resample"] = resample == .auto ? nil : resample.rawValue
    settings["max-gap"] = maxGap
    return settings
  }

  /// The request for a file, where flags that are not given are those of an earlier run.
  func request(for path: String, stored: [String: Any]) throws -> RecordingRequest {
    var merged = self
    merged.traces = traces ?? stored["traces"] as? String
    if timeAxis == .auto, let axis = stored["time-axis"] as? String {
      merged.timeAxis = TimeAxis(rawValue: axis) ?? .auto
    }
    if dt == nil, rate == nil {
      merged.dt = (stored["dt"] as? NSNumber)?.doubleValue
      merged.rate = (stored["rate"] as? NSNumber)?.doubleValue
    }
    merged.timestamps = timestamps ?? stored["timestamps"] as? String
    if inputs.isEmpty { merged.inputs = stored["inputs"] as? [String] ?? [] }
    merged.trials = trials ?? stored["trials"] as? String
    func number(_ name: String) -> Double? { (stored[name] as? NSNumber)?.doubleValue }
    merged.bin = bin ?? number("bin")
    merged.cells = cells ?? (stored["cells"] as? String).flatMap { CellChoice(rawValue: $0) }
    merged.neuropil =
      neuropil ?? stored["neuropil"] as? String ?? number("neuropil").map { "\($0)" }
    merged.neuropilShare = neuropilShare ?? number("neuropil-share")
    merged.maxGap = maxGap ?? number("max-gap")
    if resample == .auto, let way = stored["resample"] as? String {
      merged.resample = Resampling(rawValue: way) ?? .auto
    }
    var request = merged.request(for: path)
    request.inherited = Set(stored.keys).subtracting(settings.keys)
    return request
  }

  /// The request for a file.
  func request(for path: String) -> RecordingRequest {
    var request = RecordingRequest(path: path)
    request.traces = traces
    request.timeAxis = timeAxis
    request.dt = dt
    request.rate = rate
    request.timestamps = timestamps
    request.inputs = inputs
    request.trials = trials
    request.bin = bin
    request.cells = cells
    request.neuropil = neuropil.map { text in
      Double(text).map { NeuropilRequest(share: $0) }
        ?? NeuropilRequest(path: text, share: neuropilShare ?? NeuropilRequest.usualShare)
    }
    request.resampling = resample
    request.longestGap = maxGap
    return request
  }
}

extension CellChoice: ExpressibleByArgument {}
extension TimeAxis: ExpressibleByArgument {}
extension Resampling: ExpressibleByArgument {}
