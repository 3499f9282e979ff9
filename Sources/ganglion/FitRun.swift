internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings

/// One run of `ganglion fit` in one precision.
struct FitRun<S: Scalar & Transferable & Storable> {
  let command: FitCommand

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let start = ContinuousClock.now
    let threads = try command.common.startThreads(on: world)
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    if let output = command.output { try ResultFile.requireWritable(output, on: world) }
    let log = try RunLog(path: command.log, group: world)
    let phases = Phases()

    let recording = try phases.measure("open") {
      try Recording.open(command.source.request(for: command.recording), on: world)
    }
    for note in recording.notes { console.say("note: \(note)") }
    let model = try self.model(for: recording)
    var configuration = solverConfiguration
    console.say(
      "\(command.recording): \(recording.format), \(recording.neurons) neurons × "
        + "\(recording.frames) frames; \(world.size) ranks × \(threads) threads")
    if command.dryRun {
      let plan = FitPlan(
        neurons: recording.neurons, inputs: recording.inputNames.count,
        frames: recording.frames, holdout: command.model.holdout, configuration: configuration,
        bytesPerScalar: MemoryLayout<S>.stride, ranks: world.size, threads: threads)
      console.say(plan.text(flopRate: PeakRate.measure()))
      return
    }

    let local = Partition(of: recording.neurons, among: world.size).range(of: world.rank)
    let constraints = try readConstraints(recording, local, console, on: world)
    var rates: Matrix<S> = try phases.measure("read") {
      try recording.readNeurons(local, on: world)
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
      try requireRates(rates, local: local, labels: recording.labels, on: world)
    }
    let prepared = PreparedRecording(
      rates: rates, local: local, neurons: recording.neurons,
      inputs: recording.inputs(of: S.self).view.transposed.copy(),
      trialStarts: recording.trialStarts, holdout: command.model.holdout)
    let problem = try FitProblem(
      prepared, bias: configuration.bias, group: world, phases: phases)
    let selection = try select(
      model, problem, configuration, threads: threads, phases: phases, console, on: world)
    let alpha = selection?.alpha ?? model.alphas[0]
    configuration.lambda = selection?.lambda ?? model.lambdas[0]
    let result = try problem.fit(
      loss: command.model.pointwiseLoss, alpha: [Double](repeating: alpha, count: local.count),
      configuration: configuration, constraints: constraints, group: world, threads: threads,
      phases: phases
    ) { solved in console.progress("fit", done: solved, of: local.count) }

