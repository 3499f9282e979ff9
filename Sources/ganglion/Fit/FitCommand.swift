internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Planning
internal import Recordings
internal import Results
internal import Rivals
internal import Runtime
internal import Wording

/// `ganglion fit`: a network that reproduces a recording (CORNN).
struct FitCommand: GroupCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit", abstract: "Fits a recurrent network to a recording (CORNN).",
    discussion: """
      The network is r[t+1] = (1 - alpha) r[t] + alpha tanh(W r[t] + W_in u[t] + b). Each \
      neuron's row of W is a convex problem of its own; the rows are dealt to the ranks. \
      The result holds W (neuron, presyn), W_in, b, held-out scores and diagnostics.

      Examples:
        ganglion fit mouse.nwb -o mouse-model.h5
        mpirun -n 4 ganglion fit traces.csv --rate 30 -o model.h5 --lambda auto
        ganglion fit mouse.nwb --dry-run
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
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Constraints") var constraints: ConstraintOptions
  @OptionGroup(title: "Solution") var solution: SolutionOptions
  @OptionGroup(title: "Method") var method: MethodOptions
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
    try selection.validate()
    try solution.validate()
    try constraints.validate(form: solution.form)
    try require(
      solution.weights == .full || constraints.isEmpty,
      "--weights factored cannot hold constraints on W: the factors do not know them")
    try checkpointing.validate()
    try method.validate()
    try requireWhatMethodCan()
    try require(
      checkpointing.maxTime == nil || checkpointing.checkpoint != nil || !method.isPlain,
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

  func run(on world: borrowing Communicator) throws { try run(open(on: world), on: world) }

  /// A recording that was opened for a fit, and the fit's clock, which runs since then.
  struct Opened {
    let clock: RunClock
    let phases: Phases
    let recording: Recording
  }

  /// Opens the recording.
  ///
  /// - Throws: `RecordingError` where it cannot be read, or something about it must be asked.
  /// - Collective: every rank of `world` must call it.
  func open(on world: borrowing Communicator) throws -> Opened {
    let clock = RunClock()
    let phases = Phases()
    let recording = try phases.measure("open") {
      try Recording.open(recordings.map { source.request(for: $0) }, on: world)
    }
    return Opened(clock: clock, phases: phases, recording: recording)
  }

  /// Fits what was opened, and with `leadsOn` says which command is next.
  ///
  /// - Collective: every rank of `world` must call it.
  func run(
    _ opened: Opened, leadsOn: Bool = true, on world: borrowing Communicator
  ) throws {
    let recording = opened.recording
    let arithmetic = try arithmetic(for: shape(of: recording))
    let session = try RunSession(
      common, checkpointing: dryRun ? nil : checkpointing, unfinished: method.unfinished,
      phases: opened.phases, clock: opened.clock, on: world)
    let log = try session.openLog(dryRun ? nil : log, on: world)
    if arithmetic.isSingle {
      try FitRun<Float>(
        command: self, recording: recording, arithmetic: arithmetic, session: session, log: log,
        leadsOn: leadsOn
      ).run(on: world)
    } else {
      try FitRun<Double>(
        command: self, recording: recording, arithmetic: arithmetic, session: session, log: log,
        leadsOn: leadsOn
      ).run(on: world)
    }
  }

  /// The form and precision for a fit of this size.
  ///
  /// - Throws: `CommandLineError` (64) where what was asked for needs another form.
  func arithmetic(for shape: FitShape) throws -> Arithmetic {
    let configuration = configuration()
    let arithmetic = try Arithmetic(
      method.needsWeights ? .double : solution.precision, configuration: configuration,
      samples: shape.transitions,
      regressors: shape.regressors)
    if solution.weights == .factored, arithmetic.form == .primal {
      throw CommandLineError.usage(
        "--weights factored needs the dual form, in which W is a product; give --form dual")
    }
    return arithmetic
  }

  /// What the solver is told.
  ///
  /// - Parameters:
  ///   - arithmetic: the form and precision that suit the recording; nil: as the flags say.
  ///   - lambda: the ridge per frame that was given or chosen; nil where there is none yet.
  ///   - targets: what was chosen of targets beyond ±1; nil where nothing is yet.
  /// - Returns: the same for the same arguments; nothing is changed in it later.
  func configuration(
    in arithmetic: Arithmetic? = nil, lambda: Double? = nil, targets: TargetRange? = nil
  ) -> Configuration {
    var configuration = Configuration(
      lambda: lambda ?? Configuration.usualLambda, selfConnections: model.selfConnections,
      bias: !model.noBias,
      // Float32 is for the primal form only, also on the smaller folds of a selection.
      form: arithmetic?.isSingle == true || method.needsWeights ? .primal : solution.form,
      usesFeatures: arithmetic?.usesFeatures ?? false,
      searchesInFeatures: solution.precision != .double, tolerance: solution.tolerance,
      iterations: solution.iterations)
    configuration.targetRange = targets ?? selection.ranges(takesExcess: takesExcess)[0]
    return configuration
  }

  /// The command that is usually next, given the result's name.
  func next(after output: String) -> [String] {
    switch solution.weights {
    case .full:
      let scores = NextStep.file(beside: output, "-scores.h5")
      return ["ganglion", "evaluate", output, "-o", scores]
    case .factored:
      return [
        Companion.command("expand-weights"), output, NextStep.file(beside: output, "-full.h5"),
      ]
    }
  }
}
