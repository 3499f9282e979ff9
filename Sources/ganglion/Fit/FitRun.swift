internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Planning
internal import Recordings
internal import Wording

/// One run of `ganglion fit` in one precision.
struct FitRun<S: Scalar & Transferable & Storable> {
  let command: FitCommand
  let recording: Recording
  let arithmetic: Arithmetic
  let phases: Phases
  let clock: RunClock

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let threads = try command.common.startThreads(on: world)
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    let log = try RunLog(path: command.dryRun ? nil : command.log, group: world)
    console.logProgress(to: log)
    let control = RunControl(command.dryRun ? nil : command.checkpointing, rank: world.rank)
    // Who hears from this run may signal it: by then every rank has its handlers.
    try world.barrier()
    for note in recording.notes { console.say("note: \(note)") }
    if recording.dt == nil { console.say("note: \(Recording.noClock)") }
    let options = try ModelChoice.Options(command.model, recording: recording)
    var configuration = command.solverConfiguration
    // Float32 is for the primal form only, also on the smaller folds of a selection.
    if arithmetic.isSingle { configuration.form = arithmetic.form }
    configuration.roundsInverse = arithmetic.roundsInverse
    if options.grid.lambdas.count == 1 { configuration.lambda = options.grid.lambdas[0] }
    _ = try settings(recording, configuration).json
    console.say(
      "\(command.recordings.joined(separator: ", ")): \(recording.format), \(recording.neurons) neurons × "
        + "\(recording.frames) frames; \(world.size) ranks × \(threads) threads")
    let planned = command.planned(
      recording, configuration, bytesPerScalar: MemoryLayout<S>.stride)
    let local = Partition(of: recording.neurons, among: world.size).range(of: world.rank)
    let constraints = try readConstraints(recording, local, console, on: world)
    if command.dryRun {
      let machine = try MachineDescription(
        measuring: world, hostOfRank: [Int](repeating: 0, count: world.size), directory: nil,
        effort: .least)
      let job = Job(nodes: 1, ranksPerNode: world.size, threads: threads)
      console.say("precision: \(arithmetic.reason)")
      let load = try planned.load(of: constraints, threads: threads, on: world)
      console.say(planned.prediction(of: job, on: machine, mask: load).text)
      console.say("next: the same without --dry-run")
      return
    }
    try planned.requireMemory(under: constraints, threads: threads, on: world)
    log.write("started", planned.event)

    let regions = try command.constraints.regions?.labels(count: recording.neurons, on: world)
    var rates: Matrix<S> = try phases.measure("read") {
      try recording.readNeurons(local, on: world)
    }
    let content = try phases.measure("checkpoint") {
      try contentDigests(recording, rates, constraints, regions, local: local, on: world)
    }
    let fittedFrames = PreparedRecording<S>.fittedFrames(
      of: recording.frames, holdout: command.model.holdout)
    let kind = command.preprocessing.scaling(of: recording)
    if command.preprocessing.scale == nil {
      console.say("note: --scale \(kind.rawValue), as none was given")
    }
    let scaling = try phases.measure("prepare") {
      let maps = try command.preprocessing.preprocessing.apply(
        to: &rates, fitted: fittedFrames, local: local, of: recording, on: world)
      var scaling = try Scaling(kind, of: &rates, fitted: fittedFrames, group: world)
      scaling.follow(maps)
      return scaling
    }
    if kind == .none {
      try RateCheck.require(
        rates, in: command.recordings.joined(separator: ", "), local: local,
        labels: recording.labels, group: world)
    }
    let prepared = PreparedRecording(
      rates: rates, local: local, neurons: recording.neurons,
      inputs: recording.inputs(of: S.self).view.transposed.copy(),
      trialStarts: recording.trialStarts, holdout: command.model.holdout)
    let problem = try FitProblem(
      prepared, bias: configuration.bias, group: world, phases: phases)
    let inputs = InputCheck(problem.recording.inputs, transitions: problem.transitions)
    for warning in inputs.warnings(names: recording.inputNames, bias: configuration.bias) {
      console.say("warning: \(warning)")
    }
    let keeper = try FitKeeper<S>(
      command.checkpointing, control: control, local: local, neurons: recording.neurons,
      console: console, log: log, phases: phases, on: world
    ) {
      try identity(recording, content, on: world)
    }
    let choice = try keeper.searching(folds: options.expectedFolds, on: world) { memory in
      try ModelChoice(
        options, problem: problem, configuration: configuration, constraints: constraints,
        group: world, threads: threads, phases: phases, memory: memory)
    }
    for note in choice.notes { console.say(note) }
    configuration.lambda = choice.lambda
    console.progress("solve", done: 0, of: local.count, unit: "neurons of this rank")
    let result = try problem.fit(
      loss: choice.loss.loss, alpha: choice.leaks, configuration: configuration,
      constraints: constraints, group: world, threads: threads, phases: phases,
      widestPanel: keeper.widestPanel, restored: keeper.kept.panels,
      urge: {
        console.beat()
        return control.urge()
      }, meet: { try keeper.keep($0, on: world) },
      progress: {
        control.noteWork()
        console.progress("solve", done: $0, of: local.count, unit: "neurons of this rank")
      })
    control.noteProgress()

