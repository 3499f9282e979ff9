import Collectives
import LinearAlgebra
import TestSupport
import Testing

@testable import MPI

extension RankTests {
  /// The inverse that ranks share, against the matrix itself and against LAPACK's.
  @Suite struct InversionTests {
    private static let ridge = 0.5

    /// A Gram matrix without full rank on every node, which a ridge makes definite.
    ///
    /// `Zᵀ Z` with fewer rows than columns; its eigenvalues reach to about `order` / 4.
    private func gram(
      _ order: Int, on world: borrowing Communicator
    ) throws -> NodeShared<Double> {
      let z = Matrix<Double>(filledBy: order / 2 + 1, order)
      var gram = try world.allocateOnNode(rows: order, columns: order, of: Double.self)
      if gram.nodeRank == 0 {
        var target = gram.matrix.mutableView
        multiply(z.view.transposed, z.view, into: &target)
      }
      try gram.synchronize()
      return gram
    }

    /// The largest entry of `(A + ridge I) A⁻¹ - I`.
    private func residual(
      _ a: borrowing Matrix<Double>, _ inverse: borrowing Matrix<Double>
    ) -> Double {
      let product = product(a, inverse)
      var largest = 0.0
      for i in 0..<a.rows {
        for j in 0..<a.rows {
          let entry = product[i, j] + Self.ridge * inverse[i, j] - (i == j ? 1 : 0)
          largest = entry.isFinite ? max(largest, abs(entry)) : .infinity
        }
      }
      return largest
    }

    /// Smaller than a block, a whole block, and a last block that is not full; on 1, 2, 3, 4,
    /// 6 and 7 ranks, so on 1×1, 3×1, 2×2 and 3×2 with ranks that hold no block.
    @Test(arguments: [1, 40, 64, 129, 260]) func sharedInverseInverts(order: Int) throws {
      var world = try testWorld()
      world.leastShare = 1
      let a = try gram(order, on: world)
      var shared = try world.allocateOnNode(rows: order, columns: order, of: Double.self)
      let result = try world.invertPositiveDefinite(a, ridge: Self.ridge, into: &shared)
      let isShared = BlockCyclic(order: order, ranks: world.size, leastShare: 1).ranks > 1
      let times = try world.sum(result.flops) / Inversion.flops(order: order)
      try expectEverywhere(
        result.isPositiveDefinite
          && abs(times - (isShared ? 1 : Double(world.node.nodeCount))) < 1e-12, on: world)
      let error = residual(a.matrix, shared.matrix)
      try expectEverywhere(error < 1e-11, on: world, "A A⁻¹ - I is \(error)")

      var alone = try world.allocateOnNode(rows: order, columns: order, of: Double.self)
      _ = try world.invertOnEachNode(a, ridge: Self.ridge, into: &alone)
      let difference = relativeError(entries(shared.matrix), entries(alone.matrix))
      try expectEverywhere(difference < 1e-10, on: world, "differs by \(difference)")

      var rounded = try world.allocateOnNode(rows: order, columns: order, of: Float.self)
      var again = try world.allocateOnNode(rows: order, columns: order, of: Double.self)
      _ = try world.invertPositiveDefinite(a, ridge: Self.ridge, into: &rounded)
      _ = try world.invertPositiveDefinite(a, ridge: Self.ridge, into: &again)
      try expectEverywhere(
        entries(again.matrix) == entries(shared.matrix)
          && entries(rounded.matrix) == entries(shared.matrix).map { Float($0) },
        on: world, "the same bits again, and rounded")
    }

    /// A negative pivot in the last block, and a NaN, are found by all ranks; the next matrix
    /// is none the worse for it.
    @Test(arguments: [-1e6, .nan]) func allRanksLearnOfABadMatrix(entry: Double) throws {
      var world = try testWorld()
      world.leastShare = 1
      let order = 200
      let good = try gram(order, on: world)
      var bad = try gram(order, on: world)
      if bad.nodeRank == 0 { bad.matrix[order - 1, order - 1] = entry }
      try bad.synchronize()
      var inverse = try world.allocateOnNode(rows: order, columns: order, of: Double.self)
      let result = try world.invertPositiveDefinite(bad, ridge: Self.ridge, into: &inverse)
      try expectEverywhere(
        !result.isPositiveDefinite && entries(inverse.matrix).allSatisfy { $0 == 0 }, on: world)
      let next = try world.invertPositiveDefinite(good, ridge: Self.ridge, into: &inverse)
      try expectEverywhere(
        next.isPositiveDefinite && residual(good.matrix, inverse.matrix) < 1e-11, on: world)
    }

    private func entries<S: Scalar>(_ matrix: borrowing Matrix<S>) -> [S] {
      (0..<matrix.rows * matrix.columns).map { matrix.elements[$0] }
    }
  }
}

extension Matrix<Double> {
  /// Numbers without a pattern that rows or columns share.
  init(filledBy rows: Int, _ columns: Int) {
    self.init(rows: rows, columns: columns)
    var state: UInt64 = 88_172_645_463_325_252
    for i in 0..<rows {
      for j in 0..<columns {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        self[i, j] = Double(state >> 11) / Double(1 << 53) - 0.5
      }
    }
  }
}
