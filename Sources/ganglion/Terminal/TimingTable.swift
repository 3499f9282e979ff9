internal import Collectives
internal import Foundation
internal import LinearAlgebra
internal import MPI
internal import Machine
internal import Runtime
internal import Wording

/// The table at the end of a run: time by phase over ranks, work against the machine's
/// measured peak, memory.
struct TimingTable {
  /// One row, agreed by all ranks.
  struct Row {
    let name: String
    let least: Double
    let mean: Double
    let most: Double
    /// Over all ranks.
    let flops: Double
  }

  let rows: [Row]
  /// Wall time of the run on the slowest rank.
  let total: Double
  /// Peak resident memory of each rank, bytes; includes what a node's ranks share.
  let memory: [Double]
  /// Of all ranks at once, flops a second.
  let peak: Double
  /// Of products with packed matrices, which the phase `solve` takes where there is one, and the
  /// kernels.
  let packed: (kernels: String, rate: Double)?
  /// The processor families whose BLAS kernels ran.
  let kernels: String
  /// What to do where the peak is far below what the processors can do, as `doctor` has it.
  let advice: [String]
  /// Seconds of each rank inside MPI during the run, in all phases together.
  let communication: [Double]
  let threads: Int
  let hosts: Int
  /// Whether somewhere more threads run than there are cores for them.
  let isOversubscribed: Bool

  /// Collects the phases of all ranks, which entered the same ones.
  ///
  /// - Collective: every rank of `group` must call it.
  init(
    _ phases: Phases, spent: (elapsed: Double, communication: Double), peak ownPeak: PeakRate,
    group: borrowing Communicator
  ) throws {
    communication = try group.gather(spent.communication)
    let share = try CoreShare(on: group)
    threads = BLAS.threads
    hosts = group.node.nodeCount
    isOversubscribed = try group.maximum(threads * share.sharers - share.cores.count) > 0
    let seconds = try group.gather(phases.all.map(\.seconds))
    var flops = phases.all.map(\.flops)
    try group.sum(&flops)
    let count = phases.all.count
    rows = phases.all.enumerated().map { index, phase in
      let times = stride(from: index, to: seconds.count, by: count).map { seconds[$0] }
      return Row(
        name: phase.name, least: times.min() ?? 0,
        mean: times.reduce(0, +) / Double(times.count), most: times.max() ?? 0,
        flops: flops[index])
    }
    total = try group.maximum(spent.elapsed)
    memory = try group.gather(Double(PeakMemory.bytes))
    peak = try group.sum(ownPeak.product.rate)
    packed = try ownPeak.packed.map { own in
      let names = try group.gather(line: own.kernel.name)
      return (Set(names).sorted().joined(separator: ", "), try group.sum(own.rate))
    }
    kernels = try group.kernelFamilies()
    advice = try MachineReport.advice(
      on: group, share: share, mpi: Library.version, product: ownPeak.product,
      bound: ownPeak.bound)
  }

  /// Seconds of a run from which on its table is shown without being asked for.
  static let longRun = 60.0
  /// Seconds of a run from which on there is advice without being asked for: of a shorter one the
  /// product that is timed is over in milliseconds, in which the threads have hardly begun.
  static let runWithAdvice = 10.0

  /// The table as text.
  var text: String {
    var lines = [["phase", "min s", "mean s", "max s", "share", "GFLOP/s", "of peak"]]
    lines += rows.map { row in
      let rate = row.most > 0 ? row.flops / row.most : 0
      return [
        row.name, Self.seconds(row.least), Self.seconds(row.mean), Self.seconds(row.most),
        percent(row.mean / total, decimals: 1), rate > 0 ? String(format: "%.1f", rate / 1e9) : "",
        rate > 0 && peak > 0 ? percent(rate / peak(of: row), decimals: 1) : "",
      ]
    }
    let rest = total - rows.reduce(0) { $0 + $1.mean }
    let largest = memory.max() ?? 0
    let mean = communication.reduce(0, +) / Double(communication.count)
    lines += [
      [
        "other", "", Self.seconds(max(0, rest)), "", percent(rest / total, decimals: 1), "", "",
      ],
      [
        "in MPI, of all", Self.seconds(communication.min() ?? 0), Self.seconds(mean),
        Self.seconds(communication.max() ?? 0), percent(mean / total, decimals: 1), "", "",
      ],
    ]
    return """
      \(Self.columns.text(lines))
      total \(Self.seconds(total)) s, GEMM peak \(String(format: "%.0f", peak / 1e9)) GFLOP/s \
      (\(kernels) kernels)\(packedText), peak memory a rank \
      \(String(format: "%.0f", largest / 1e6)) MB
      """
  }

  /// What a phase's products could reach.
  private func peak(of row: Row) -> Double {
    guard let packed, row.name == "solve" else { return peak }
    return packed.rate
  }

  private var packedText: String {
    guard let packed else { return "" }
    return ", of solve's products \(String(format: "%.0f", packed.rate / 1e9)) GFLOP/s "
      + "(\(packed.kernels))"
  }

  /// The table as an event of the log, which `ganglion scaling` reads.
  var event: [String: any Sendable & Encodable] {
    [
      "total_s": total, "ranks": memory.count, "threads": threads, "hosts": hosts,
      "oversubscribed": isOversubscribed, "phases": rows.map(\.name),
      "least_s": rows.map(\.least), "mean_s": rows.map(\.mean), "most_s": rows.map(\.most),
      "flops": rows.map(\.flops), "communication_s": communication,
      "memory_bytes": memory, "peak_flops": peak, "kernels": kernels,
      "product_peak_flops": packed?.rate ?? peak, "product_kernels": packed?.kernels ?? kernels,
    ]
  }

  private static let columns = TextColumns([
    .left(14), .right(9), .right(9), .right(9), .right(8), .right(9), .right(8),
  ])

  private static func seconds(_ value: Double) -> String { String(format: "%.3f", value) }
}

/// The most memory this process has had.
enum PeakMemory {
  /// Peak resident bytes, from the kernel.
  static var bytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
    return (kilobytes ?? 0) * 1024
  }
}
