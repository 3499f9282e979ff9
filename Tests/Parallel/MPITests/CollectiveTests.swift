import Collectives
import LinearAlgebra
import TestSupport
import Testing

@testable import MPI

extension RankTests {
  /// Every collective, for every element type, whole and cut into messages of 7 elements.
  @Suite struct CollectiveTests {
    nonisolated static let limits = [1 << 27, 7]

    @Test(arguments: limits) func float32(limit: Int) throws { try all(Float.self, limit) }
    @Test(arguments: limits) func float64(limit: Int) throws { try all(Double.self, limit) }
    @Test(arguments: limits) func integers(limit: Int) throws { try all(Int.self, limit) }
    @Test(arguments: limits) func bytes(limit: Int) throws { try all(UInt8.self, limit) }

    private func all<T: Transferable & Numeric>(_ type: T.Type, _ limit: Int) throws {
      var world = try testWorld()
      world.messageLimit = limit
      let p = world.size
      for count in [0, 1, 6, 7, 8, 50] {
        func value(_ rank: Int, _ i: Int) -> T { T(exactly: (rank * 3 + i) % 11) ?? T() }

        var sums = (0..<count).map { value(world.rank, $0) }
        try world.sum(&sums)
        let expectedSums = (0..<count).map { i in
          (0..<p).reduce(T.zero) { $0 + value($1, i) }
        }
        try expectEverywhere(sums == expectedSums, on: world, "sum of \(count)")

        var maxima = (0..<count).map { value(world.rank, $0) }
        try world.maximum(&maxima)
        let expectedMaxima = (0..<count).map { i in (0..<p).reduce(T()) { max($0, value($1, i)) } }
        try expectEverywhere(maxima == expectedMaxima, on: world, "maximum of \(count)")

        for root in 0..<p {
          var sent = (0..<count).map { value(world.rank, $0) }
          try world.broadcast(&sent, from: root)
          try expectEverywhere(
            sent == (0..<count).map { value(root, $0) }, on: world, "broadcast from \(root)")
        }

        // Uneven parts: rank r gives count + r elements, and every third rank none.
        func length(_ rank: Int) -> Int { rank % 3 == 2 ? 0 : count + rank }
        let whole = try world.gather((0..<length(world.rank)).map { value(world.rank, $0) })
        let expectedWhole = (0..<p).flatMap { r in (0..<length(r)).map { value(r, $0) } }
        try expectEverywhere(whole == expectedWhole, on: world, "gather of \(count)")
      }
    }

    /// A limit of 7 must really make more calls: 50 elements take 8.
    @Test func messagesAreCut() throws {
      var world = try testWorld()
      world.messageLimit = 7
      var pieces: [Range<Int>] = []
      world.forEachMessage(of: 50) { pieces.append($0) }
      try expectEverywhere(
        pieces.count == 8 && pieces.allSatisfy { $0.count <= 7 } && pieces.last == 49..<50,
        on: world)
    }

    @Test func texts() throws {
      let world = try testWorld()
      let text = try world.broadcast(world.rank == 0 ? "Größe ∂x" : "", from: 0)
      try expectEverywhere(text == "Größe ∂x", on: world)
    }

    @Test func splitGroups() throws {
      let world = try testWorld()
      let part = try world.split(color: world.rank % 2)
      let members = try part.gather(world.rank)
      try expectEverywhere(
        members == (0..<world.size).filter { $0 % 2 == world.rank % 2 }, on: world)
      try expectEverywhere(part.rank == world.rank / 2, on: world)
    }

    @Test func errorsNameTheCall() throws {
      let world = try testWorld()
      let error = MPIError(call: "MPI_Bcast", code: 8)
      try expectEverywhere(
        error.description.hasPrefix("MPI_Bcast failed: MPI_ERR_ROOT"), on: world,
        Comment(rawValue: error.description))
    }
  }
}
