internal import Collectives
package import LinearAlgebra
internal import Statistics

/// P values of the weights onto this rank's neurons, and their false discovery rates.
package final class EdgePValues {
  /// Local × presynaptic neurons, and the pooled ones; NaN where there is no weight.
  package internal(set) var p: Matrix<Float>
  package internal(set) var pooled: Matrix<Float>
  /// The false discovery rate by bin of the pooled p value, over all ranks.
  private var rates: [Double] = []
  private var discovery = FalseDiscovery()

  init(local: Int, neurons: Int) {
    p = .missing(rows: local, columns: neurons)
    pooled = .missing(rows: local, columns: neurons)
  }

  /// The larger of each weight's p values; NaN where either is.
  init(largerOf first: EdgePValues, and second: EdgePValues) {
    p = first.p.larger(second.p)
    pooled = first.pooled.larger(second.pooled)
  }

  /// Takes the rates of false discoveries over all ranks.
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
  }

  /// The false discovery rates of the weights onto a neuron; NaN where there is no weight.
  package func q(_ neuron: Int) -> [Float] {
    (0..<pooled.columns).map { j in
      pooled[neuron, j].isNaN ? .nan : Float(rates[discovery.bin(of: Double(pooled[neuron, j]))])
    }
  }
}

extension Matrix<Float> {
  /// NaN everywhere.
  static func missing(rows: Int, columns: Int) -> Matrix {
    var result = Matrix(rows: rows, columns: columns)
    for i in 0..<rows { for j in 0..<columns { result[i, j] = .nan } }
    return result
  }

  /// The larger of each two entries; NaN where either is.
  fileprivate func larger(_ other: borrowing Matrix) -> Matrix {
    var result = copy()
    for i in 0..<rows {
      for j in 0..<columns where !(self[i, j] >= other[i, j]) {
        result[i, j] = self[i, j].isNaN ? .nan : other[i, j]
      }
    }
    return result
  }
}
