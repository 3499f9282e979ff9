internal import CHDF5Shims

/// An element that HDF5 reads into or writes from memory, converting from or to the
/// dataset's own numeric type.
package protocol Storable: BitwiseCopyable, Sendable {
  /// The C type in memory, as an identifier that must not be closed.
  static var memoryType: Int64 { get }
  /// The type of a dataset created to store it: little endian, the same width.
  static var fileType: Int64 { get }
  /// The value of unread memory.
  static var zero: Self { get }
}

extension Float: Storable {
  package static var memoryType: Int64 { prepared(chdf5_native_float()) }
  package static var fileType: Int64 { prepared(chdf5_file_float()) }
}

extension Double: Storable {
  package static var memoryType: Int64 { prepared(chdf5_native_double()) }
  package static var fileType: Int64 { prepared(chdf5_file_double()) }
}

extension Int: Storable {
  package static var memoryType: Int64 { prepared(chdf5_native_int64()) }
  package static var fileType: Int64 { prepared(chdf5_file_int64()) }
}

/// Also how booleans are stored: 0 or 1.
extension UInt8: Storable {
  package static var memoryType: Int64 { prepared(chdf5_native_uint8()) }
  package static var fileType: Int64 { prepared(chdf5_file_uint8()) }
}

private func prepared(_ id: Int64) -> Int64 {
  prepareLibrary()
  return id
}
