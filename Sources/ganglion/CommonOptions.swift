internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import LinearAlgebra
internal import MPI

/// The flags that every sub-command has.
struct CommonOptions: ParsableArguments {
  @Option(help: "A YAML file of long flag names and values; flags on the command line win.")
  var config: String?

  @Option(
    help: """
      Threads a rank, or auto: the cores of the rank's affinity mask, shared among the ranks \
      that share them.
      """)
  var threads = ThreadCount.auto

  @Flag(help: "Print errors only.")
  var quiet = false

  /// How many threads this rank may use; BLAS is set to it.
  ///
  /// - Collective: every rank of `world` must call it.
  func startThreads(on world: borrowing Communicator) throws -> Int {
    let own = Affinity.current
    // Ranks with the same mask on the same host share its cores.
    let key = Array("\(world.node.name) \(own.list)\n".utf8)
    let keys = String(decoding: try world.gather(key), as: UTF8.self)
    let ownKey = String(decoding: key, as: UTF8.self).dropLast()
    let sharing = keys.split(separator: "\n").count { $0 == ownKey }
    let count =
      switch threads {
      case .auto: max(1, own.cores / max(1, sharing))
      case .fixed(let count): count
      }
    BLAS.setThreads(count)
    return count
  }
}

/// `auto` or a positive number.
enum ThreadCount: ExpressibleByArgument {
  case auto
  case fixed(Int)

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let count = Int(argument), count >= 1 {
      self = .fixed(count)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { "auto" }
}

/// The cores on which the kernel lets this process run.
struct Affinity {
  /// As the kernel writes it: "0-3,8".
  let list: String
  let cores: Int

  static var current: Affinity {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    let list = line?.split(separator: "\t").last.map(String.init) ?? ""
    let cores = list.split(separator: ",").reduce(0) { count, part in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      return count + (ends.last ?? 0) - (ends.first ?? 0) + 1
    }
    return Affinity(list: list, cores: max(1, cores))
  }
}
