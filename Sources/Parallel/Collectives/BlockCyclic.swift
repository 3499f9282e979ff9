/// A square matrix dealt to a grid of ranks in square blocks, in turn along both axes: the
/// layout of ScaLAPACK.
///
/// It follows from the order and the number of ranks alone, so that a plan knows it too. The
/// grid is as square as `ranks` allows, which keeps messages few, and otherwise the taller one;
/// the ranks that it leaves over, of a prime number for example, wait.
package struct BlockCyclic: Equatable, Sendable {
  package let order: Int
  /// Of the grid.
  package let rows: Int
  package let columns: Int

  /// Rows and columns of a block.
  package static var block: Int { 64 }

  /// The fewest entries of the matrix that are worth a rank: below order 2,000 no run of two
  /// ranks gained by it (Benchmarks/results/cluster/shared-inverse.md).
  package static var leastShare: Int { 2_000_000 }

  /// The fewest ranks that share a matrix: each reaches about half of LAPACK's rate.
  private static var leastRanks: Int { 3 }

  package init(order: Int, ranks: Int, leastShare: Int = leastShare) {
    precondition(order >= 0 && ranks >= 1 && leastShare >= 1, "order \(order) on \(ranks) ranks")
    let most = min(ranks, order * order / leastShare)
    let useful = most < Self.leastRanks ? 1 : most
    let side = Int(Double(useful).squareRoot())
    self.order = order
    rows = useful / side
    columns = side
  }

  /// How many ranks have a part of the matrix.
  package var ranks: Int { rows * columns }

  /// The most entries that a rank holds.
  package var mostEntries: Int {
    Self.length(places(of: 0, among: rows)) * Self.length(places(of: 0, among: columns))
  }

  /// Where along an axis the blocks of the grid's row or column number `member` lie, in the
  /// order in which it holds them.
  package func places(of member: Int, among count: Int) -> [Range<Int>] {
    stride(from: member * Self.block, to: order, by: count * Self.block).map {
      $0..<min($0 + Self.block, order)
    }
  }

  /// The length of ranges one after the other.
  package static func length(_ ranges: [Range<Int>]) -> Int {
    ranges.reduce(0) { $0 + $1.count }
  }
}
