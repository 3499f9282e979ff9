import Collectives
import Foundation
import HDF5
import LinearAlgebra
import MPI
import TestSupport
import Testing

@testable import Machine

@Suite(.serialized) struct RateTests {
  @Test(arguments: [("0", [0]), ("0-3,8", [0, 1, 2, 3, 8]), (" 5, 7-7 ", [5, 7])])
  func coreListsAreRead(text: String, cores: [Int]) {
    #expect(parseList(Substring(text)) == cores)
  }

  @Test(arguments: ["", "a", "3-1", "1-"]) func otherTextIsNoCoreList(text: String) {
    #expect(parseList(Substring(text)) == nil || parseList(Substring(text)) == [])
  }

  @Test func oneRankHasItsCoresToItself() throws {
    let share = try CoreShare(on: SingleRank())
    #expect(share.sharers == 1)
    #expect(share.threads == share.cores.count)
    #expect(share.cores.count <= ProcessInfo.processInfo.processorCount)
    #expect(share.host == ProcessInfo.processInfo.hostName || !share.host.isEmpty)
  }

  /// Between what any processor of this century does and what none does.
  @Test func ratesArePlausible() throws {
    let threads = BLAS.threads
    BLAS.setThreads(1)
    defer { BLAS.setThreads(threads) }
    let product = measureProductRate(of: Float.self, seconds: 0.05)
    #expect((1e9...1e12).contains(product.rate), "\(product)")
    #expect(product.busyCores < 1.2, "one thread, \(product.busyCores) cores")
    let bound = try measureVectorRate(threads: 1)
    #expect((1e9...1e12).contains(bound), "\(bound)")
    let bandwidth = try measureMemoryBandwidth(threads: 1, bytes: 1 << 25, seconds: 0.05)
    #expect((1e8...1e12).contains(bandwidth), "\(bandwidth)")
  }

  @Test func filesComeBack() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let rate = try probeFiles(in: folder, rows: 64, on: SingleRank())
    #expect(rate.write > 0 && rate.read > 0)
    #expect(throws: FileProbeError.self) {
      try probeFiles(in: "/nonexistent", rows: 64, on: SingleRank())
    }
  }

  @Test func hdf5LibraryTellsItsVersion() {
    #expect(HDF5.Library.version.split(separator: ".").count == 3)
    #expect(HDF5.Library.commonFilters.contains { "\($0)" == "gzip" && $0.isAvailable })
  }
}

@Suite struct ThreadLimitTests {
  @Test func coresAndLibraryLimitThreads() {
    let limit = ThreadLimit(cores: 8, library: 64)
    #expect(limit.threads(8, isAutomatic: false) == (8, nil))
    let (count, warning) = limit.threads(1000, isAutomatic: false)
    #expect(count == 8)
    #expect(warning == "--threads 1000 is more than the 8 cores this rank may use: 8 run")
    #expect(ThreadLimit(cores: 1, library: nil).threads(2, isAutomatic: false).count == 1)
  }

  @Test func aLargeNodeIsToldOfTheLibrarysLimit() {
    let limit = ThreadLimit(cores: 128, library: 64)
    let (count, warning) = limit.threads(128, isAutomatic: true)
    #expect(count == 64)
    #expect(
      warning
        == "a rank has 128 cores, more than the 64 threads this OpenBLAS was built for: start "
        + "more ranks a node")
    #expect(
      limit.threads(100, isAutomatic: false).warning
        == "--threads 100 is more than the 64 threads this OpenBLAS was built for: 64 run")
  }
}

@Suite struct AdviceTests {
  private func rank(
    _ number: Int = 0, cores: Int = 4, sharers: Int = 1, threads: Int = 4, busy: Double = 4,
    warning: String? = nil, product: Double = 150e9
  ) -> MachineReport.Rank {
    MachineReport.Rank(
      rank: number, host: "node", cores: Array(0..<cores), sharers: sharers, threads: threads,
      busyCores: busy, kernelFamily: "Haswell", kernelWarning: warning, productRate: product,
      vectorRate: 200e9)
  }

  private func advice(_ rank: MachineReport.Rank, _ environment: [String: String] = [:]) -> String {
    MachineReport.advice(ranks: [rank], mpi: "Open MPI v4.1.4", environment: environment)
      .joined(separator: "\n")
  }

