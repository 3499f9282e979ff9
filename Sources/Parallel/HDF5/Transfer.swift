internal import CHDF5
internal import CHDF5Shims

/// How the ranks of a file take part in one transfer.
///
/// On a file opened by one process
/// both mean the same.
package enum Transfer: Sendable {
  /// All ranks call together, each with its own block, which may be empty. The fastest
  /// way on a parallel file system.
  case collective
  /// Each rank calls when it likes, any number of times.
  case independent
}

/// How a file was opened: what its transfers may be.
package struct Access: Sendable {
  /// The ranks that share the file; nil when one process has it alone.
  package let ranks: Int?

  static let serial = Access(ranks: nil)

  /// The largest transfer one call makes, in bytes: MPI counts in 32-bit integers.
  static let limit = 1 << 30

  /// In how many calls a block is moved.
  ///
  /// Collective calls must be equally many on all ranks, whose blocks may differ: the
  /// number then follows from the whole dataset, which every rank knows.
  func pieces(own bytes: Int, dataset whole: Int, transfer: Transfer) -> Int {
    let counted = ranks != nil && transfer == .collective ? whole : bytes
    return max(1, (counted + Access.limit - 1) / Access.limit)
  }

  /// The property list of a transfer.
  func properties(
    _ transfer: Transfer, path: String
  ) throws(HDF5Error) -> Handle<PropertyListKind> {
    let list = try Handle<PropertyListKind>(
      "H5Pcreate", path, adopting: H5Pcreate(chdf5_transfer_class()))
    if ranks != nil {
      try check(
        "H5Pset_dxpl_mpio", path, chdf5_set_collective(list.id, transfer == .collective ? 1 : 0))
    }
    return list
  }
}
