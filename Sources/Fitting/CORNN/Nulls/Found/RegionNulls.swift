internal import Collectives
internal import LinearAlgebra
internal import Statistics

/// How strong the weights from one region onto another are against those of null targets, by one
/// test.
///
/// Of each pair of regions the mean square of the weights, as recorded and of each null, in which
/// every target neuron has its surrogate of that number.
package struct RegionNulls: Sendable {
  /// The names of the regions, in order.
  package let names: [String]
  /// The region of each neuron, by place in `names`.
  package let regions: [Int]
  /// Weights of each pair, target × source.
  private(set) var counts: [Int]
  /// `Σ w²` of each pair, as recorded and of each null: (target × source) × (nulls + 1).
  private var squares: [Double]
  private let width: Int

  /// Regions beyond which no table of pairs says much, and the memory of a rank is felt.
  package static var most: Int { 200 }

  /// No weights yet, the regions of all neurons being known.
  package init(regions labels: [String], nulls: Int) {
    let names = Set(labels).sorted()
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    self.names = names
    regions = labels.map { places[$0] ?? 0 }
    counts = [Int](repeating: 0, count: names.count * names.count)
    width = nulls + 1
    squares = [Double](repeating: 0, count: counts.count * width)
  }

  /// What the weights onto one neuron add.
  struct Share: Sendable {
    /// By source.
    fileprivate var counts: [Int]
    /// Source × (nulls + 1).
    fileprivate var squares: [Double]
  }

  /// The share of a neuron with weights (nulls + 1) × presynaptic neurons.
  func share(_ weights: borrowing Matrix<Double>, edges: [Int]) -> Share {
    var share = Share(
      counts: [Int](repeating: 0, count: names.count),
      squares: [Double](repeating: 0, count: names.count * width))
    for j in edges { share.counts[regions[j]] += 1 }
    for k in 0..<width {
      let row = weights.row(k)
      for j in edges { share.squares[regions[j] * width + k] += row[j] * row[j] }
    }
    return share
  }

  /// Adds the share of a neuron, counted over all.
  mutating func add(_ share: Share, onto neuron: Int) {
    let first = regions[neuron] * names.count
    for source in names.indices { counts[first + source] += share.counts[source] }
    for k in share.squares.indices { squares[first * width + k] += share.squares[k] }
  }

  /// Adds up what the ranks have.
  ///
  /// - Collective: every rank of `group` must call it.
  mutating func sum(over group: borrowing some RankGroup & ~Copyable) throws {
    try group.sum(&counts)
    try group.sum(&squares)
  }

  /// Root mean squares of the weights of each pair, target × source; NaN without weights.
  package var strengths: [Double] { counts.indices.map { rootMeanSquare($0, 0) } }

  /// The median of that over the nulls.
  package var nullStrengths: [Double] {
    counts.indices.map { pair in median((1..<width).map { rootMeanSquare(pair, $0) }) }
  }

  /// `(1 + #{nulls at least as strong}) / (nulls + 1)`; NaN without weights.
  package var p: [Double] {
    counts.indices.map { pair in
      guard counts[pair] > 0 else { return .nan }
      let own = squares[pair * width]
      let above = (1..<width).count { squares[pair * width + $0] >= own }
      return Double(1 + above) / Double(width)
    }
  }

  private func rootMeanSquare(_ pair: Int, _ k: Int) -> Double {
    counts[pair] > 0 ? (squares[pair * width + k] / Double(counts[pair])).squareRoot() : .nan
  }
}
