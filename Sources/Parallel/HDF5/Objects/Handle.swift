internal import CHDF5
internal import MPI

/// What a handle refers to, and how it is closed.
package protocol HandleKind {
  /// The C function that closes it.
  static var closeCall: String { get }
  /// Closes an identifier; negative on failure.
  static func close(_ id: Int64) -> Int32
}

/// C: `H5Fclose`.
package enum FileKind: HandleKind {
  package static var closeCall: String { "H5Fclose" }
  package static func close(_ id: Int64) -> Int32 { H5Fclose(id) }
}

/// C: `H5Gclose`.
package enum GroupKind: HandleKind {
  package static var closeCall: String { "H5Gclose" }
  package static func close(_ id: Int64) -> Int32 { H5Gclose(id) }
}

/// C: `H5Dclose`.
package enum DatasetKind: HandleKind {
  package static var closeCall: String { "H5Dclose" }
  package static func close(_ id: Int64) -> Int32 { H5Dclose(id) }
}

/// C: `H5Aclose`.
package enum AttributeKind: HandleKind {
  package static var closeCall: String { "H5Aclose" }
  package static func close(_ id: Int64) -> Int32 { H5Aclose(id) }
}

/// C: `H5Tclose`.
package enum TypeKind: HandleKind {
  package static var closeCall: String { "H5Tclose" }
  package static func close(_ id: Int64) -> Int32 { H5Tclose(id) }
}

/// C: `H5Sclose`.
package enum DataspaceKind: HandleKind {
  package static var closeCall: String { "H5Sclose" }
  package static func close(_ id: Int64) -> Int32 { H5Sclose(id) }
}

/// C: `H5Pclose`.
package enum PropertyListKind: HandleKind {
  package static var closeCall: String { "H5Pclose" }
  package static func close(_ id: Int64) -> Int32 { H5Pclose(id) }
}

/// The one owner of an HDF5 identifier.
///
/// It is closed when the value dies, and then a failure is ignored; a writer calls
/// `close`, which reports it. Not `Sendable`: HDF5 is not re-entrant, and a value
/// stays on the thread that made it.
package struct Handle<Kind: HandleKind>: ~Copyable {
  let id: Int64
  /// False for a file that ranks share: closing it is collective, and a rank whose error
  /// is on its way up must not wait for the others.
  private let closesWhenDropped: Bool

  /// Takes over an identifier that a C function returned, or throws its error.
  init(
    _ call: String, _ path: String, adopting id: Int64, closesWhenDropped: Bool = true
  ) throws(HDF5Error) {
    prepareLibrary()
    self.closesWhenDropped = closesWhenDropped
    self.id = try check(call, path, id)
  }

  deinit {
    // HDF5 would close what is still open as the process exits: collectively, from within
    // MPI_Finalize; or once more on a full disk, which crashes.
    if !closesWhenDropped || Kind.close(id) < 0 { leaveMPIUnfinished() }
  }

  /// Closes and reports a failure.
  ///
  /// With open children a file cannot be closed.
  consuming func close(_ path: String) throws(HDF5Error) {
    let id = self.id
    discard self
    do throws(HDF5Error) {
      try check(Kind.closeCall, path, Kind.close(id))
    } catch {
      leaveMPIUnfinished()
      throw error
    }
  }

  /// Lends the C identifier (`hid_t`) for a call that this module does not wrap.
  package borrowing func withUnsafeHandle<R>(_ body: (Int64) throws -> R) rethrows -> R {
    try body(id)
  }
}
