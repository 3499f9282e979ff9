internal import CMPI
internal import CMPIShims
internal import Glibc

/// Where a rank runs: its node and its place among the ranks there.
package struct NodeInfo: Sendable, Equatable {
  /// The host name.
  package let name: String

  /// This rank's place among the communicator's ranks on the node, from 0.
  package let rank: Int

  /// How many of the communicator's ranks run on the node.
  package let size: Int

  /// How many nodes the communicator spans.
  package let nodeCount: Int

  /// Asks MPI (collective over the communicator).
  init(of windows: NodeWindows, in communicator: MPI_Comm) throws {
    rank = windows.rank
    size = windows.size
    var first: Int64 = windows.rank == 0 ? 1 : 0
    try check(
      "MPI_Allreduce",
      MPI_Allreduce(cmpi_in_place(), &first, 1, cmpi_int64(), cmpi_sum(), communicator))
    nodeCount = Int(first)
    var buffer = [CChar](repeating: 0, count: Int(MPI_MAX_PROCESSOR_NAME) + 1)
    var length: CInt = 0
    try check("MPI_Get_processor_name", MPI_Get_processor_name(&buffer, &length))
    name = String(decoding: buffer[..<Int(length)].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
