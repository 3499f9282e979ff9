/// Items dealt to ranks as contiguous ranges whose lengths differ by at most one.
///
/// The first `items % ranks` ranks hold one item more; with more ranks than items the
/// last ones hold none.
package struct Partition: Equatable, Sendable {
  package let items: Int
  package let ranks: Int

  /// Deals `items` among `ranks`.
  package init(of items: Int, among ranks: Int) {
    precondition(items >= 0 && ranks >= 1, "\(items) items among \(ranks) ranks")
    self.items = items
    self.ranks = ranks
  }

  /// The items of one rank.
  package func range(of rank: Int) -> Range<Int> {
    precondition(rank >= 0 && rank < ranks, "rank \(rank) of \(ranks)")
    let share = items / ranks
    let larger = items % ranks
    let start = rank * share + min(rank, larger)
    return start..<(start + share + (rank < larger ? 1 : 0))
  }

  /// The number of items of each rank.
  package var counts: [Int] { (0..<ranks).map { range(of: $0).count } }

  /// The rank that holds an item.
  package func owner(of item: Int) -> Int {
    precondition(item >= 0 && item < items, "item \(item) of \(items)")
    let share = items / ranks
    let larger = items % ranks
    let boundary = larger * (share + 1)
    return item < boundary ? item / (share + 1) : larger + (item - boundary) / share
  }
}
