package import Collectives
package import LinearAlgebra

extension Communicator {
  /// A matrix of zeros that the ranks of the node share.
  ///
  /// Each rank clears its own part, so that on a machine with several memory
  /// controllers the pages lie near the ranks that later fill them.
  package func allocateOnNode<S: Scalar>(
    rows: Int, columns: Int, of: S.Type
  ) throws -> NodeShared<S> {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot be \(rows)×\(columns)")
    let windows = nodeWindows
    let (base, identifier) = try windows.allocate(
      bytes: rows * columns * MemoryLayout<S>.stride)
    let elements = base.bindMemory(to: S.self, capacity: max(1, rows * columns))
    let own = Partition(of: rows, among: node.size).range(of: node.rank)
    (elements + own.lowerBound * columns).initialize(repeating: 0, count: own.count * columns)
    let shared = NodeShared(
      matrix: Matrix(adopting: elements, rows: rows, columns: columns) {
        windows.giveUp(identifier)
      },
      nodeRank: node.rank, nodeSize: node.size
    ) {
      try windows.fence(identifier)
    }
    try shared.synchronize()
    return shared
  }
}
