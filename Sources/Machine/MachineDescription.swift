internal import Collectives
package import HDF5
internal import LinearAlgebra

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

  /// The same products in the shape that iterations have, a panel of 256 rows on each thread;
  /// nil in a description by hand: then 0.75 of the rates above.
  package var panelRateFloat: Double?
  package var panelRateDouble: Double?

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
}

extension MachineDescription {
  /// Measures the machine with the ranks and BLAS threads at hand; takes a few seconds.
  ///
  /// - Parameters:
  ///   - group: all ranks.
  ///   - hostOfRank: the host of each rank, in rank order, as any distinct numbers.
  ///   - directory: where files are tried; nil for no files.
  ///   - seconds: how long each rate is measured.
  /// - Throws: what communication and files throw.
  /// - Collective: every rank of the group must call it.
  package init(
    measuring group: borrowing some FileGroup & ~Copyable, hostOfRank: [Int],
    directory: String?, seconds: Double = 0.4
  ) throws {
    precondition(hostOfRank.count == group.size, "\(hostOfRank.count) hosts, \(group.size) ranks")
    ranks = group.size
    hosts = Set(hostOfRank).count
    threads = BLAS.threads
    try group.barrier()
    productRateFloat =
      -(try group.maximum(-measureProductRate(of: Float.self, seconds: seconds).rate))
    try group.barrier()
    productRateDouble =
      -(try group.maximum(-measureProductRate(of: Double.self, seconds: seconds).rate))
    try group.barrier()
    let share = seconds / 2
    let workers = BLAS.threads
    panelRateFloat = try Self.slowest(
      measurePanelRate(of: Float.self, threads: workers, seconds: share), on: group)
    panelRateDouble = try Self.slowest(
      measurePanelRate(of: Double.self, threads: workers, seconds: share), on: group)
    gramRate = try Self.slowest(measureGramRate(seconds: share), on: group)
    factorRate = try Self.slowest(measureFactorRate(seconds: share), on: group)
    vectorBandwidth = try Self.slowest(
      measureVectorBandwidth(threads: workers, seconds: share), on: group)
    let sharing = hostOfRank.filter { $0 == hostOfRank[group.rank] }.count
    memoryBandwidth =
      -(try group.maximum(
        -(try measureMemoryBandwidth(
          threads: BLAS.threads, bytes: max(1 << 25, (1 << 29) / sharing)))
      ))
    let neighbour = hostOfRank.dropFirst().firstIndex(of: hostOfRank[0])
    messagesWithinHost = try neighbour.map {
      try measureMessages(between: 0, and: $0, on: group)
    }
    let stranger = hostOfRank.firstIndex { $0 != hostOfRank[0] }
    messagesBetweenHosts = try stranger.map {
      try measureMessages(between: 0, and: $0, on: group)
    }
    shortSum = try timeSum(elements: 8, on: group)
    longSum = try timeSum(elements: 1 << 20, on: group)
    files = try directory.map { try probeFiles(in: $0, on: group) }
  }

  /// The least of all ranks' rates, which are measured at the same time.
  private static func slowest(
    _ rate: @autoclosure () throws -> Double, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Double {
    try group.barrier()
    return -(try group.maximum(-(try rate())))
  }
}
