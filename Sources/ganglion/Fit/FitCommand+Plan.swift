internal import CORNN
internal import Collectives
internal import MPI
internal import Planning
internal import Recordings
internal import Runtime

extension FitCommand {
  /// The sizes of a recording's fit.
  func shape(of recording: Recording) -> FitShape {
    shape(
      neurons: recording.neurons, inputs: recording.inputNames.count, frames: recording.frames)
  }

  /// The sizes of the fit of as many neurons, inputs and frames.
  func shape(neurons: Int, inputs: Int, frames: Int) -> FitShape {
    FitShape(
      neurons: neurons, inputs: inputs, frames: frames, holdout: model.holdout,
      bias: !model.noBias)
  }

  /// What is to be chosen of a recording that says its leak and frame time, or does not.
  ///
  /// - Throws: what `ModelCandidates` throws.
  func candidates(alpha: Double?, dt: Double?) throws -> ModelCandidates {
    try ModelCandidates(
      model, horizon: selection.horizonGrid,
      ranges: selection.ranges(takesExcess: takesExcess), alpha: alpha, dt: dt)
  }

  /// What the plan of a fit needs to know, solved as `configuration` says.
  func planned(
    _ shape: FitShape, _ configuration: Configuration, _ candidates: ModelCandidates,
    bytesPerScalar: Int
  ) -> PlannedFit {
    PlannedFit(
      shape,
      FitChoices(
        configuration: configuration, bytesPerScalar: bytesPerScalar,
        isFactored: solution.weights == .factored, rolloutStarts: rolloutStarts,
        isPublishedRule: model.loss == .weighted, usesCurvature: model.loss == .crossentropy,
        search: candidates.counts))
  }
}

extension PlannedFit {
  /// What constraints add; nil if there are none.
  ///
  /// - Collective: every rank of `world` must call it.
  func load(
    of constraints: Constraints, threads: Int, on world: borrowing Communicator
  ) throws -> MaskLoad? {
    try MaskLoad(
      constraints,
      in: MaskLoad.Sizes(
        local: Partition(of: shape.neurons, among: world.size).range(of: world.rank),
        neurons: shape.neurons, samples: shape.transitions, regressors: shape.regressors,
        iterations: expectedIterations, isSingle: choices.bytesPerScalar == 4, threads: threads,
        kernel: choices.configuration.usesFeatures && !choices.isPublishedRule
          ? choices.kernel : nil),
      configuration: choices.configuration, group: world)
  }

  /// Refuses a limit of address space (`ulimit -v`) under which the fit would not end.
  ///
  /// - Throws: on every rank alike, what `MemoryLimit.require` throws on one.
  /// - Collective: every rank of `world` must call it.
  func requireMemory(
    under constraints: Constraints, threads: Int, on world: borrowing Communicator
  ) throws {
    // Without a limit the constraints need not be looked through twice.
    guard try world.maximum(MemoryLimit.isSet ? 1 : 0) == 1 else { return }
    let job = Job(nodes: world.node.nodeCount, ranksPerNode: world.node.size, threads: threads)
    let load = try load(of: constraints, threads: threads, on: world)
    try world.agree {
      try MemoryLimit.require(
        FitPlan(self, in: job, mask: load).addressBytes + Self.workingBytes, for: "this fit",
        remedy: "take more nodes or fewer ranks a node (ganglion plan)")
    }
  }

  /// Buffers of parallel HDF5 and its MPI-IO, and messages.
  private static var workingBytes: Double { 40e6 }
}
