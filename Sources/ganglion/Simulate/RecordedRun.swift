internal import Collectives
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Results

extension RateDynamics where Self: ~Copyable, S: Storable {
  /// Runs the network and writes its rates, the start included, block by block.
  ///
  /// `progress` is told how many frames are written. See `simulate`.
  ///
  /// - Collective: every rank of `world` must call it.
  func record(
    from start: [S], steps: Int, inputs: borrowing Matrix<S>, noise: (any NoiseSource)?,
    intervention: Intervention = Intervention(), threads: Int, into file: borrowing RecordingFile,
    on world: borrowing Communicator,
    progress: (_ frames: Int) -> Void
  ) throws {
    let blockFrames = max(1, min(steps + 1, RecordedRun.blockEntries / neurons))
    var block = Matrix<S>(rows: blockFrames, columns: local.count)
    try simulate(
      from: start, steps: steps, inputs: inputs, noise: noise, intervention: intervention,
      threads: threads, group: world
    ) { t, rates in
      let row = t % blockFrames
      for i in rates.indices { block[row, i] = rates[i] }
      guard row == blockFrames - 1 || t == steps else { return }
      let full = block.view.rows(0..<(row + 1)).copy()
      try file.writeRates(full, frame: t - row, neuron: local.lowerBound)
      progress(t + 1)
    }
  }
}

private enum RecordedRun {
  /// Numbers that are collected, over all ranks, between two writes.
  static let blockEntries = 1 << 24
}
