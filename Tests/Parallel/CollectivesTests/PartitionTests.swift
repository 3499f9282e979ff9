import Collectives
import Testing

@Suite struct PartitionTests {
  @Test(arguments: [0, 1, 5, 8, 500], [1, 2, 3, 7, 31])
  func rangesCoverEveryItemOnceInOrder(items: Int, ranks: Int) {
    let partition = Partition(of: items, among: ranks)
    var next = 0
    for rank in 0..<ranks {
      let range = partition.range(of: rank)
      #expect(range.lowerBound == next)
      #expect(range.count - items / ranks <= 1)
      for item in range { #expect(partition.owner(of: item) == rank) }
      next = range.upperBound
    }
    #expect(next == items)
  }
}
