internal import Collectives
package import LinearAlgebra
internal import Statistics

/// What nulls say of the weights onto this rank's neurons.
package final class EdgeNulls {
  /// The weights that were compared, local × presynaptic neurons: of the fit with the components of
  /// the population beside its regressors.
  package internal(set) var weights: Matrix<Float>
  /// Their p values, and the pooled ones; NaN where there is no weight.
  package internal(set) var p: Matrix<Float>
  package internal(set) var pooled: Matrix<Float>
  /// Of pairs of regions, summed over all ranks; nil where no regions were given.
  package internal(set) var regions: RegionNulls?
  /// The false discovery rate by bin of the pooled p value, over all ranks.
  private var rates: [Double] = []
  private var discovery = FalseDiscovery()

  init(local: Int, neurons: Int, regions: RegionNulls?) {
    weights = Matrix(rows: local, columns: neurons)
    p = Matrix(rows: local, columns: neurons)
    pooled = Matrix(rows: local, columns: neurons)
    for i in 0..<local {
      for j in 0..<neurons {
        weights[i, j] = .nan
        p[i, j] = .nan
        pooled[i, j] = .nan
      }
    }
    self.regions = regions
  }

  /// Takes what was found of a neuron, by its place among this rank's.
  func take(_ found: NeuronNulls, first: Int) {
    for j in found.weights.indices {
      weights[found.neuron, j] = found.weights[j]
      p[found.neuron, j] = found.ranks.p[j]
      pooled[found.neuron, j] = found.ranks.pooled[j]
    }
    if let share = found.share { regions?.add(share, onto: first + found.neuron) }
  }

  /// Takes the rates of false discoveries over all ranks, and sums their regions.
  ///
  /// - Collective: every rank of `group` must call it.
  func settle(over group: borrowing some RankGroup & ~Copyable) throws {
    discovery = FalseDiscovery()
    for i in 0..<pooled.rows {
      for j in 0..<pooled.columns where !pooled[i, j].isNaN { discovery.add(Double(pooled[i, j])) }
    }
    try group.sum(&discovery.counts)
    try group.maximum(&discovery.largest)
    rates = discovery.rates
    try regions?.sum(over: group)
  }

  /// The false discovery rates of the weights onto a neuron; NaN where there is no weight.
  package func q(_ neuron: Int) -> [Float] {
    (0..<pooled.columns).map { j in
      pooled[neuron, j].isNaN ? .nan : Float(rates[discovery.bin(of: Double(pooled[neuron, j]))])
    }
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
