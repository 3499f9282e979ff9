internal import Wording

/// A job on a cluster: as many ranks on each node, and threads in each rank, as on any other.
package struct Job: Equatable, Sendable {
  package var nodes: Int
  package var ranksPerNode: Int
  package var threads: Int

  package init(nodes: Int, ranksPerNode: Int, threads: Int) {
    precondition(
      nodes >= 1 && ranksPerNode >= 1 && threads >= 1,
      "\(nodes) nodes × \(ranksPerNode) ranks × \(threads) threads")
    self.nodes = nodes
    self.ranksPerNode = ranksPerNode
    self.threads = threads
  }

  /// Ranks on all nodes.
  package var ranks: Int { nodes * ranksPerNode }
}

extension Job: CustomStringConvertible {
  package var description: String {
    counted(nodes, "node") + " × " + counted(ranksPerNode, "rank") + " × "
      + counted(threads, "thread")
  }
}
