import Collectives
import LinearAlgebra
import MPI
import TestSupport
import Testing

extension RankTests {
  @Suite struct NodeTests {
    @Test func ranksOfANodeShareItsMemory() throws {
      let world = try testWorld()
      let first = world.node.rank == 0
      let nodes = try world.sum(first ? 1 : 0)
      let ranks = try world.sum(first ? world.node.size : 0)
      try expectEverywhere(
        nodes == world.node.nodeCount && ranks == world.size && !world.node.name.isEmpty,
        on: world)
      let n = 2 * world.size + 1
      var shared = try world.allocateOnNode(rows: n, columns: 3, of: Float.self)
      try expectEverywhere((0..<n).allSatisfy { shared.matrix[$0, 2] == 0 }, on: world)
      for row in Partition(of: n, among: shared.nodeSize).range(of: shared.nodeRank) {
        for column in 0..<3 { shared.matrix[row, column] = Float(10 * row + column) }
      }
      try shared.synchronize()
      try expectEverywhere(
        (0..<n).allSatisfy { row in
          (0..<3).allSatisfy { shared.matrix[row, $0] == Float(10 * row + $0) }
        }, on: world)
      try shared.free()
    }

    /// Given up in different order, and by one rank much earlier: nobody waits or crashes.
    @Test func windowsAreFreedOnceAllRanksGaveThemUp() throws {
      let world = try testWorld()
      var first: NodeShared<Double>? = try world.allocateOnNode(
        rows: 2, columns: 2, of: Double.self)
      let second = try world.allocateOnNode(rows: 3, columns: 3, of: Double.self)
      if world.rank == 0 { first = nil }
      try second.synchronize()
      if world.rank != 0 {
        first?.matrix[0, 0] = 1
        first = nil
      }
      let third = try world.allocateOnNode(rows: 0, columns: 3, of: Double.self)
      try expectEverywhere(third.matrix.rows == 0, on: world)
      try second.free()
    }
  }
}