    let heldOut = try phases.measure("evaluate") {
      try HeldOutScores(result, problem, starts: command.rolloutStarts, group: world) {
        console.progress("evaluate", done: $0, of: $1, unit: "frames ahead")
      }
    }
    control.noteLeaving()
    returnFreedMemory()
    let report = try FitReport(
      result, heldOut: heldOut, labels: recording.labels,
      isLeakChosen: choice.isLeakChosen, group: world)
    log.write("fitted", report.values)
    if let output = command.output {
      try phases.measure("write") {
        try FitResultFile(
          recording: recording, scaling: scaling, configuration: configuration,
          choice: choice, heldOut: heldOut, regions: regions,
          provenance: provenance(recording, configuration, choice, threads: threads, on: world),
          storage: command.solution.weights, isRoot: world.rank == 0
        ).write(result, to: output, on: world)
      }
    }
    try keeper.finish(on: world)
    let table = try TimingTable(
      phases, spent: clock.spent,
      peak: arithmetic.roundsInverse
        ? PeakRate(measuring: Float.self) : PeakRate(measuring: S.self), group: world)
    console.say(report.text)
    if command.timings || table.total >= TimingTable.longRun { console.say(table.text) }
    for line in table.advice { console.say("warning: \(line)") }
    log.write("timings", table.event)
    if let output = command.output {
      console.say("wrote \(output)")
      console.next(command.next(after: output))
    }
    if command.solution.strict, report.unconverged > 0 {
      throw CommandLineError(
        exitCode: ExitCode.notConverged,
        description: """
          \(report.unconverged) of \(recording.neurons) neurons did not reach the tolerance \
          \(asGiven(configuration.tolerance)); raise --iterations or --lambda
          """)
    }
  }

  /// The constraints on this rank's neurons (collective).
  private func readConstraints(
    _ recording: Recording, _ local: Range<Int>, _ console: Console,
    on world: borrowing Communicator
  ) throws -> Constraints {
    let options = command.constraints
    let constraints = try options.read(neurons: recording.neurons, local: local, on: world)
    if let summary = try options.summary(
      of: constraints, neurons: recording.neurons, on: world)
    {
      console.say(summary)
    }
    return constraints
  }

  /// What a checkpoint must agree with: the recording's digest, all that is read besides, and
  /// all settings as given.
  private func identity(
    _ recording: Recording, _ content: [String: String], on world: borrowing Communicator
  ) throws -> String {
    let model = command.model
    return try settings(recording, command.solverConfiguration).adding([
      "checkpoint-format": 3, "recording": try world.digest(ofFiles: command.recordings),
      "alpha": model.alpha.map { "\($0)" } ?? "default", "tau": model.tau ?? 0,
      "lambda": "\(model.lambda)", "losses": "\(model.losses)",
      "request": "\(command.source.request(for: ""))",
    ]).adding(content).json
  }

  /// The settings of a run, without those that may be chosen.
  private func settings(_ recording: Recording, _ configuration: Configuration) -> Settings {
    let model = command.model
    return Settings([
      "command": "fit", "scale": command.preprocessing.scaling(of: recording).rawValue,
      "holdout": model.holdout,
      "self-connections": model.selfConnections, "bias": !model.noBias,
      "form": configuration.form.rawValue, "precision": command.solution.precision.rawValue,
      "weights": command.solution.weights.rawValue,
      "tolerance": configuration.tolerance, "iterations": configuration.iterations,
    ]).adding(command.source.settings).adding(command.preprocessing.settings)
      .adding(command.constraints.settings).adding(model.lossSettings)
  }

  private func provenance(
    _ recording: Recording, _ configuration: Configuration, _ choice: ModelChoice,
    threads: Int,
    on world: borrowing Communicator
  ) throws -> Provenance {
    let digest = try world.digest(ofFiles: command.recordings)
    let settings = settings(recording, configuration).adding([
      "recordings": command.recordings, "alpha": choice.alpha, "lambda": configuration.lambda,
      "loss": choice.loss.name,
    ])
    return Provenance(
      ranks: world.size, threads: threads, kernels: try world.kernelFamilies(),
      input: (command.recordings.joined(separator: "\n"), digest),
      configuration: try settings.json)
  }
}
