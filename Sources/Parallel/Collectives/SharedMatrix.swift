package import LinearAlgebra

/// A matrix once a node that has several owners.
package final class SharedMatrix<S: Scalar> {
  /// The matrix as the ranks of the node see it.
  package let shared: NodeShared<S>

  /// Takes a matrix that is complete.
  package init(_ shared: consuming NodeShared<S>) { self.shared = shared }
}

extension SharedMatrix {
  /// Some rows and the same columns, in float64, once a node.
  ///
  /// - Complexity: a copy, shared by the ranks of a node; no communication between nodes.
  /// - Collective: every rank of `group` must call it.
  package func selectedBlock(
    _ places: [Int], group: borrowing some RankGroup & ~Copyable
  ) throws -> SharedMatrix<Double> {
    var result = try group.allocateOnNode(
      rows: places.count, columns: places.count, of: Double.self)
    let rows = Partition(of: places.count, among: result.nodeSize).range(of: result.nodeRank)
    let entries = shared.matrix.selectedBlock(rows.map { places[$0] }, places)
    for (i, row) in rows.enumerated() { result.matrix.copyRow(row, from: entries, i) }
    try result.synchronize()
    return SharedMatrix<Double>(result)
  }
}
