internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import LinearAlgebra
internal import MPI
internal import Machine

/// The flags that every sub-command has.
struct CommonOptions: ParsableArguments {
  @Option(help: "A YAML file of long flag names and values; flags on the command line win.")
  var config: String?

  @Option(
    help: """
      Threads a rank, or auto: the cores of the rank's affinity mask, shared among the ranks \
      that share them. No more run than the rank has cores.
      """)
  var threads = ThreadCount.auto

  @Flag(help: "Print errors only.")
  var quiet = false

  /// How many threads this rank may use; BLAS is set to it.
  ///
  /// What the user should know of threads and BLAS kernels rank 0 says once, on standard error.
  ///
  /// - Parameters:
  ///   - world: all ranks.
  ///   - topics: what of it is said; a command leaves out what it reports itself or does not use.
  /// - Returns: the number, at most the rank's cores.
  /// - Throws: `CommandLineError` (exit code 78) where memory is too little to begin with.
  /// - Collective: every rank of `world` must call it.
  func startThreads(
    on world: borrowing Communicator, warningOf topics: Set<StartTopic> = [.threads, .kernels]
  ) throws -> Int {
    let isAutomatic = threads.fixed == nil
    let (count, warning) = ThreadLimit().threads(
      try threads.fixed ?? CoreShare(on: world).threads, isAutomatic: isAutomatic)
    try warn(topics.contains(.threads) ? warning : nil, on: world)
    try warn(topics.contains(.kernels) ? BLAS.kernelWarning : nil, on: world)
    try world.agree {
      guard let missing = BLAS.reserveBuffers(threads: count) else { return }
      throw CommandLineError(
        exitCode: ExitCode.configuration,
        description: """
          no memory for the BLAS library's buffers, \(missing >> 20) MiB a rank: raise the \
          limit (ulimit -v), or use fewer --threads
          """)
    }
    BLAS.setThreads(count)
    return count
  }

  /// Prints the first of the ranks' warnings, which tend to be the same.
  ///
  /// - Collective: every rank of `world` must call it.
  private func warn(_ warning: String?, on world: borrowing Communicator) throws {
    guard let line = try world.gather(line: warning).first, world.rank == 0, !quiet else { return }
    StandardError.warn(line)
  }
}

/// What a command may warn of as it starts.
enum StartTopic {
  case threads, kernels
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

  /// The number; nil for `auto`.
  var fixed: Int? {
    switch self {
    case .auto: nil
    case .fixed(let count): count
    }
  }

  var defaultValueDescription: String { "auto" }
}
