internal import CMPI
internal import CMPIShims

/// The shared-memory windows of the ranks of one node.
///
/// Freeing a window waits for the other ranks of the node, which must not happen in a
/// `deinit`: on the way up from an error the others never come. So giving a window up
/// is only noted, and the windows that all ranks gave up are freed in the next call
/// that is collective on the node anyway (`allocate`, `fence`).
final class NodeWindows {
  let rank: Int
  let size: Int
  private let handle: MPI_Comm

  private struct Window {
    let handle: MPI_Win
    let identifier: Int64
    var isGivenUp = false
  }

  /// In order of allocation, the same on all ranks of the node.
  private var windows: [Window] = []
  private var allocations: Int64 = 0

  /// The ranks of `communicator` that share memory with this one (collective).
  init(splitting communicator: MPI_Comm) throws {
    var part = cmpi_comm_null()
    try check(
      "MPI_Comm_split_type",
      MPI_Comm_split_type(
        communicator, CInt(MPI_COMM_TYPE_SHARED), 0, cmpi_info_null(), &part))
    handle = created(part, by: "MPI_Comm_split_type")
    try check("MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(handle, cmpi_errors_return()))
    (rank, size) = try placeInGroup(handle)
  }

  deinit {
    guard !isMPIFinalized() else { return }
    cmpi_comm_free(handle)
  }

  /// Memory that exists once on the node, in an epoch that lasts until it is freed.
  func allocate(bytes: Int) throws -> (base: UnsafeMutableRawPointer, identifier: Int64) {
    try freeGivenUp()
    var base: UnsafeMutableRawPointer?
    var window = cmpi_win_null()
    try check(
      "MPI_Win_allocate_shared",
      MPI_Win_allocate_shared(
        rank == 0 ? MPI_Aint(max(bytes, 1)) : 0, 1, cmpi_info_null(), handle, &base, &window))
    let win = created(window, by: "MPI_Win_allocate_shared")
    var length: MPI_Aint = 0
    var unit: CInt = 0
    try check("MPI_Win_shared_query", MPI_Win_shared_query(win, 0, &length, &unit, &base))
    try check("MPI_Win_lock_all", MPI_Win_lock_all(MPI_MODE_NOCHECK, win))
    allocations += 1
    windows.append(Window(handle: win, identifier: allocations))
    return (created(base, by: "MPI_Win_shared_query"), allocations)
  }

  /// Notes that this rank no longer uses a window; touches nobody else.
  func giveUp(_ identifier: Int64) {
    guard let index = windows.firstIndex(where: { $0.identifier == identifier }) else { return }
    windows[index].isGivenUp = true
  }

  /// Waits for the ranks of the node and makes their writes to a window visible.
  func fence(_ identifier: Int64) throws {
    let window = windows.first { $0.identifier == identifier && !$0.isGivenUp }
    if let window { try check("MPI_Win_sync", MPI_Win_sync(window.handle)) }
    try freeGivenUp()
    if let window { try check("MPI_Win_sync", MPI_Win_sync(window.handle)) }
  }

  /// Frees the windows that every rank gave up; waits for all of them in any case.
  private func freeGivenUp() throws {
    var votes = windows.map { $0.isGivenUp ? UInt8.max : 0 }
    votes.append(0)
    try check(
      "MPI_Allreduce",
      MPI_Allreduce(
        cmpi_in_place(), &votes, CInt(votes.count), cmpi_uint8(), cmpi_bitwise_and(), handle))
    for index in windows.indices.reversed() where votes[index] != 0 {
      let window = windows.remove(at: index).handle
      try check("MPI_Win_unlock_all", MPI_Win_unlock_all(window))
      try check("MPI_Win_free", cmpi_win_free(window))
    }
  }
}
