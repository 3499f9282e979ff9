package import Collectives

/// How ranks share the work: tangents × batch.
package struct Grid: Sendable, Equatable, CustomStringConvertible {
  package let tangents: Int
  package let batch: Int

  package init(tangents: Int, batch: Int) {
    precondition(tangents >= 1 && batch >= 1, "a grid of \(tangents)x\(batch)")
    self.tangents = tangents
    self.batch = batch
  }

  /// Reads `TANGENTSxBATCH`; nil if that is not two positive numbers.
  package init?(_ text: String) {
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let k = sides[0], let b = sides[1], k >= 1, b >= 1 else { return nil }
    self.init(tangents: k, batch: b)
  }

  /// How many ranks the grid has.
  package var ranks: Int { tangents * batch }
  package var description: String { "\(tangents)x\(batch)" }

  /// The grid for a number of ranks that sends least and starves no matrix product.
  ///
  /// Directions of up to a million numbers are cheap to hold everywhere: ranks share the batch
  /// as long as each keeps 16 trials, then the tangents. Larger ones leave the caches when they
  /// are multiplied, with the more trials at a time the better: they are sharded over the
  /// tangents first, which also shards their memory and their random numbers.
  package static func automatic(ranks: Int, directions: DirectionPlan, batch: Int) -> Grid {
    let tangents = directions.count
    let divisors = (1...ranks).filter { ranks % $0 == 0 }
    let holdsEverywhere = directions.numbers <= 1_000_000
    if holdsEverywhere, let side = divisors.last(where: { batch / $0 >= 16 }),
      ranks / side <= tangents
    {
      return Grid(tangents: ranks / side, batch: side)
    }
    let side = divisors.last { $0 <= tangents } ?? 1
    return Grid(tangents: side, batch: ranks / side)
  }
}

/// The ranks of a job arranged in a grid, with the groups that talk to each other.
///
/// Rank (i, j) has number `i + j · grid.tangents`: it works on tangents i and trials j.
package struct RankGrid<Group: RankGroup & ~Copyable>: ~Copyable {
  package let grid: Grid
  /// All ranks of the grid.
  package let world: Group
  /// The ranks with the same trials; they differ in their tangents.
  package let tangentGroup: Group
  /// The ranks with the same tangents; they differ in their trials.
  package let batchGroup: Group

  /// Splits a group of exactly `grid.ranks` ranks (collective).
  package init(_ group: borrowing Group, grid: Grid) throws {
    precondition(group.size == grid.ranks, "grid \(grid) of \(group.size) ranks")
    let world = try group.split(color: 0)
    let tangentGroup = try group.split(color: group.rank / grid.tangents)
    let batchGroup = try group.split(color: group.rank % grid.tangents)
    self.grid = grid
    self.world = world
    self.tangentGroup = tangentGroup
    self.batchGroup = batchGroup
  }

  /// This rank's place along the tangents.
  package var tangentIndex: Int { tangentGroup.rank }
  /// This rank's place along the batch.
  package var batchIndex: Int { batchGroup.rank }

  /// This rank's trials of a batch.
  package func trials(of batch: Int) -> Range<Int> {
    Partition(of: batch, among: grid.batch).range(of: batchIndex)
  }
}
