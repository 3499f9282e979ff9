internal import Collectives
internal import Foundation
package import MPI

/// A new directory that all ranks use.
///
/// - Collective: every rank of `world` must call it.
package func sharedDirectory(on world: borrowing Communicator) throws -> String {
  let path = try world.broadcast(
    world.rank == 0
      ? FileManager.default.temporaryDirectory.path + "/ganglion-test-\(UUID().uuidString)" : "")
  try world.agreeOnRoot {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  return path
}

/// Removes such a directory with all it holds, when every rank is done with it.
///
/// - Collective: every rank of `world` must call it.
package func remove(_ directory: String, on world: borrowing Communicator) throws {
  try world.barrier()
  if world.rank == 0 { try FileManager.default.removeItem(atPath: directory) }
}
