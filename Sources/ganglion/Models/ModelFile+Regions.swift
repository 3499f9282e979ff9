internal import Collectives
internal import Evaluation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Results

extension ModelFile {
  /// The regions of the neurons: those that are given, or else of the fit; nil if there are none.
  ///
  /// - Collective: every rank of `world` must call it.
  func regionLabels(
    _ given: DatasetAddress?, on world: borrowing Communicator
  ) throws -> [String]? {
    if let given { return try given.labels(count: neurons, on: world) }
    return try readRegions(on: world)
  }

  /// The currents between regions.
  ///
  /// - Throws: on every rank alike, 64 without regions, or with too many of them.
  /// - Collective: every rank of `world` must call it.
  func regionCurrents<S: Scalar & Transferable & Storable>(
    of network: borrowing RateNetwork<S>, on observed: ObservedRates<S>,
    regions given: DatasetAddress?, on world: borrowing Communicator
  ) throws -> RegionCurrents {
    guard let labels = try regionLabels(given, on: world) else {
      throw CommandLineError.usage(
        "--currents are between regions, and \(path) has none: give --regions FILE:PATH")
    }
    let count = Set(labels).count
    let numbers = RegionCurrents.numbers(regions: count, frames: observed.frames)
    guard numbers <= RegionCurrents.mostNumbers else {
      throw CommandLineError.usage(
        "--currents of \(count) regions over \(observed.frames) frames are \(numbers) numbers, more"
          + " than \(RegionCurrents.mostNumbers): give coarser regions (--regions)")
    }
    return try RegionCurrents(of: network, on: observed, regions: labels, group: world)
  }
}
