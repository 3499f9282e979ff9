internal import CSignals
internal import Collectives
internal import Glibc

/// The limit of this process's address space (`ulimit -v`), which some batch systems set.
///
/// Libraries below do not all look whether they were given memory: Open MPI crashes, exits
/// with a code of its own or hangs as it starts, HDF5 and its file layer end the job. So what
/// they are known to take is asked for before, and what happens all the same is explained.
package enum MemoryLimit {
  /// Under a limit that is nearly used up, a crash inside a library, or an exit that it
  /// decides on, ends the program with `ExitCode.internalError` and one line that says so.
  ///
  /// Call it before and after a library is started that has signal handlers of its own.
  package static func explainCrashes() {
    let message =
      "ganglion: error: no memory within the limit (ulimit -v): a library crashed for want of "
      + "it. Raise the limit, or take more nodes or fewer ranks a node (ganglion plan)\n"
    // Where it fails, crashes remain what they are.
    _ = csignals_explain_memory(message, ExitCode.internalError)
  }

  /// Whether there is a limit.
  package static var isSet: Bool { csignals_address_limit() >= 0 }

  /// Tells that the exit that follows is the program's own, not a library's.
  package static func exitIsOurs() { csignals_exit_is_ours() }

  /// Requires address space for what comes.
  ///
  /// - Parameters:
  ///   - bytes: what this process will take beside what it has, 0 or more.
  ///   - purpose: what for, as it stands after "for".
  ///   - remedy: what else than raising the limit would help; nil for nothing.
  /// - Throws: `MemoryLimitError` (exit code 78).
  package static func require(_ bytes: Double, for purpose: String, remedy: String? = nil) throws {
    let limit = csignals_address_limit()
    guard limit >= 0 else { return }
    // Threads of OpenBLAS may be on their way to the buffers that they take as it is loaded.
    usleep(20_000)
    let needed = Double(csignals_address_space()) + bytes
    guard needed > Double(limit) else { return }
    throw MemoryLimitError(
      limit: Double(limit), needed: needed, purpose: purpose, remedy: remedy)
  }
}

/// A limit of address space that is too low for what a rank will take.
package struct MemoryLimitError: ExitCoded {
  let limit: Double
  let needed: Double
  let purpose: String
  let remedy: String?

  package var exitCode: Int32 { ExitCode.configuration }
  package var description: String {
    "the limit of memory is \(Int(limit / 1e6)) MB a rank (ulimit -v), expected at least "
      + "\(Int((needed / 1e6).rounded(.up))) MB for \(purpose): raise it"
      + (remedy.map { ", or \($0)" } ?? "")
  }
}
