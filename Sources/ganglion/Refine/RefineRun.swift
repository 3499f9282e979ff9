internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Recordings
internal import Results
internal import Rivals
internal import Runtime
internal import Wording

/// One run of `ganglion refine`, in float64.
struct RefineRun {
  let command: RefineCommand
  let model: ModelFile

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let session = try RunSession(command.common, checkpointing: nil, on: world)
    let opened = try open(on: world)
    session.console.say(opened)
    let fitted = try FittedProblem(of: model, opened, on: world)
    try requireUnrefined(fitted.fit)
    let start = RefinedNetwork(weights: fitted.weights.copy(), leaks: fitted.recipe.leaks)
    let found = try command.refinement.refine(
      start, of: fitted.problem, fitted.recipe, group: world, threads: session.threads
    ) { session.console.progress("refine", done: $0, of: $1, unit: "steps") }
    let record = RefinementRecord(
      command, iterations: found.iterations, means: found.means, errors: found.errors)
    session.console.say(record.note)
    let fit = try measured(found.network, fitted, isStart: found.iterations == 0, on: world)
    try finish(fit, fitted, opened, record, session, on: world)
  }

  /// Refuses what was refined already: how far is good was chosen on blocks for networks that are fitted
  /// without each, which say nothing of a second refinement.
  private func requireUnrefined(_ fit: StoredFit) throws {
    guard fit.refined > 0 else { return }
    let origin = model.settings["refined"] as? String
    throw CommandLineError.usage(
      "\(model.path) was refined already, by \(fit.refined) iterations: refine the model that it was"
        + " made of\(origin.map { " (\($0))" } ?? "") with more --iterations")
  }

  /// The files of the recording that was fitted, where they are now.
  private var recordings: [String] {
    command.recording.isEmpty ? model.fittedRecordings : command.recording
  }

  /// The recording that was fitted.
  ///
  /// - Collective: every rank of `world` must call it.
  private func open(on world: borrowing Communicator) throws -> ModelRecording {
    guard !recordings.isEmpty else {
      throw CommandLineError.usage("\(model.path) does not say what was fitted: give --recording")
    }
    return try model.openRecording(
      recordings, try SourceOptions.parse([]), try MatchOptions.parse([]), on: world)
  }

  /// The network as a fit without iterations, which measures it; how its rows were solved is what
  /// the model says.
  ///
  /// - Collective: every rank of `world` must call it.
  private func measured(
    _ network: borrowing RefinedNetwork, _ fitted: borrowing FittedProblem, isStart: Bool,
    on world: borrowing Communicator
  ) throws -> Fit<Double> {
    var configuration = fitted.fit.configuration
    configuration.form = .primal
    configuration.iterations = 0
    var fit = try fitted.problem.fit(
      loss: fitted.fit.loss.loss, alpha: network.leaks, configuration: configuration,
      group: world, threads: 1, phases: Phases(), start: StartingWeights(network.weights.copy()))
    let local = fit.regressors.local
    let outcomes = try model.readNeurons("diagnostics/outcome", local, on: world)
    fit.diagnostics.outcome = outcomes.map { Outcome(rawValue: Int($0)) ?? .converged }
    let iterations = try model.readNeurons("diagnostics/iterations", local, on: world)
    fit.diagnostics.iterations = iterations.map { Int($0) }
    let residuals = try model.readNeurons("diagnostics/optimality", local, on: world)
    // Of a refined network nothing is known of the residual of the fit.
    fit.diagnostics.optimality = isStart ? residuals : residuals.map { _ in .nan }
    return fit
  }

  /// Scores and writes the network, and says how it went.
  ///
  /// - Collective: every rank of `world` must call it.
  private func finish(
    _ fit: borrowing Fit<Double>, _ fitted: borrowing FittedProblem, _ opened: ModelRecording,
    _ record: RefinementRecord, _ session: RunSession, on world: borrowing Communicator
  ) throws {
    let console = session.console
    let heldOut = try HeldOutScores(
      fit, fitted.problem, starts: EvaluateCommand.usualStarts, group: world
    ) { console.progress("evaluate", done: $0, of: $1, unit: "frames ahead") }
    let targets = fitted.fit.configuration.targetRange
    let report = try FitReport(
      fit, heldOut: heldOut, labels: opened.recording.labels, isLeakChosen: true,
      targets: targets, group: world)
    let choice = ModelChoice(
      loss: fitted.fit.loss, targets: targets, alpha: model.alpha, lambda: model.lambda,
      leaks: fit.alpha, selection: nil, isLeakChosen: false, lossErrors: [])
    let former = FormerResult(command.output, on: world)
    try FitResultFile(
      recording: opened.recording, scaling: fitted.scaling,
      configuration: fitted.fit.configuration, choice: choice, heldOut: heldOut,
      regions: fitted.regions,
      provenance: try provenance(opened, record, session.threads, on: world),
      storage: .full, method: (try MethodOptions.parse([]), nil), refinement: record,
      isRoot: world.rank == 0
    ).write(fit, to: command.output, on: world)
    console.say(report.text)
    console.say(former.line(command.output))
    console.next(
      "ganglion", "evaluate", command.output, "-o",
      NextStep.file(beside: command.output, "-scores.h5"))
  }

  /// How the result was made: the settings of the fit, and those of the refinement.
  private func provenance(
    _ opened: ModelRecording, _ record: RefinementRecord, _ threads: Int,
    on world: borrowing Communicator
  ) throws -> Provenance {
    let own: [String: Any] = [
      "command": "refine", "refined": model.path,
      "refined-sha256": try world.digest(ofFile: model.path),
      StoredFit.refinedSetting: record.iterations,
      StoredFit.ridgeChosenSetting: model.isRidgeByBlocks, "horizon": command.horizon,
      "recordings": recordings, "starts": command.starts, "refine-method": command.method.rawValue,
      "refine-iterations": command.refinement.iterations,
      "refine-learning-rate": command.refinement.learningRate, "pull": command.pull,
      "keep-leaks": command.keepLeaks,
    ]
    let settings = model.settings.merging(own) { $1 }
    let data = try JSONSerialization.data(withJSONObject: settings, options: .sortedKeys)
    return Provenance(
      ranks: world.size, threads: threads, kernels: try world.kernelFamilies(),
      input: (opened.recording.path, opened.sha256),
      configuration: String(decoding: data, as: UTF8.self))
  }
}