    let report = try FitReport(result, labels: recording.labels, group: world)
    log.write("fitted", report.values)
    if let output = command.output {
      try phases.measure("write") {
        try FitResultFile(
          recording: recording, scaling: scaling, configuration: configuration,
          loss: command.model.loss.rawValue, alpha: alpha, selection: selection,
          provenance: provenance(
            recording, configuration, alpha: alpha, threads: threads, on: world),
          isRoot: world.rank == 0
        ).write(result, to: output, on: world)
      }
    }
    let table = try TimingTable(
      phases, elapsed: ContinuousClock.now - start, peak: PeakRate.measure(), group: world)
    console.say(report.text)
    console.say(table.text)
    if let output = command.output { console.say("wrote \(output)") }
    if command.solution.strict, report.unconverged > 0 {
      throw CommandLineError(
        exitCode: ExitCode.notConverged,
        description: """
          \(report.unconverged) of \(recording.neurons) neurons did not reach the tolerance \
          \(configuration.tolerance); raise --iterations or --lambda
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

  private var solverConfiguration: Configuration {
    var configuration = Configuration()
    configuration.selfConnections = command.model.selfConnections
    configuration.bias = !command.model.noBias
    configuration.form = command.solution.form
    configuration.tolerance = command.solution.tolerance
    configuration.iterations = command.solution.iterations
    return configuration
  }

  /// The candidates for leak and ridge; one of each where they are given.
  private func model(for recording: Recording) throws -> SelectionGrid {
    var grid = SelectionGrid()
    if let alpha = try alpha(for: recording) { grid.alphas = [alpha] }
    if case .value(let lambda) = command.model.lambda { grid.lambdas = [lambda] }
    return grid
  }

  /// The leak that is given, or nil if it is to be chosen.
  private func alpha(for recording: Recording) throws -> Double? {
    if let tau = command.model.tau {
      guard let dt = recording.dt else {
        throw CommandLineError.usage(
          "--tau \(tau) needs the frame time: the file has none; give --dt, --rate or --timestamps")
      }
      guard dt <= tau else {
        throw CommandLineError.usage(
          "--tau \(tau) s is shorter than a frame (\(dt) s): alpha = dt/tau would exceed 1")
      }
      return dt / tau
    }
    switch command.model.alpha {
    case .value(let alpha): return alpha
    case .auto: return nil
    case nil: return recording.alpha
    }
  }

  /// Chooses what is not given; nil if everything is.
  private func select(
    _ grid: SelectionGrid, _ problem: FitProblem<S>, _ configuration: Configuration,
    threads: Int, phases: Phases, _ console: Console, on world: borrowing Communicator
  ) throws -> Selection? {
    guard grid.alphas.count > 1 || grid.lambdas.count > 1 else { return nil }
    let inner = Phases()
    let selection = try phases.measure("select") {
      try problem.select(
        grid: grid, loss: command.model.pointwiseLoss, configuration: configuration,
        group: world, threads: threads, phases: inner)
    }
    phases.add("select", flops: inner.all.reduce(0) { $0 + $1.flops })
    console.say(
      "chosen on held-out blocks: alpha \(selection.alpha), lambda \(selection.lambda)"
        + " (error / persistence \(String(format: "%.4f", selection.error)))")
    return selection
  }

  /// Checks that the rates are in (−1, 1), up to the noise of a recording.
  private func requireRates(
    _ rates: borrowing Matrix<S>, local: Range<Int>, labels: [String],
    on world: borrowing Communicator
  ) throws {
    var largest = 0.0
    var beyond = 0
    var culprit = -1
    for i in 0..<rates.rows {
      let excess = Excess(of: rates.row(i), beyond: Self.loudestNoise)
      beyond += excess.count
      if excess.largest > largest { (largest, culprit) = (excess.largest, i) }
    }
    let worst = try world.maximum(largest)
    let share =
      Double(try world.sum(beyond)) / Double(labels.count * max(1, rates.columns))
    guard worst > Self.loudestImpulse || share > Self.mostImpulses else { return }
    let neuron = try world.maximum(largest == worst ? local.lowerBound + culprit : -1)
    throw CommandLineError(
      exitCode: ExitCode.badData,
      description: """
        \(command.recording): rates must lie in (-1, 1), but neuron \(labels[neuron]) \
        reaches \(worst) and \(String(format: "%.2g", 100 * share)) % of all values are \
        outside; use --scale zscore-tanh (or max, quantile, tanh)
        """)
  }

  /// Noise may carry a saturated rate this far, and rare impulses farther.
  private static var loudestNoise: Double { 1.05 }
  private static var loudestImpulse: Double { 2 }
  private static var mostImpulses: Double { 0.01 }

  private func provenance(
    _ recording: Recording, _ configuration: Configuration, alpha: Double, threads: Int,
    on world: borrowing Communicator
  ) throws -> Provenance {
    let digest = try world.digest(ofFile: command.recording)
    let model = command.model
    let settings = Settings([
      "command": "fit", "recording": command.recording, "alpha": alpha,
      "lambda": configuration.lambda, "loss": model.loss.rawValue,
      "threshold": model.threshold, "scale": command.preprocessing.scaling(of: recording).rawValue,
      "holdout": model.holdout,
      "self-connections": model.selfConnections, "bias": !model.noBias,
      "form": configuration.form.rawValue, "precision": command.solution.precision.rawValue,
      "tolerance": configuration.tolerance, "iterations": configuration.iterations,
    ]).adding(command.source.settings).adding(command.preprocessing.settings)
      .adding(command.constraints.settings)
    return Provenance(
      ranks: world.size, threads: threads, input: (command.recording, digest),
      configuration: settings.json)
  }
}

/// How many values of a series exceed a magnitude, and the largest of them.
private struct Excess {
  var count = 0
  var largest = 0.0

  @specialized(where S == Double)
  @specialized(where S == Float)
  init<S: Scalar>(of series: Span<S>, beyond limit: Double) {
    for t in 0..<series.count {
      let magnitude = Double(abs(series[t]))
      guard magnitude > limit else { continue }
      count += 1
      largest = max(largest, magnitude)
    }
  }
}
