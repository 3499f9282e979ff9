internal import Collectives
package import HDF5
package import LinearAlgebra

/// What a prediction of running times needs to know of a machine.
///
/// `ganglion doctor` measures it, and it can be written by hand. All rates are what one
/// rank gets while the others work too.
package struct MachineDescription: Codable, Equatable, Sendable {
  /// Ranks that were measured together.
  package var ranks: Int

  /// Hosts they ran on.
  package var hosts: Int

  /// BLAS threads of each rank.
  package var threads: Int

  /// Matrix products in single precision, operations a second; the slowest rank's.
  package var productRateFloat: Double

  /// Matrix products in double precision, operations a second; the slowest rank's.
  package var productRateDouble: Double

  /// The same products in the shape that iterations have, a panel of `panelRows` rows on each
  /// thread; nil in a description by hand: then 0.75 of the rates above.
  package var panelRateFloat: Double?
  package var panelRateDouble: Double?

  /// Products with packed matrices, operations a second, all threads of the slowest rank; nil by
  /// hand: panels in single precision.
  package var packedRate: Double?

  /// What takes them, of the first rank; nil by hand: what this process would.
  package var packedKernel: ProductKernel?

  /// Tiles of a Gram matrix in double precision; nil by hand: 0.8 of the rate above.
  package var gramRate: Double?

  /// Inverses by Cholesky in double precision; nil by hand: 0.5 of the rate above.
  package var factorRate: Double?

  /// Traffic of vectors that fit the caches, bytes a second; nil by hand: twice the memory's.
  package var vectorBandwidth: Double?

  /// Memory traffic, bytes a second; the slowest rank's.
  package var memoryBandwidth: Double

  /// Messages between two ranks of one host; nil if no host has two.
  package var messagesWithinHost: MessageRate?

  /// Messages between ranks of two hosts; nil on a single host.
  package var messagesBetweenHosts: MessageRate?

  /// Seconds for a sum of 8 numbers over all ranks.
  package var shortSum: Double

  /// Seconds for a sum of 2²⁰ doubles (8 MiB) over all ranks.
  package var longSum: Double

  /// Files, all ranks together.
  package var files: FileRate?

  /// Rows of the panels that are measured.
  package static var panelRows: Int { 256 }
}

extension MachineDescription {
  /// How much is measured; more of it is steadier.
  package struct Effort: Sendable {
    /// How often each rate is measured, and for how many seconds at a time.
    var rounds: Int
    var seconds: Double
    /// Numbers in a long message.
    var elements: Int

    /// About 15 s, for a description that is kept.
    package static let thorough = Effort(rounds: 7, seconds: 0.15, elements: 1 << 20)
    /// About 4 s.
    package static let quick = Effort(rounds: 3, seconds: 0.1, elements: 1 << 18)
    /// About a second.
    package static let least = Effort(rounds: 1, seconds: 0.05, elements: 1 << 16)
  }

  /// Measures the machine with the ranks and BLAS threads at hand.
  ///
  /// - Parameters:
  ///   - group: all ranks.
  ///   - hostOfRank: the host of each rank, in rank order, as any distinct numbers.
  ///   - directory: where files are tried; nil for no files.
  ///   - effort: how long it may take.
  /// - Throws: what communication and files throw.
  /// - Collective: every rank of the group must call it.
  package init(
    measuring group: borrowing some FileGroup & ~Copyable, hostOfRank: [Int],
    directory: String?, effort: Effort
  ) throws {
    precondition(hostOfRank.count == group.size, "\(hostOfRank.count) hosts, \(group.size) ranks")
    ranks = group.size
    hosts = Set(hostOfRank).count
    threads = BLAS.threads
    let sharing = hostOfRank.filter { $0 == hostOfRank[group.rank] }.count
    let rates = try SteadyRates(
      on: group, sharing: sharing,
      effort: SteadyRates.Effort(rounds: effort.rounds, seconds: effort.seconds))
    productRateFloat = rates[.productFloat]
    productRateDouble = rates[.productDouble]
    panelRateFloat = rates[.panelFloat]
    panelRateDouble = rates[.panelDouble]
    packedRate = rates[.packed]
    packedKernel = ProductKernel.best().kernel
    gramRate = rates[.gram]
    factorRate = rates[.factor]
    vectorBandwidth = rates[.vectors]
    memoryBandwidth = rates[.memory]
    let neighbour = hostOfRank.dropFirst().firstIndex(of: hostOfRank[0])
    messagesWithinHost = try neighbour.map {
      try measureMessages(between: 0, and: $0, on: group, elements: effort.elements / 2)
    }
    let stranger = hostOfRank.firstIndex { $0 != hostOfRank[0] }
    messagesBetweenHosts = try stranger.map {
      try measureMessages(between: 0, and: $0, on: group, elements: effort.elements / 2)
    }
    shortSum = try timeSum(elements: 8, on: group)
    // Of fewer numbers the same in proportion: it is the bandwidth that counts.
    longSum =
      try timeSum(elements: effort.elements, on: group) * Double(1 << 20) / Double(effort.elements)
    files = try directory.map { try probeFiles(in: $0, on: group) }
  }
}
