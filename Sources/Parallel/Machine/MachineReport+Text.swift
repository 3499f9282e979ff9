internal import Foundation
internal import LinearAlgebra
internal import Wording

extension MachineReport {
  /// The report for people: one line a subject, then the advice.
  package var text: String {
    var lines = [
      line("MPI", "\(mpi), \(count(ranks.count, "rank")) on \(count(machine.hosts, "host"))"),
      line("BLAS", "\(blas); kernels for \(kernels)"),
      line("HDF5", "\(hdf5); reads \(filters.joined(separator: " "))"),
    ]
    if !missingFilters.isEmpty {
      lines.append(line("", "cannot read \(missingFilters.joined(separator: " "))"))
    }
    for rank in ranks {
      let place = "cores \(Self.list(rank.cores)), shared by \(rank.sharers)"
      let work = String(format: ", %.1f cores busy", rank.busyCores)
      lines.append(
        line("rank \(rank.rank)", "\(rank.host), \(place); \(count(rank.threads, "thread"))\(work)")
      )
    }
    let products = String(
      format: "%.1f GFLOP/s in single, %.1f in double precision, each rank",
      machine.productRateFloat / 1e9, machine.productRateDouble / 1e9)
    lines.append(line("products", products))
    if let rate = machine.packedRate, let kernel = machine.packedKernel {
      lines.append(
        line("packed", String(format: "%.1f GFLOP/s by ", rate / 1e9) + "\(kernel.name), each rank")
      )
    }
    lines.append(
      line("memory", String(format: "%.1f GB/s, each rank", machine.memoryBandwidth / 1e9)))
    if let rate = machine.messagesWithinHost { lines.append(line("in a host", describe(rate))) }
    if let rate = machine.messagesBetweenHosts {
      lines.append(line("between", "hosts " + describe(rate)))
    }
    if ranks.count > 1 {
      let sums = String(
        format: "8 numbers %.1f µs, 8 MiB %.2f ms, over all ranks",
        machine.shortSum * 1e6, machine.longSum * 1e3)
      lines.append(line("sums", sums))
    }
    if let files = machine.files {
      let rates = String(
        format: "collective write %.2f GB/s, read %.2f GB/s, all ranks; data came back right",
        files.write / 1e9, files.read / 1e9)
      lines.append(line("files", rates))
    }
    lines += advice.isEmpty ? [line("advice", "none: all is well")] : advice.map { "! \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The report for programs: JSON with sorted keys; `machine` is what `plan` reads.
  ///
  /// - Throws: nothing in practice: all fields are numbers, strings and lists.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  private func line(_ subject: String, _ text: String) -> String {
    padded(subject, to: 10) + text
  }

  /// The first rank's kernels, and whose choice they are.
  private var kernels: String {
    guard let rank = ranks.first else { return "?" }
    return rank.kernelFamily
      + (rank.libraryKernelFamily.map { ", by the processor's features (the library: \($0))" } ?? "")
  }

  private func describe(_ rate: MessageRate) -> String {
    String(
      format: "%.1f µs, then %.2f GB/s each way", rate.latency * 1e6, rate.bandwidth / 1e9)
  }

  private func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(plural(noun, of: number))"
  }
}
