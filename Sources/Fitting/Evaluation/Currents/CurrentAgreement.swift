package import Collectives
package import LinearAlgebra
internal import Statistics

/// Pearson's correlation of fitted and true currents, over the cells of a region and the frames.
///
/// `J_AB[t] = W_AB r_B[t]` with the recorded rates on both sides: what W makes of them, not whether
/// the network would run there.
package struct CurrentAgreement: Sendable {
  private let regions: [Int]
  private let count: Int
  /// Of each pair, target × source.
  private var sums: [PairSums]

  /// No rows yet, of the regions of some currents.
  package init(_ currents: RegionCurrents) {
    regions = currents.regions
    count = currents.names.count
    sums = [PairSums](repeating: PairSums(), count: count * count)
  }

  /// Adds some rows of both networks, those of the neurons from `first` on.
  ///
  /// - Complexity: 4 N T flops a row.
  package mutating func add<S: Scalar & Transferable>(
    _ fitted: borrowing Matrix<S>, _ truth: borrowing Matrix<S>, first: Int,
    on observed: ObservedRates<S>
  ) {
    let frames = (0..<observed.frames).filter { observed.isComplete[$0] }
    for source in 0..<count {
      let senders = regions.indices.filter { regions[$0] == source }
      let rates = observed.rates.matrix.selectedBlock(senders, frames)
      let x = product(fitted.selectedColumns(senders).converted(to: Double.self), rates)
      let y = product(truth.selectedColumns(senders).converted(to: Double.self), rates)
      for i in 0..<x.rows {
        let place = regions[first + i] * count + source
        let (a, b) = (x.row(i), y.row(i))
        for k in 0..<a.count { sums[place].add(a[k], b[k]) }
      }
    }
  }

  /// Adds up what the ranks have.
  ///
  /// - Collective: every rank of `group` must call it.
  package mutating func reduce(over group: borrowing some RankGroup & ~Copyable) throws {
    var numbers = sums.flatMap(\.numbers)
    try group.sum(&numbers)
    for place in sums.indices {
      sums[place] = PairSums(numbers[(PairSums.width * place)...].prefix(PairSums.width))
    }
  }

  /// Target × source; NaN where one of the two does not vary.
  package var correlations: [Double] { sums.map(\.correlation) }
}