  @Test func aWellPlacedRankNeedsNone() { #expect(advice(rank()) == "") }

  @Test func eachTrapIsNamed() {
    #expect(advice(rank(cores: 2, busy: 2)).contains("4 threads on 2 cores (0-1)"))
    #expect(advice(rank(sharers: 2)).contains("2 ranks with 4 threads each share 4 cores"))
    #expect(advice(rank(busy: 1), ["OMP_PROC_BIND": "true"]).contains("unset OMP_PROC_BIND"))
    #expect(advice(rank(warning: "the kernels are old")) == "on node the kernels are old")
    #expect(
      advice(rank(warning: "the kernels are old", product: 60e9))
        == "on node the kernels are old (products reach 60 of the 200 GFLOP/s that the vector "
        + "units of its cores do)")
  }

  /// Half of what the vector units do is less than any kernels reach that suit them.
  @Test func slowProductsAreToldWhereNothingElseIsWrong() {
    #expect(advice(rank(product: 101e9)) == "")
    #expect(advice(rank(product: 99e9)).hasPrefix("products on rank 0 reach 99 of the 200"))
    #expect(!advice(rank(sharers: 2, product: 50e9)).contains("products"))
  }

  /// A run gets the advice only if products are slow.
  @Test func aRunIsAdvisedIfItsProductsAreSlow() throws {
    func advice(_ rate: Double) throws -> [String] {
      try MachineReport.advice(
        on: SingleRank(), share: CoreShare(on: SingleRank()), mpi: "Open MPI v4.1.4",
        product: ProductRate(rate: rate, busyCores: 1e3), bound: 200e9)
    }
    #expect(try advice(101e9).isEmpty)
    // Of kernels that OPENBLAS_CORETYPE asks for a run is warned as it begins.
    #expect(try advice(99e9).isEmpty == (BLAS.kernelWarning != nil))
  }

  @Test func severalRanksShouldUseROMIO() {
    let ranks = [rank(0), rank(1)]
    func advice(_ environment: [String: String]) -> [String] {
      MachineReport.advice(ranks: ranks, mpi: "Open MPI v4.1.4", environment: environment)
    }
    #expect(advice([:]).count == 1)
    for choice in ["romio321", "^ompio"] {
      #expect(advice(["OMPI_MCA_io": choice]).isEmpty)
    }
  }

  @Test func numbersAreListedAsRanges() {
    #expect(MachineReport.list([0, 1, 2, 5, 8, 7]) == "0-2,5,7-8")
    #expect(MachineReport.list([]) == "")
  }
}

@Suite(.serialized, .enabled(if: isUnderLauncher)) struct RankTests {
  @Test func ranksOfOneHostShareItsCores() throws {
    let world = try testWorld()
    let share = try CoreShare(on: world)
    try expectEverywhere(share.sharers == world.size, on: world)
    try expectEverywhere(share.threads == max(1, share.cores.count / world.size), on: world)
  }

  @Test func messagesTakeTime() throws {
    let world = try testWorld()
    guard world.size > 1 else { return }
    let rate = try measureMessages(between: 0, and: world.size - 1, on: world, elements: 1 << 14)
    try expectEverywhere((1e-8...1).contains(rate.latency) && rate.bandwidth > 1e5, on: world)
    try expectEverywhere(try timeSum(elements: 8, on: world) > 1e-8, on: world)
  }

  @Test func theWholeReport() throws {
    let world = try testWorld()
    let folder = FileManager.default.temporaryDirectory.path
    let report = try MachineReport(
      on: world, mpi: MPI.Library.version, directory: folder, timeLimit: 30, effort: .least)
    try expectEverywhere(report.ranks.map(\.rank) == Array(0..<world.size), on: world)
    let copy = try JSONDecoder().decode(MachineReport.self, from: Data(try report.json().utf8))
    try expectEverywhere(copy == report, on: world)
    let packed = report.machine.packedRate ?? 0
    try expectEverywhere(packed > 0 && report.machine.packedKernel != nil, on: world)
    try expectEverywhere(
      report.mpi.hasPrefix("Open MPI v"), on: world, Comment(rawValue: report.mpi))
    if world.rank == 0 { print(report.text) }
  }

  @Test func filesComeBackOnOtherRanks() throws {
    let world = try testWorld()
    let folder = FileManager.default.temporaryDirectory.path
    let rate = try probeFiles(in: folder, rows: 32, on: world)
    try expectEverywhere(rate.write > 0, on: world)
  }
}

@Suite(.serialized) struct RankLaunchTests {
  @Test(.disabled(if: isUnderLauncher), arguments: [1, 2, 5])
  func ranksPass(ranks: Int) throws {
    expectPassed(try launch(ranks: ranks, filter: "MachineTests.RankTests"))
  }
}
