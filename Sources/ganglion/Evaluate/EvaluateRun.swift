internal import Collectives
internal import Evaluation
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Networks
internal import Recordings
internal import Results

/// One run of `ganglion evaluate` in the precision of the model.
struct EvaluateRun<S: Scalar & Transferable & Storable> {
  let command: EvaluateCommand
  let model: ModelFile
  /// Whether it says which command is next.
  var leadsOn = true

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let threads = try command.common.startThreads(on: world)
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    let local = Partition(of: model.neurons, among: world.size).range(of: world.rank)
    let network: RateNetwork<S> = try model.readNetwork(local, on: world)
    let paths = try recordingPaths(on: world)
    var report = EvaluationReport(
      model: model, leaks: try world.gather(network.alpha),
      recording: paths.isEmpty ? nil : paths.joined(separator: ", "))
    report.agreement = try agreement(network, recording: paths.first, on: world)
    if paths.isEmpty {
      let reason = "no recording is predicted, as the fitted one is not there"
      try command.refusePredictionFlags(because: reason)
      try command.source.refuse(because: reason)
      try command.refuseRecordingFlags(because: reason)
    } else {
      try predict(paths, network, threads: threads, console, into: &report, on: world)
    }
    let former = FormerResult(command.output, on: world)
    if let output = command.output {
      try report.write(
        to: output, first: local.lowerBound, on: world,
        provenance: try model.provenance(settings(paths), threads: threads, on: world))
    }
    let text = try command.json ? report.json(on: world) : report.text(on: world)
    console.say(text)
    guard !command.json else { return }
    if let output = command.output { console.say(former.line(output)) }
    guard leadsOn else { return }
    let scores = command.output.map { ["--scores", $0] } ?? []
    console.next(
      ["ganglion", "report", model.path] + scores
        + ["-o", NextStep.file(beside: model.path, "-report.html")])
  }

  /// The recordings to predict; none if none was named and the fitted ones have gone.
  private func recordingPaths(on world: borrowing Communicator) throws -> [String] {
    if !command.recording.isEmpty { return command.recording }
    let paths = model.fittedRecordings
    guard !paths.isEmpty else { return [] }
    let missing = paths.first { !FileManager.default.fileExists(atPath: $0) }
    // Only rank 0 need see the files to say which one has gone.
    guard try world.broadcast(missing == nil ? 0 : 1) == 1 else { return paths }
    if command.truth != nil { return [] }
    let name = try world.broadcast(missing ?? "")
    throw CommandLineError(
      exitCode: ExitCode.missingInput,
      description: "\(name), which was fitted, is not there: give --recording or --truth")
  }

  /// One-step and free-running prediction.
  private func predict(
    _ paths: [String], _ network: borrowing RateNetwork<S>, threads: Int, _ console: Console,
    into report: inout EvaluationReport, on world: borrowing Communicator
  ) throws {
    let opened = try model.openRecording(paths, command.source, command.match, on: world)
    let recording = opened.recording
    report.opened = opened
    try examineWeights(opened, threads: threads, console, into: &report, on: world)
    let local = network.local
    var raw = Matrix<S>(rows: 0, columns: 0)
    var scaling: Scaling?
    let observed = try model.observe(recording, of: S.self, local: local, on: world) {
      if command.output != nil { raw = $0.copy() }
      scaling = $1
    }
    report.currents = try currents(network, observed, recording: paths[0], on: world)
    report.heldOutFrames = observed.heldOutFrames.count
    report.hasClock = recording.dt != nil
    report.perturbed = try perturbedScores(
      of: network, observed, recording, threads: threads, console, on: world)
    guard !observed.transitions(in: observed.heldOutFrames).isEmpty else {
      return try command.refusePredictionFlags(because: "no frame was held out from the fit")
    }
    let linear = try LinearModel(of: observed, group: world)
    report.linearRidge = linear.ridge
    report.oneStep = try OneStepScores(
      of: network, against: linear, on: observed, group: world)
    let horizon =
      command.horizon ?? RolloutScores.usualHorizon(heldOut: observed.heldOutFrames.count)
    let runner = try linear.chosenByRuns(
      horizon: RolloutScores.ridgeHorizon(of: horizon), group: world)
    report.linearRidgeOfRuns = runner?.model.ridge
    report.rollout = try RolloutScores(
      of: network, against: linear, runner, on: observed,
      starts: command.starts ?? EvaluateCommand.usualStarts, horizon: horizon,
      group: world
    ) { console.progress("free-running prediction", done: $0, of: $1, unit: "frames ahead") }
    report.horizon = horizon
    try describeDynamics(network, observed, threads: threads, console, into: &report, on: world)
    report.teacher = try compareWithTeacher(
      network, observed, recording: paths, isFitted: opened.isFitted,
      fixedPoints: report.fixedPoints,
      threads: threads, on: world)
    guard command.output != nil, let scaling else { return }
    let prediction = TracePrediction<S>(recording: recording, scaling: scaling)
    report.heldOut = try HeldOutTraces(
      prediction, recorded: raw, network: network, observed: observed, threads: threads, on: world)
  }

  /// What the weights are worth, as far as that was asked for.
  private func examineWeights(
    _ opened: ModelRecording, threads: Int, _ console: Console, into report: inout EvaluationReport,
    on world: borrowing Communicator
  ) throws {
    guard command.standardErrors != nil || command.nulls.nulls != nil || command.parts.isGiven
    else { return }
    let fitted = try FittedProblem(of: model, opened, on: world)
    report.weightErrors = try weightErrors(fitted, on: world)
    report.nulls = try nulls(fitted, threads: threads, console, on: world)
    report.agreements = try agreements(fitted, threads: threads, console, on: world)
  }

  /// Where the network runs to: its attractor, and its fixed points if asked for.
  private func describeDynamics(
    _ network: borrowing RateNetwork<S>, _ observed: ObservedRates<S>, threads: Int,
    _ console: Console,
    into report: inout EvaluationReport, on world: borrowing Communicator
  ) throws {
    let attractorFrames = command.attractorFrames ?? EvaluateCommand.usualAttractorFrames
    if attractorFrames > 0 {
      report.attractor = try AttractorScores(
        of: network, on: observed, most: attractorFrames, group: world
      ) { console.progress("attractor", done: $0, of: $1, unit: "frames") }
    }
    guard let starts = command.fixedPoints else { return }
    guard model.neurons <= EvaluateCommand.mostNeuronsForFixedPoints else {
      throw CommandLineError.usage(
        "--fixed-points factors matrices of order \(model.neurons) many times; it takes at most"
          + " \(EvaluateCommand.mostNeuronsForFixedPoints) neurons")
    }
    report.fixedPoints = try FixedPoints(
      of: network, on: observed, starts: starts, threads: threads, group: world)
  }

  private func settings(_ recordings: [String]) -> Settings {
    Settings([
      "command": "evaluate", "model": command.model, "recordings": recordings,
      "truth": command.truth ?? "", "starts": command.starts ?? EvaluateCommand.usualStarts,
      "attractor-frames": command.attractorFrames ?? EvaluateCommand.usualAttractorFrames,
      "fixed-points": command.fixedPoints ?? 0,
      "standard-errors": command.standardErrors ?? "", "perturbed": command.perturbed ?? "",
      "regions": command.regions?.text ?? "", "currents": command.currents,
    ]).adding(command.nulls.settings).adding(command.parts.settings)
  }
}
