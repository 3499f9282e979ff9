package import LinearAlgebra

/// A matrix that exists once on a node, in memory its ranks share.
///
/// Protocol of use: each rank writes only the rows it was given, all call
/// `synchronize()`, then all may read everything.
package struct NodeShared<S: Scalar>: ~Copyable {
  /// The shared matrix; its storage is common to the ranks of the node.
  package var matrix: Matrix<S>

  /// This rank's place among the ranks of its node, from 0.
  package let nodeRank: Int

  /// How many ranks share the matrix.
  package let nodeSize: Int

  private let fence: () throws -> Void

  /// This rank's view of a matrix in memory of its node; `fence` waits for the other ranks there.
  package init(
    matrix: consuming Matrix<S>, nodeRank: Int, nodeSize: Int,
    fence: @escaping () throws -> Void
  ) {
    self.matrix = matrix
    self.nodeRank = nodeRank
    self.nodeSize = nodeSize
    self.fence = fence
  }

  /// Waits for the ranks of the node and makes their writes visible (collective on the node).
  package func synchronize() throws { try fence() }

  /// Gives the memory back once all ranks of the node are done with it.
  ///
  /// Without this call it lives until the group's next collective work on shared memory,
  /// or the end of the run.
  ///
  /// - Collective: every rank of the node must call it.
  package consuming func free() throws {
    let fence = self.fence
    _ = consume self
    try fence()
  }
}

extension RankGroup where Self: ~Copyable {
  /// Completes a matrix that is shared on each node: every entry was written by one rank
  /// of the group into its node's copy, and is zero in the others (collective).
  ///
  /// - Complexity: no communication on one node; else a sum over one rank a node.
  package func assemble<S: Scalar & Transferable>(_ shared: inout NodeShared<S>) throws {
    try shared.synchronize()
    guard shared.nodeSize < size else { return }
    let leaders = try split(color: shared.nodeRank == 0 ? 0 : 1)
    if shared.nodeRank == 0 { try leaders.sum(&shared.matrix) }
    try shared.synchronize()
  }
}
