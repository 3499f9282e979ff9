internal import ArgumentParser
internal import Collectives
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
      that share them.
      """)
  var threads = ThreadCount.auto

  @Flag(help: "Print errors only.")
  var quiet = false

  /// How many threads this rank may use; BLAS is set to it.
  ///
  /// - Throws: `CommandLineError` (exit code 78) where memory is too little to begin with.
  /// - Collective: every rank of `world` must call it.
  func startThreads(on world: borrowing Communicator) throws -> Int {
    let count =
      switch threads {
      case .auto: try CoreShare(on: world).threads
      case .fixed(let count): count
      }
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
