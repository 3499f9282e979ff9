package import LinearAlgebra

/// How the inversion of a matrix by the ranks of a group went.
package struct Inversion: Equatable, Sendable {
  /// The same on all ranks; if it is false the target is as it was.
  package let isPositiveDefinite: Bool

  /// The operations that this rank did.
  package let flops: Double

  package init(isPositiveDefinite: Bool, flops: Double) {
    self.isPositiveDefinite = isPositiveDefinite
    self.flops = flops
  }

  /// The operations of a whole matrix of some order.
  package static func flops(order: Int) -> Double {
    Double(order) * Double(order) * Double(order)
  }
}

extension RankGroup where Self: ~Copyable {
  /// `inverse ← (A + ridge I)⁻¹` by one rank of each node, while the others wait.
  ///
  /// - Complexity: n³ flops and n² numbers of memory on the first rank of each node; no
  ///   messages between nodes.
  /// - Collective: every rank of the group must call it.
  package func invertOnEachNode<S: Scalar & Transferable>(
    _ a: borrowing NodeShared<Double>, ridge: Double, into inverse: inout NodeShared<S>
  ) throws -> Inversion {
    let order = a.matrix.rows
    var failed = 0
    if a.nodeRank == 0 {
      var work = a.matrix.copy()
      for i in 0..<order { work[i, i] += ridge }
      var view = work.mutableView
      if (try? LinearAlgebra.invertPositiveDefinite(&view)) == nil {
        failed = 1
      } else {
        inverse.matrix.round(work, rows: 0..<order)
      }
    }
    let isPositiveDefinite = try maximum(failed) == 0
    try inverse.synchronize()
    return Inversion(
      isPositiveDefinite: isPositiveDefinite,
      flops: a.nodeRank == 0 ? Inversion.flops(order: order) : 0)
  }
}
