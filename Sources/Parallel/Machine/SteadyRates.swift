internal import Collectives
internal import LinearAlgebra
internal import Statistics

/// What a rank computes at, measured while all other ranks measure the same.
///
/// A machine that others share, or whose clock falls under load, has no one rate: measured
/// in a row, each kind of work would be given the minute it happened to meet. So the kinds
/// take turns, several times, and each has the median of its turns.
struct SteadyRates {
  enum Kind: CaseIterable {
    case productFloat, panelFloat, productDouble, panelDouble, packed, gram, factor, vectors, memory
  }

  /// How often all kinds have their turn, and how long one is.
  struct Effort {
    var rounds: Int
    var seconds: Double
  }

  private let medians: [Kind: Double]

  /// Measures; `sharing` ranks have the memory of this host together.
  ///
  /// - Throws: what the group's communication throws.
  /// - Collective: every rank of the group must call it.
  init(
    on group: borrowing some RankGroup & ~Copyable, sharing: Int, effort: Effort
  ) throws {
    precondition(effort.rounds >= 1, "\(effort.rounds) rounds")
    var rates: [Kind: [Double]] = [:]
    for _ in 0..<effort.rounds {
      for kind in Kind.allCases {
        try group.barrier()
        let rate = try Self.measure(kind, sharing: sharing, seconds: effort.seconds)
        rates[kind, default: []].append(rate)
      }
    }
    // A phase lasts as long as its slowest rank.
    medians = try Dictionary(
      uniqueKeysWithValues: Kind.allCases.map { kind in
        (kind, -(try group.maximum(-(lowerMedian(rates[kind] ?? []) ?? .nan))))
      })
  }

  subscript(kind: Kind) -> Double { medians[kind] ?? 0 }

  private static func measure(_ kind: Kind, sharing: Int, seconds: Double) throws -> Double {
    let threads = BLAS.threads
    return switch kind {
    case .productFloat: measureProductRate(of: Float.self, seconds: seconds).rate
    case .panelFloat: try measurePanelRate(of: Float.self, threads: threads, seconds: seconds)
    case .productDouble: measureProductRate(of: Double.self, seconds: seconds).rate
    case .panelDouble: try measurePanelRate(of: Double.self, threads: threads, seconds: seconds)
    case .packed:
      try measureBestPackedProduct(
        by: ProductKernel.best().kernel, threads: min(threads, allowedCores().count))
    case .gram: measureGramRate(seconds: seconds)
    case .factor: try measureFactorRate(seconds: seconds)
    case .vectors: try measureVectorBandwidth(threads: threads, seconds: seconds)
    case .memory:
      try measureMemoryBandwidth(
        threads: threads, bytes: max(1 << 25, (1 << 28) / sharing), seconds: seconds)
    }
  }
}
