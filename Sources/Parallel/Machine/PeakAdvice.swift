package import Collectives
internal import Foundation
internal import LinearAlgebra

extension MachineReport.Rank {
  /// This process's rank with what was measured on it.
  init(rank: Int, share: CoreShare, product: ProductRate, bound: Double) {
    self.init(
      rank: rank, host: share.host, cores: share.cores, sharers: share.sharers,
      threads: BLAS.threads, busyCores: product.busyCores, kernelFamily: BLAS.kernelFamily,
      betterKernelFamily: BLAS.betterKernelFamily, kernelWarning: BLAS.kernelWarning,
      productRate: product.rate, vectorRate: bound)
    if case .features(let instead) = BLAS.kernelChoice { libraryKernelFamily = instead }
  }

  /// Whether products run at less than half of what the vector units can do: kernels that suit
  /// a processor reach more, those for vectors of half the width do not.
  var isSlow: Bool {
    guard let productRate, let vectorRate else { return false }
    return productRate < 0.5 * vectorRate
  }
}

extension MachineReport {
  /// The advice for a run in which products are slow on some rank; nothing where they are not.
  ///
  /// - Parameters:
  ///   - group: all ranks.
  ///   - share: the cores of this one.
  ///   - mpi: the name of the MPI library.
  ///   - product: what was measured on this rank, while the others measured too.
  ///   - bound: what its vector units do at most, in the same precision.
  /// - Returns: the same on all ranks that have rank 0's environment.
  /// - Throws: what the group's communication throws.
  /// - Collective: every rank of the group must call it.
  package static func advice(
    on group: borrowing some RankGroup & ~Copyable, share: CoreShare, mpi: String,
    product: ProductRate, bound: Double
  ) throws -> [String] {
    let own = Rank(rank: group.rank, share: share, product: product, bound: bound)
    // Kernels that a user chose were warned of as the run began.
    let ranks = try gather(own, on: group).filter { $0.kernelWarning == nil }
    guard ranks.contains(where: \.isSlow) else { return [] }
    return advice(ranks: ranks, mpi: mpi, environment: ProcessInfo.processInfo.environment)
  }

  /// What every rank says of itself, in rank order, on every rank (collective).
  static func gather(
    _ own: Rank, on group: borrowing some RankGroup & ~Copyable
  ) throws -> [Rank] {
    let line = String(decoding: try JSONEncoder().encode(own), as: UTF8.self)
    return try group.gather(line: line).map {
      try JSONDecoder().decode(Rank.self, from: Data($0.utf8))
    }
  }
}
