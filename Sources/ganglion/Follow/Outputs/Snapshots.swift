internal import ArgumentParser
internal import CORNN
internal import Collectives
internal import HDF5
internal import MPI
internal import Machine
internal import Recordings
internal import Results

/// Writes the network as it is, in the layout of a fit.
///
/// One process writes on a thread of its own, so that frames do not wait for it; ranks that share
/// the file write together. HDF5 is for one thread at a time: where frames come from it, too, they
/// take turns.
struct Snapshots {
  private let writer = SnapshotWriter()
  private let isInBackground: Bool
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
    isInBackground = world.size == 1 && command.kind != .dataset
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

  /// Whether the one before is still being written.
  var isBusy: Bool { writer.isBusy }

  /// Takes what has become of snapshots since it was asked last: those that are whole, and why
  /// others are not.
  func takeOutcomes() -> SnapshotWriter.Outcomes { writer.takeOutcomes() }

  /// Writes the model, or begins to; the one before stays until it is whole.
  ///
  /// `taken` are the frames that were taken, those of the warm-up included: what comes after
  /// them in a recording is held out. `waits` makes it whole before it returns.
  ///
  /// - Throws: what writing throws, on every rank alike; in the background nothing.
  /// - Collective: every rank of `world` must call it.
  func write(
    _ network: FollowedNetwork, taken: Int, status: FollowStatus, waits: Bool,
    on world: borrowing Communicator
  ) throws {
    writer.wait()
    let follower = network.follower
    let fit = try follower.fit.network(
      inputScale: chosen.loaded.problem.regressors.inputScale, scores: follower.neuronScores,
      scored: follower.scores.next.frames, tolerance: chosen.configuration.tolerance,
      group: world)
    let variables = status.variables(follower, taken: taken)
    let file = try file(network.ownScaling, taken: taken, on: world)
    guard isInBackground, !waits else {
      try write(fit, variables, to: file, on: world)
      return writer.noteWritten()
    }
    let work = Work(self, fit, file)
    writer.start { try work.write(variables) }
  }

  /// A fit on its way to the thread that writes it, which alone has it then; the rest is not
  /// changed by anybody.
  private final class Work: @unchecked Sendable {
    private let snapshots: Snapshots
    private let fit: Fit<Double>
    private let file: FitResultFile

    init(_ snapshots: Snapshots, _ fit: consuming Fit<Double>, _ file: FitResultFile) {
      self.snapshots = snapshots
      self.fit = fit
      self.file = file
    }

    func write(_ variables: [FollowStatus.Variable]) throws {
      try snapshots.write(fit, variables, to: file, on: SingleRank())
    }
  }

  private func write(
    _ fit: borrowing Fit<Double>, _ variables: [FollowStatus.Variable], to file: FitResultFile,
    on group: borrowing some FileGroup & ~Copyable
  ) throws {
    try file.write(fit, to: path, on: group) { file in
      for variable in variables {
        try file.write(
          "live/\(variable.name)", [variable.value], [], longName: variable.meaning)
      }
    }
  }

  private func file(
    _ scaling: Scaling, taken: Int, on world: borrowing Communicator
  ) throws -> FitResultFile {
    let unseen = max(0, frames - taken)
    let whole = settings.adding([
      "holdout": unseen > 0 ? (Double(unseen) / Double(frames)).nextUp : 0
    ])
    let root = Provenance(
      ranks: world.size, threads: provenance.threads, kernels: provenance.kernels,
      input: provenance.input, configuration: try whole.json)
    return FitResultFile(
      recording: recording, scaling: scaling, configuration: chosen.configuration,
      choice: chosen.choice, heldOut: nil, regions: nil, provenance: root, storage: .full,
      method: (try MethodOptions.parse([]), nil), isRoot: world.rank == 0)
  }
}
