internal import CSignals

/// What to do about libraries that do not look whether they were given memory.
package enum MemoryLimit {
  /// Under a limit of address space (`ulimit -v`) that is nearly used up, a crash inside a
  /// library ends the program with `ExitCode.internalError` and one line that says so.
  package static func explainCrashes() {
    let message =
      "ganglion: error: no memory within the limit (ulimit -v): a library crashed for want of "
      + "it. Raise the limit, or take more nodes or fewer ranks a node (ganglion plan)\n"
    // Where it fails, crashes remain what they are.
    _ = csignals_explain_memory(message, ExitCode.internalError)
  }
}
