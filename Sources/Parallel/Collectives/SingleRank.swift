package import LinearAlgebra

/// A group of one rank that needs no launcher: what a laptop run and unit tests use.
package struct SingleRank: RankGroup, ~Copyable {
  package init() {}

  package var rank: Int { 0 }
  package var size: Int { 1 }

  package func sum<T: Transferable>(_ values: inout MutableSpan<T>) {}
  package func maximum<T: Transferable>(_ values: inout MutableSpan<T>) {}

  package func broadcast<T: Transferable>(_ values: inout MutableSpan<T>, from root: Int) {
    precondition(root == 0, "there is no rank \(root)")
  }

  package func gather<T: Transferable>(
    _ part: Span<T>, into whole: inout MutableSpan<T>, counts: [Int]
  ) {
    precondition(counts == [part.count] && whole.count == part.count, "counts \(counts)")
    for i in 0..<part.count { whole[i] = part[i] }
  }

  package func beginExchange<S: Scalar>(
    _ outgoing: consuming Matrix<S>, sendCounts: [Int],
    into incoming: consuming Matrix<S>, receiveCounts: [Int]
  ) -> Exchange<S> {
    precondition(sendCounts == receiveCounts && sendCounts.count == 1, "counts \(sendCounts)")
    do {
      let source = outgoing.elements
      var target = incoming.mutableElements
      for i in 0..<sendCounts[0] { target[i] = source[i] }
    }
    return Exchange(outgoing: outgoing, incoming: incoming, wait: nil)
  }

  package func split(color: Int) -> SingleRank { SingleRank() }

  package func allocateOnNode<S: Scalar>(
    rows: Int, columns: Int, of: S.Type
  ) -> NodeShared<S> {
    NodeShared(
      matrix: Matrix(rows: rows, columns: columns), nodeRank: 0, nodeSize: 1, fence: {})
  }

  package func invertPositiveDefinite<S: Scalar & Transferable>(
    _ a: borrowing NodeShared<Double>, ridge: Double, into inverse: inout NodeShared<S>
  ) throws -> Inversion {
    try invertOnEachNode(a, ridge: ridge, into: &inverse)
  }
}
