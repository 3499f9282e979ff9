internal import Collectives
package import LinearAlgebra

/// What the nulls of one test say of the weights onto this rank's neurons.
package final class EdgeNulls {
  /// How many components of the population were regressors.
  package let components: Int
  /// The weights that were compared, local × presynaptic neurons: of the fit with these components
  /// beside its regressors; NaN where there is no weight.
  package internal(set) var weights: Matrix<Float>
  package let values: EdgePValues
  /// Of pairs of regions, summed over all ranks; nil where no regions were given.
  private(set) var regions: RegionNulls?

  init(components: Int, local: Int, neurons: Int, regions: RegionNulls?) {
    self.components = components
    weights = .missing(rows: local, columns: neurons)
    values = EdgePValues(local: local, neurons: neurons)
    self.regions = regions
  }

  /// Takes what was found of a neuron, by its place among this rank's.
  func take(_ found: NeuronNulls, first: Int) {
    for j in found.weights.indices {
      weights[found.neuron, j] = found.weights[j]
      values.p[found.neuron, j] = found.ranks.p[j]
      values.pooled[found.neuron, j] = found.ranks.pooled[j]
    }
    if let share = found.share { regions?.add(share, onto: first + found.neuron) }
  }

  /// Takes the rates of false discoveries over all ranks, and sums their regions.
  ///
  /// - Collective: every rank of `group` must call it.
  func settle(over group: borrowing some RankGroup & ~Copyable) throws {
    try values.settle(over: group)
    try regions?.sum(over: group)
  }
}

/// What nulls say of the weights onto one neuron.
struct NeuronNulls: Sendable {
  /// By index among this rank's.
  let neuron: Int
  /// By presynaptic neuron; NaN where there is no weight.
  let weights: [Float]
  let ranks: NullRanks
  let share: RegionNulls.Share?
}
