internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import HDF5
internal import MPI
internal import Machine
internal import Recordings
internal import Results

/// Writes the network as it is, in the layout of a fit.
struct Snapshots {
  private let path: String
  private let recording: Recording
  private let chosen: FitRun<Double>.Chosen
  private let settings: Settings
  private let provenance: (threads: Int, kernels: String, input: (path: String, sha256: String)?)
  /// Frames of the recording that is replayed; 0 for a stream.
  private let frames: Int
  private let form: String

  /// `recording` is the one that is replayed, else that of the warm-up.
  ///
  /// - Throws: what looking at the recording throws.
  /// - Collective: every rank of `world` must call it.
  init(
    _ command: FollowCommand, _ recording: Recording, _ chosen: FitRun<Double>.Chosen,
    threads: Int, on world: borrowing Communicator
  ) throws {
    path = command.output
    self.recording = recording
    self.chosen = chosen
    let isReplay = command.stream.replay != nil
    frames = isReplay ? recording.frames : 0
    form = command.following.form.rawValue
    let input =
      isReplay ? (command.source, try world.digest(ofFiles: [command.source])) : nil
    provenance = (threads, try world.kernelFamilies(), input)
    settings = Settings([
      "command": "follow", "source": command.source,
      "recordings": isReplay ? [command.source] : [],
      "scale": chosen.loaded.scaling.kind.rawValue,
      "self-connections": command.model.selfConnections, "bias": !command.model.noBias,
      "alpha": chosen.choice.alpha, "lambda": chosen.configuration.lambda,
      "loss": chosen.choice.loss.name, "targets": chosen.configuration.targetRange.rawValue,
    ]).adding(command.following.settings).adding(command.model.lossSettings)
      .adding(isReplay ? command.reading.settings : [:])
  }

  /// Writes the model; the one before stays until it is whole.
  ///
  /// `taken` are the frames that were taken, those of the warm-up included: what comes after
  /// them in a recording is held out.
  ///
  /// - Throws: what writing throws, on every rank alike.
  /// - Collective: every rank of `world` must call it.
  func write(
    _ follower: LiveFollower, taken: Int, status: FollowStatus, on world: borrowing Communicator
  ) throws {
    let fit = try follower.fit.network(
      inputScale: chosen.loaded.problem.regressors.inputScale, scores: follower.neuronScores,
      scored: follower.scores.next.frames, tolerance: chosen.configuration.tolerance,
      group: world)
    let unseen = max(0, frames - taken)
    let whole = settings.adding([
      "holdout": unseen > 0 ? (Double(unseen) / Double(frames)).nextUp : 0
    ])
    let root = Provenance(
      ranks: world.size, threads: provenance.threads, kernels: provenance.kernels,
      input: provenance.input, configuration: try whole.json)
    let method = try MethodOptions.parse([])
    try FitResultFile(
      recording: recording, scaling: chosen.loaded.scaling, configuration: chosen.configuration,
      choice: chosen.choice, heldOut: nil, regions: nil, provenance: root, storage: .full,
      method: (method, nil), isRoot: world.rank == 0
    ).write(fit, to: path, on: world) { file in
      for variable in status.variables(follower, taken: taken) {
        try file.write(
          "live/\(variable.name)", [variable.value], [], longName: variable.meaning)
      }
    }
  }
}
