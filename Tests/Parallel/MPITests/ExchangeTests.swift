import Collectives
import LinearAlgebra
import TestSupport
import Testing

@testable import MPI

extension RankTests {
  @Suite struct ExchangeTests {
    /// Rank r sends to rank q a block of (r + 2q) % 5 * 4 numbers that name r, q and place.
    nonisolated private static func count(_ from: Int, _ to: Int) -> Int { (from + 2 * to) % 5 * 4 }

    nonisolated private static func block(from: Int, to: Int, _ offset: Int) -> [Double] {
      let start = 1000 * from + 100 * to + 30 * offset
      return (0..<count(from, to)).map { Double(start + $0) }
    }

    @Test(arguments: [1 << 27, 7]) func blocksArrive(limit: Int) throws {
      var world = try testWorld()
      world.messageLimit = limit
      let (rank, p) = (world.rank, world.size)
      // Two exchanges under way at once, finished in the other order.
      let first = try begin(world, 0)
      let second = try begin(world, 1)
      let later = try second.finish()
      let sooner = try first.finish()
      for (offset, received) in [(0, values(sooner.incoming)), (1, values(later.incoming))] {
        let expected = (0..<p).flatMap { Self.block(from: $0, to: rank, offset) }
        try expectEverywhere(Array(received.prefix(expected.count)) == expected, on: world)
      }
    }

    private func begin(
      _ world: borrowing Communicator, _ offset: Int
    ) throws -> Exchange<Double> {
      let (rank, p) = (world.rank, world.size)
      let send = (0..<p).map { Self.count(rank, $0) }
      let receive = (0..<p).map { Self.count($0, rank) }
      let block = (0..<p).flatMap { Self.block(from: rank, to: $0, offset) }
      return try world.beginExchange(
        Matrix([block + [-1]]), sendCounts: send,
        into: Matrix(rows: 1, columns: receive.reduce(0, +) + 1), receiveCounts: receive)
    }

    /// The other ranks' messages still arrive in memory that is allocated.
    @Test func droppedExchangeKeepsItsBuffers() throws {
      let world = try testWorld()
      do { _ = try begin(world, 0) }
      let next = try begin(world, 1).finish()
      try expectEverywhere(next.incoming.columns > 0, on: world)
    }

    private func values(_ matrix: borrowing Matrix<Double>) -> [Double] {
      (0..<matrix.columns).map { matrix[0, $0] }
    }
  }
}
