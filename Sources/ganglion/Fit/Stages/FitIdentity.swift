internal import CORNN
internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Results

extension FitCommand {
  /// The settings of a run, without those that may be chosen.
  func settings(for recording: Recording, form: Configuration.Form) -> Settings {
    Settings([
      "command": "fit", "scale": preprocessing.scaling(of: recording).rawValue,
      "holdout": model.holdout, "self-connections": model.selfConnections, "bias": !model.noBias,
      "form": form.rawValue, "precision": solution.precision.rawValue,
      "weights": solution.weights.rawValue, "tolerance": solution.tolerance,
      "iterations": solution.iterations,
    ]).adding(source.settings).adding(preprocessing.settings)
      .adding(constraints.settings).adding(model.lossSettings).adding(method.settings)
  }

  /// What may be chosen, as it was asked for.
  fileprivate var choices: [String: any Encodable & Sendable] {
    var choices: [String: any Encodable & Sendable] = [
      "loss": model.loss.rawValue, "lambda": model.lambda.setting,
    ]
    choices["alpha"] = model.alpha?.setting
    choices["tau"] = model.tau
    return choices.merging(selection.settings) { own, _ in own }
  }
}

extension LambdaChoice {
  fileprivate var setting: any Encodable & Sendable {
    if let given { given } else { "auto" }
  }
}

extension LeakChoice {
  fileprivate var setting: any Encodable & Sendable {
    switch self {
    case .auto: "auto"
    case .perNeuron: "per-neuron"
    case .value(let alpha): alpha
    }
  }
}

extension FitRun {
  /// Raised whenever a checkpoint of the version before must not be gone on from.
  private static var checkpointFormat: Int { 7 }

  /// What a checkpoint must agree with: the recording's digest, all that is read besides, and
  /// all settings as given.
  ///
  /// - Collective: every rank of `world` must call it.
  func identity(
    content: [String: String], on world: borrowing Communicator
  ) throws -> String {
    try command.settings(for: recording, form: command.solution.form).adding([
      CheckpointFile.formatSetting: Self.checkpointFormat,
      "recording": try world.digest(ofFiles: command.recordings),
    ]).adding(command.choices).adding(content).json
  }

  /// Digests of what a fit has read, as its checkpoint keeps them; none without a checkpoint.
  ///
  /// They are of the numbers themselves, wherever these came from, as through a link to another
  /// file. `traces` are this rank's neurons × frames, as they were read, from neuron `first` on.
  ///
  /// - Collective: every rank of `world` must call it.
  func contentDigests(
    of traces: borrowing Matrix<S>, first: Int, constraints: Constraints, regions: [String]?,
    on world: borrowing Communicator
  ) throws -> [String: String] {
    guard command.checkpointing.checkpoint != nil else { return [:] }
    var content = [
      "content of the traces": try ContentDigest.of(traces, first: first, on: world),
      "content of the times": try ContentDigest.of(recording.times),
      "content of the trials": try ContentDigest.of(recording.trialStarts),
      "content of the inputs": try ContentDigest.of(
        recording.inputs(of: Double.self), first: 0, on: SingleRank()),
    ]
    if let mask = constraints.mask {
      var digest = ContentDigest()
      for i in 0..<traces.rows { digest.add(mask[i].members.span, number: first + i) }
      content["content of the mask"] = try digest.finish(on: world)
    }
    if let signs = constraints.signs {
      content["content of the signs"] = try ContentDigest.of(signs)
    }
    if let regions { content["content of the regions"] = try ContentDigest.of(regions) }
    return content
  }
}
