internal import CORNN
internal import Collectives
internal import MPI

/// What the weights onto some neurons are worth, as `evaluate` says it.
struct WeightErrorReport {
  /// The weights onto one of this rank's neurons.
  struct Row {
    let weights: [Double]
    let errors: WeightErrors
    /// The share of its targets that were clamped to ±1.
    let clamped: Double
  }

  /// The names of the neurons, on every rank.
  let neurons: [String]
  /// Of this rank's.
  let own: [Row]
  /// How many other ranks have before these.
  let first: Int
  /// Of all.
  let summaries: [WeightErrorSummary]
  /// Of pairs of regions, over all; nil without regions.
  let regions: RegionSums?

  /// - Collective: every rank of `world` must call it.
  init(
    neurons: [String], own: [Row], first: Int, regions: RegionSums?,
    on world: borrowing Communicator
  ) throws {
    self.regions = regions
    self.neurons = neurons
    self.own = own
    self.first = first
    let all = try world.gather(own.flatMap { WeightErrorSummary($0).numbers })
    let width = all.count / max(1, neurons.count)
    summaries = neurons.indices.map {
      WeightErrorSummary(numbers: all[($0 * width)..<(($0 + 1) * width)])
    }
  }

  /// The regions between which weights were summed.
  var regionNames: [String]? { regions?.regions.names }
}
