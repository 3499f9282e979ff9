package import Collectives
internal import MPI

/// Ranks that can share a file.
package protocol FileGroup: RankGroup, ~Copyable {
  /// Lends what the MPI-IO driver needs to know of the ranks; nil where one process has
  /// the file for itself, and the serial driver does.
  func withParallelAccess<R: ~Copyable>(_ body: (ParallelAccess?) throws -> R) throws -> R
}

/// The ranks that share a file: their `MPI_Comm`, valid while the file is opened.
package struct ParallelAccess {
  let communicator: UnsafeMutableRawPointer
  let size: Int
}

extension SingleRank: FileGroup {
  package func withParallelAccess<R: ~Copyable>(
    _ body: (ParallelAccess?) throws -> R
  ) throws -> R {
    try body(nil)
  }
}

extension Communicator: FileGroup {
  package func withParallelAccess<R: ~Copyable>(
    _ body: (ParallelAccess?) throws -> R
  ) throws -> R {
    if size == 1 { return try body(nil) }
    var communicator: UnsafeMutableRawPointer?
    withUnsafeHandle { communicator = UnsafeMutableRawPointer(mutating: $0) }
    // The communicator outlives the call: `self` is borrowed by it.
    return try body(communicator.map { ParallelAccess(communicator: $0, size: size) })
  }
}
