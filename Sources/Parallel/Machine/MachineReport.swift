internal import Collectives
internal import Foundation
package import HDF5
internal import LinearAlgebra
internal import Runtime

/// What `ganglion doctor` finds: the libraries, each rank's place, measured rates, advice.
package struct MachineReport: Codable, Equatable, Sendable {
  /// One rank's host, cores and threads.
  package struct Rank: Codable, Equatable, Sendable {
    package var rank: Int
    package var host: String
    package var cores: [Int]
    /// Ranks on the host that may use some of these cores.
    package var sharers: Int
    package var threads: Int
    /// Cores that a matrix product really kept busy.
    package var busyCores: Double
    package var kernelFamily: String
    package var betterKernelFamily: String?
    /// What the BLAS library chose by itself, where the program has overruled it.
    package var libraryKernelFamily: String?
    /// What is wrong with the kernels, a sentence.
    package var kernelWarning: String?
    /// The best product, and what the vector units do at most, both in single precision or both
    /// in double: operations a second, all threads together.
    package var productRate: Double?
    package var vectorRate: Double?
  }

  /// Versions and kernels of the libraries; HDF5's filters that are there, and those that are not;
  /// the ranks, their machine, and what should be set otherwise.
  package var mpi: String
  package var blas: String
  package var hdf5: String
  package var filters: [String]
  package var missingFilters: [String]
  package var ranks: [Rank]
  package var machine: MachineDescription
  package var advice: [String]

  /// Looks and measures, with the BLAS threads now set.
  ///
  /// - Parameters:
  ///   - group: all ranks.
  ///   - mpi: the name of the MPI library.
  ///   - directory: where files are tried; nil for no files.
  ///   - timeLimit: seconds after which a collective write counts as hanging, which ends
  ///     the program with a message.
  ///   - effort: how long the rates are measured.
  /// - Throws: what communication and files throw.
  /// - Collective: every rank of the group must call it.
  package init(
    on group: borrowing some FileGroup & ~Copyable, mpi: String, directory: String?,
    timeLimit: Double, effort: MachineDescription.Effort = .thorough
  ) throws {
    self.mpi = mpi
    blas = BLAS.configuration
    hdf5 = Library.version
    filters = Library.commonFilters.filter(\.isAvailable).map(\.description)
    missingFilters = Library.commonFilters.filter { !$0.isAvailable }.map(\.description)
    let share = try CoreShare(on: group)
    try group.barrier()
    let own = Rank(
      rank: group.rank, share: share,
      product: measureProductRate(of: Float.self, seconds: effort.seconds),
      bound: try measureVectorRate(threads: BLAS.threads))
    let ranks = try Self.gather(own, on: group)
    self.ranks = ranks
    let hosts = Array(Set(ranks.map(\.host))).sorted()
    machine = try MachineDescription(
      measuring: group, hostOfRank: ranks.map { hosts.firstIndex(of: $0.host) ?? 0 },
      directory: nil, effort: effort)
    if let directory {
      let watchdog = Watchdog(
        limit: timeLimit, rank: group.rank,
        message: """
          a collective write into \(directory) hangs (\(timeLimit) s); set \
          OMPI_MCA_io=^ompio in the environment, or try another file system
          """, exitCode: ExitCode.inputOutput)
      machine.files = try withExtendedLifetime(watchdog) {
        try probeFiles(in: directory, on: group)
      }
    }
    advice = Self.advice(
      ranks: ranks, mpi: mpi, environment: ProcessInfo.processInfo.environment)
  }
}
