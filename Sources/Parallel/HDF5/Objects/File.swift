internal import CHDF5
internal import CHDF5Shims

/// An open HDF5 file.
///
/// `File.open(path)` and `File.create(path)` are for one process; with `on:` the ranks of
/// a communicator share the file through MPI-IO, and then every method that is not a
/// plain property is collective: all ranks call it, in the same order, with the same
/// names and values, except for the block of data that each one moves.
///
/// Objects opened in it must die before `close()`: an open child makes closing fail. A
/// shared file must be closed by `close()`; one that is dropped, because an error is on
/// its way up, stays open to the end of the job.
package struct File: ~Copyable, Location, Attributed {
  private let handle: Handle<FileKind>
  package let filePath: String
  package let access: Access

  package var identifier: Int64 { handle.id }
  package var objectPath: String { "/" }

  /// Opens an existing file for reading.
  ///
  /// - Throws: `HDF5Error` if there is none, it is not HDF5, or it is truncated.
  /// C: `H5Fopen`.
  package static func open(_ path: String, writable: Bool = false) throws(HDF5Error) -> File {
    try open(path, sharing: nil, writable: writable)
  }

  /// Opens a file for reading that HDF5 itself may hold open, as the source of a virtual
  /// dataset: how it closes must then be as the library has it.
  ///
  /// - Throws: `HDF5Error` as `open` does.
  static func openSource(_ path: String) throws(HDF5Error) -> File {
    let handle = try Handle<FileKind>(
      "H5Fopen", path, adopting: H5Fopen(path, chdf5_read_only(), chdf5_default_properties()))
    return File(handle: handle, filePath: path, access: .serial)
  }

  /// Opens a file for reading that another process extends meanwhile, as a single writer with
  /// many readers (SWMR).
  ///
  /// - Throws: `HDF5Error` as `open` does, and where its writer has not begun to share it.
  /// C: `H5Fopen` with `H5F_ACC_SWMR_READ`.
  package static func openGrowing(_ path: String) throws(HDF5Error) -> File {
    prepareLibrary()
    let list = try accessList(path, nil)
    let handle = try Handle<FileKind>(
      "H5Fopen", path, adopting: H5Fopen(path, chdf5_read_growing(), list.id))
    return File(handle: handle, filePath: path, access: .serial)
  }

  /// Opens an existing file for reading, shared by the ranks of a group.
  ///
  /// - Throws: `HDF5Error` if there is none, it is not HDF5, or it is truncated.
  /// - Collective: every rank of the group must call it. C: `H5Fopen`, `H5Pset_fapl_mpio`.
  package static func open(
    _ path: String, on group: borrowing some FileGroup & ~Copyable, writable: Bool = false
  ) throws -> File {
    try group.withParallelAccess { try open(path, sharing: $0, writable: writable) }
  }

  private static func open(
    _ path: String, sharing ranks: ParallelAccess?, writable: Bool
  ) throws(HDF5Error) -> File {
    prepareLibrary()
    let list = try accessList(path, ranks)
    let flags = writable ? chdf5_read_write() : chdf5_read_only()
    let handle = try Handle<FileKind>(
      "H5Fopen", path, adopting: H5Fopen(path, flags, list.id),
      closesWhenDropped: ranks == nil)
    return File(handle: handle, filePath: path, access: Access(ranks: ranks?.size))
  }

  /// Creates a file that must not exist yet.
  ///
  /// - Parameters:
  ///   - path: its name, perhaps a temporary one.
  ///   - name: what errors call it; nil for its path.
  ///   - userBlock: bytes at its start that HDF5 leaves alone: 0, or a power of 2 from 512 on.
  /// - Returns: the file, open for writing.
  /// - Throws: `HDF5Error` if it exists or cannot be created.
  /// C: `H5Fcreate`.
  package static func create(
    _ path: String, calling name: String? = nil, userBlock: Int = 0
  ) throws(HDF5Error) -> File {
    try create(path, calling: name ?? path, userBlock: userBlock, sharing: nil)
  }

  /// Creates a file that must not exist yet, shared by the ranks of a group.
  ///
  /// - Collective: every rank of the group must call it. C: `H5Fcreate`,
  ///   `H5Pset_fapl_mpio`.
  package static func create(
    _ path: String, calling name: String? = nil, userBlock: Int = 0,
    on group: borrowing some FileGroup & ~Copyable
  ) throws -> File {
    try group.withParallelAccess {
      try create(path, calling: name ?? path, userBlock: userBlock, sharing: $0)
    }
  }

  private static func create(
    _ path: String, calling name: String, userBlock: Int, sharing ranks: ParallelAccess?
  ) throws(HDF5Error) -> File {
    prepareLibrary()
    let list = try accessList(name, ranks)
    let creation = try Handle<PropertyListKind>(
      "H5Pcreate", name, adopting: H5Pcreate(chdf5_file_create_class()))
    try check("H5Pset_userblock", name, H5Pset_userblock(creation.id, UInt64(userBlock)))
    let handle = try Handle<FileKind>(
      "H5Fcreate", name,
      adopting: H5Fcreate(path, chdf5_exclusive(), creation.id, list.id),
      closesWhenDropped: ranks == nil)
    return File(handle: handle, filePath: name, access: Access(ranks: ranks?.size))
  }

  /// Whether a file starts with HDF5's signature, after a user block if there is one.
  ///
  /// C: `H5Fis_hdf5`.
  package static func isHDF5(_ path: String) -> Bool {
    prepareLibrary()
    let answer = H5Fis_hdf5(path)
    if answer < 0 { _ = takeErrorText() }
    return answer > 0
  }

  /// Writes everything out and closes, reporting a failure.
  ///
  /// Collective on shared files.
  package consuming func close() throws(HDF5Error) {
    let path = filePath
    try check("H5Fflush", path, H5Fflush(handle.id, H5F_SCOPE_GLOBAL))
    try handle.close(path)
  }

  private static func accessList(
    _ path: String, _ ranks: ParallelAccess?
  ) throws(HDF5Error) -> Handle<PropertyListKind> {
    let list = try Handle<PropertyListKind>(
      "H5Pcreate", path, adopting: H5Pcreate(chdf5_file_access_class()))
    try check("H5Pset_fclose_degree", path, H5Pset_fclose_degree(list.id, H5F_CLOSE_SEMI))
    if let ranks {
      try check("H5Pset_fapl_mpio", path, chdf5_use_mpio(list.id, ranks.communicator))
    }
    return list
  }
}
