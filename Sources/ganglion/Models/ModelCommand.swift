internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Results

/// Work on a model that is done in the precision of its weights.
protocol ModelWork {
  /// Does it; called on every rank with the same arguments.
  func run<S: Scalar & Transferable & Storable>(
    _ model: ModelFile, in precision: S.Type, on world: borrowing Communicator
  ) throws
}

/// A sub-command that works on a model.
protocol ModelCommand: GroupCommand, ModelWork {
  /// The model's path.
  var model: String { get }
}

extension ModelCommand {
  func run(on world: borrowing Communicator) throws {
    try ModelFile.open(model, on: world).perform(self, on: world)
  }
}

extension ModelFile {
  /// Does what there is to do with this model, in its precision.
  ///
  /// - Collective: every rank of `world` must call it.
  func perform(_ work: some ModelWork, on world: borrowing Communicator) throws {
    if isDouble {
      try work.run(self, in: Double.self, on: world)
    } else {
      try work.run(self, in: Float.self, on: world)
    }
  }

  /// Where a file comes from that a command makes of this model.
  ///
  /// - Throws: on every rank alike, 66 if the model can no longer be read; 64 if a setting cannot
  ///   be written down.
  /// - Collective: every rank of `world` must call it.
  func provenance(
    _ settings: Settings, seed: Int? = nil, threads: Int, on world: borrowing Communicator
  ) throws -> Provenance {
    let digest = try world.digest(ofFile: path)
    return Provenance(
      ranks: world.size, threads: threads, kernels: try world.kernelFamilies(),
      input: (path, digest), seed: seed, configuration: try settings.json)
  }
}

extension FileRoles {
  /// What a command reads that holds a model against recordings: the files by the flags that
  /// name them, and those that say how.
  init(
    reading inputs: [(flag: String, paths: [String?])], _ source: SourceOptions,
    _ common: CommonOptions
  ) {
    self.init()
    for input in inputs { read(input.paths, as: input.flag) }
    read(source.neuropilFile, as: "--neuropil")
    read(common.config, as: "--config")
  }
}
