internal import Collectives
internal import Evaluation
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Recordings

/// One run of `ganglion evaluate` in the precision of the model.
struct EvaluateRun<S: Scalar & Transferable & Storable> {
  let command: EvaluateCommand
  let model: ModelFile

  /// - Collective: every rank of `world` must call it.
  func run(on world: borrowing Communicator) throws {
    let threads = try command.common.startThreads(on: world)
    let console = Console(rank: world.rank, quiet: command.common.quiet)
    if let output = command.output { try ResultFile.requireWritable(output, on: world) }
    let local = Partition(of: model.neurons, among: world.size).range(of: world.rank)
    let network: RateNetwork<S> = try model.readNetwork(local, on: world)
    let path = try recordingPath(on: world)
    var report = EvaluationReport(model: model, recording: path)
    report.agreement = try agreement(network, recording: path, on: world)
    if let path {
      try predict(path, network, threads: threads, into: &report, on: world)
    }
    if let output = command.output {
      let digest = try world.digest(ofFile: command.model)
      try report.write(
        to: output, first: local.lowerBound, on: world,
        provenance: Provenance(
          ranks: world.size, threads: threads, input: (command.model, digest),
          configuration: settings(path).json))
    }
    let text = try command.json ? report.json(on: world) : report.text(on: world)
    console.say(text)
    if let output = command.output, !command.json { console.say("wrote \(output)") }
  }

  /// The recording to predict; nil if it was not named and the fitted one has gone.
  private func recordingPath(on world: borrowing Communicator) throws -> String? {
    if let recording = command.recording { return recording }
    guard let path = model.settings["recording"] as? String else { return nil }
    let isThere = try world.broadcast(FileManager.default.fileExists(atPath: path) ? 1 : 0)
    if isThere == 1 { return path }
    if command.truth != nil { return nil }
    throw CommandLineError(
      exitCode: ExitCode.missingInput,
      description: "\(path), which was fitted, is not there: give --recording or --truth")
  }

  /// Connectivity against the truth, row by row: no rank holds a second W.
  private func agreement(
    _ network: borrowing RateNetwork<S>, recording: String?, on world: borrowing Communicator
  ) throws -> EvaluationReport.Agreement? {
    guard let path = command.truth ?? recording else { return nil }
    guard let truth = try TruthFile.find(in: path, on: world) else {
      guard command.truth != nil else { return nil }
      throw RecordingError.badData("\(path): holds no /truth/W (neuron, presyn)")
    }
    guard truth.neurons == model.neurons else {
      guard command.truth != nil else { return nil }
      throw RecordingError.badData(
        "\(path): /truth/W is of \(truth.neurons) neurons, and the model has \(model.neurons)")
    }
    var weights = WeightAgreement()
    var inputWeights = WeightAgreement()
    try world.agree {
      for lower in stride(from: 0, to: network.local.count, by: Self.rowsAtOnce) {
        let rows = lower..<min(lower + Self.rowsAtOnce, network.local.count)
        let first = network.local.lowerBound
        let own = (first + rows.lowerBound)..<(first + rows.upperBound)
        let trueRows = try truth.readWeights(own, of: S.self)
        for i in rows {
          weights.add(
            network.weights.row(i), trueRows.row(i - lower), leavingOut: first + i)
        }
        guard truth.inputs > 0, truth.inputs == model.inputs else { continue }
        let trueInputs = try truth.readInputWeights(own, of: S.self)
        for i in rows {
          inputWeights.add(
            network.inputWeights.row(i), trueInputs.row(i - lower), leavingOut: nil)
        }
      }
    }
    try weights.reduce(over: world)
    try inputWeights.reduce(over: world)
    return EvaluationReport.Agreement(
      truth: path, weights: weights, inputWeights: inputWeights.count > 1 ? inputWeights : nil)
  }

  /// Rows of the truth in memory at a time.
  private static var rowsAtOnce: Int { 64 }

  /// One-step and free-running prediction.
  private func predict(
    _ path: String, _ network: borrowing RateNetwork<S>, threads: Int,
    into report: inout EvaluationReport, on world: borrowing Communicator
  ) throws {
    let request = try command.source.request(for: path, stored: model.settings)
    let recording = try Recording.open(request, on: world)
    try model.requireFit(for: recording)
    let local = network.local
    let isScored = try model.readNeurons("diagnostics/outcome", local, on: world)
      .map { $0 != model.skippedOutcome }
    let fitted = recording.fittedFrames(holdout: model.holdout)
    let observed = try model.observe(
      recording, isScored: isScored, fitted: fitted, of: S.self, local: local, on: world)
    let isSame = try world.digest(ofFile: path) == model.inputSHA256
    report.isFittedRecording = isSame
    report.heldOutFrames = observed.heldOutFrames.count
    guard !observed.transitions(in: observed.heldOutFrames).isEmpty else { return }
    let linear = try LinearModel(of: observed, ridge: max(model.lambda, 1e-9), group: world)
    report.oneStep =
      if isSame, model.hasScores {
        OneStepScores(
          mse: try model.readNeurons("score/mse", local, on: world),
          persistence: try model.readNeurons("score/persistence_mse", local, on: world),
          linear: try model.readNeurons("score/linear_mse", local, on: world),
          r2: try model.readNeurons("score/r2", local, on: world),
          transitions: observed.transitions(in: observed.heldOutFrames).count)
      } else {
        OneStepScores(of: network, against: linear, on: observed)
      }
    let horizon = command.horizon ?? max(1, min(50, observed.heldOutFrames.count / 4))
    report.rollout = try RolloutScores(
      of: network, against: linear, on: observed, starts: command.starts, horizon: horizon,
      threads: threads, group: world)
    report.horizon = horizon
  }

  private func settings(_ recording: String?) -> Settings {
    Settings([
      "command": "evaluate", "model": command.model, "recording": recording ?? "",
      "truth": command.truth ?? "", "starts": command.starts,
    ])
  }
}
