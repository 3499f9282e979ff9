internal import LinearAlgebra
internal import Wording

/// How many threads a rank may run: no more than its cores, and than its BLAS library can tell
/// apart.
package struct ThreadLimit: Equatable, Sendable {
  /// Cores in the rank's affinity mask.
  let cores: Int

  /// What the BLAS library was built for; nil if it does not say.
  let library: Int?

  /// The limit of this process.
  package init() {
    self.init(cores: allowedCores().count, library: BLAS.mostThreads)
  }

  init(cores: Int, library: Int?) {
    self.cores = cores
    self.library = library
  }

  /// The threads to run where some are wanted, and a sentence where they are fewer.
  ///
  /// - Parameters:
  ///   - wanted: at least 1.
  ///   - isAutomatic: whether `auto` wants them, and not the user.
  /// - Returns: the number, and the sentence; nil if all can run.
  package func threads(_ wanted: Int, isAutomatic: Bool) -> (count: Int, warning: String?) {
    let count = min(wanted, cores, library ?? wanted)
    guard count < wanted else { return (count, nil) }
    let limit =
      count == cores
      ? "the \(cores) \(plural("core", of: cores)) this rank may use"
      : "the \(count) threads this OpenBLAS was built for"
    return (
      count,
      isAutomatic
        ? "a rank has \(wanted) cores, more than \(limit): start more ranks a node"
        : "--threads \(wanted) is more than \(limit): \(count) run"
    )
  }
}
