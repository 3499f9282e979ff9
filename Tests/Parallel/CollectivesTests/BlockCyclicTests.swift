import Collectives
import Testing

@Suite struct BlockCyclicTests {
  @Test(arguments: [
    (1, 1, 1), (2, 1, 1), (3, 3, 1), (4, 2, 2), (5, 2, 2), (6, 3, 2), (7, 3, 2), (12, 4, 3),
    (511, 23, 22), (1024, 32, 32),
  ]) func gridIsNearlySquare(ranks: Int, rows: Int, columns: Int) {
    let layout = BlockCyclic(order: 100_000, ranks: ranks, leastShare: 1)
    #expect(layout.rows == rows && layout.columns == columns)
  }

  @Test(arguments: [(0, 4), (1, 4), (63, 4), (64, 4), (65, 6), (1000, 6), (3001, 7)])
  func everyEntryHasOneOwner(order: Int, ranks: Int) {
    let layout = BlockCyclic(order: order, ranks: ranks, leastShare: 1)
    for count in [layout.rows, layout.columns] {
      let places = (0..<count).flatMap { layout.places(of: $0, among: count) }
      #expect(places.flatMap { Array($0) }.sorted() == Array(0..<order))
    }
    var most = 0
    for row in 0..<layout.rows {
      for column in 0..<layout.columns {
        most = max(
          most,
          BlockCyclic.length(layout.places(of: row, among: layout.rows))
            * BlockCyclic.length(layout.places(of: column, among: layout.columns)))
      }
    }
    #expect(layout.mostEntries == most)
  }

  @Test func smallMatricesStayWithOneRank() {
    #expect(BlockCyclic(order: 2449, ranks: 64).ranks == 1)
    #expect(BlockCyclic(order: 2450, ranks: 64).ranks == 3)
    #expect(BlockCyclic(order: 24_000, ranks: 64).ranks == 64)
  }
}
