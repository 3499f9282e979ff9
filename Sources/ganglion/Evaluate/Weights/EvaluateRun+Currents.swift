internal import Collectives
internal import Evaluation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Networks
internal import Results
internal import Wording

// What regions send each other.
extension EvaluateRun {
  /// Rows of both networks in memory at a time.
  private static var rowsAtOnce: Int { 64 }

  /// The currents between regions, where they were asked for.
  ///
  /// - Throws: on every rank alike, 64 without regions, or with too many of them.
  /// - Collective: every rank of `world` must call it.
  func currents(
    _ network: borrowing RateNetwork<S>, _ observed: ObservedRates<S>, recording: String,
    on world: borrowing Communicator
  ) throws -> CurrentReport? {
    guard command.currents else { return nil }
    let found = try model.regionCurrents(
      of: network, on: observed, regions: command.regions, on: world)
    var correlations: [Double]?
    if let whole = try TruthFile.find(in: command.truth ?? recording, on: world),
      let truth = try whole.restricted(to: model.labels, on: world)
    {
      var agreement = CurrentAgreement(found)
      let local = network.local
      try world.agree {
        for start in stride(from: 0, to: local.count, by: Self.rowsAtOnce) {
          let rows = start..<min(start + Self.rowsAtOnce, local.count)
          let first = local.lowerBound + start
          agreement.add(
            network.weights.copy(rows: rows),
            try truth.readWeights(first..<first + rows.count, of: S.self), first: first,
            on: observed)
        }
      }
      try agreement.reduce(over: world)
      correlations = agreement.correlations
    }
    return CurrentReport(found: found, correlations: correlations)
  }

  /// The regions of the neurons: those that are given, or else of the fit; nil if there are none.
  ///
  /// - Collective: every rank of `world` must call it.
  func regionLabels(on world: borrowing Communicator) throws -> [String]? {
    try model.regionLabels(command.regions, on: world)
  }
}
