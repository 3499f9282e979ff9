internal import CMPI
internal import CMPIShims
internal import Collectives

/// The ranks of an MPI communicator, which it owns and frees.
///
/// It is created by `runSPMD` (all ranks) or `split`. It belongs to one thread at a time.
/// Errors come back as `MPIError`; MPI itself gives no guarantee for what follows one,
/// so they should end the job.
package struct Communicator: RankGroup, ~Copyable {
  package let rank: Int
  package let size: Int

  /// Where this rank runs.
  package let node: NodeInfo

  let handle: MPI_Comm
  let nodeWindows: NodeWindows

  /// The largest number of elements in one MPI call.
  ///
  /// MPI 3 counts elements in 32 bits, and libraries count bytes of a message in 32
  /// bits here and there: 2²⁷ doubles are 1 GiB. Longer messages are split.
  var messageLimit = 1 << 27

  /// The fewest entries of a matrix that are worth a rank when it is inverted.
  var leastShare = BlockCyclic.leastShare

  /// Takes over a communicator (collective over its ranks).
  init(owning handle: MPI_Comm) throws {
    try check("MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(handle, cmpi_errors_return()))
    let place = try placeInGroup(handle)
    let windows = try NodeWindows(splitting: handle)
    node = try NodeInfo(of: windows, in: handle)
    nodeWindows = windows
    (rank, size) = place
    self.handle = handle
  }

  deinit {
    guard !isMPIFinalized() else { return }
    cmpi_comm_free(handle)
  }

  /// A duplicate of all ranks of the job, so that no library's messages mix with ours.
  ///
  /// - Collective: every rank of the job must call it.
  /// C: `MPI_Comm_dup`.
  package static func world() throws -> Communicator {
    try Communicator(owning: duplicateWorld())
  }

  package func split(color: Int) throws -> Communicator {
    guard let color = CInt(exactly: color), color >= 0 else {
      preconditionFailure("color \(color) is not in 0...\(CInt.max)")
    }
    var part = cmpi_comm_null()
    try check("MPI_Comm_split", MPI_Comm_split(handle, color, CInt(rank), &part))
    var result = try Communicator(owning: created(part, by: "MPI_Comm_split"))
    result.messageLimit = messageLimit
    result.leastShare = leastShare
    return result
  }

  /// Calls `body` with the `MPI_Comm` itself, for libraries that speak MPI: the address that it is
  /// in Open MPI, or the integer that it is in MPICH as one.
  ///
  /// The handle is valid during the call only, and must not be freed.
  package func withUnsafeHandle<R>(_ body: (UnsafeRawPointer) throws -> R) rethrows -> R {
    try body(created(cmpi_comm_address(handle), by: "MPI_Comm_dup"))
  }
}

/// A fresh duplicate of `MPI_COMM_WORLD` that reports errors.
func duplicateWorld() throws -> MPI_Comm {
  var copy = cmpi_comm_null()
  try check("MPI_Comm_dup", MPI_Comm_dup(cmpi_comm_world(), &copy))
  return created(copy, by: "MPI_Comm_dup")
}

/// The handle that a successful call has written.
func created<Handle>(_ handle: Handle?, by call: String) -> Handle {
  guard let handle else { preconditionFailure("\(call) succeeded without a handle") }
  return handle
}

/// True once MPI may no longer be called, so that late `deinit`s do nothing.
func isMPIFinalized() -> Bool {
  var flag: CInt = 0
  MPI_Finalized(&flag)
  return flag != 0
}

/// This process's rank in a communicator and the number of its ranks.
func placeInGroup(_ handle: MPI_Comm) throws -> (rank: Int, size: Int) {
  var rank: CInt = 0
  var size: CInt = 0
  try check("MPI_Comm_rank", MPI_Comm_rank(handle, &rank))
  try check("MPI_Comm_size", MPI_Comm_size(handle, &size))
  return (Int(rank), Int(size))
}
