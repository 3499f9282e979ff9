internal import CMPI

/// The MPI library that the program runs with.
package enum Library {
  /// Its name and version, the first part of what it says of itself.
  ///
  /// C: `MPI_Get_library_version`.
  package static var version: String {
    var buffer = [CChar](repeating: 0, count: Int(MPI_MAX_LIBRARY_VERSION_STRING) + 1)
    var length: CInt = 0
    guard MPI_Get_library_version(&buffer, &length) == MPI_SUCCESS else { return "unknown" }
    let text = String(
      decoding: buffer[..<Int(length)].map(UInt8.init(bitPattern:)), as: UTF8.self)
    return String(text.prefix { $0 != "," && $0 != "\n" }).replacing("\t", with: " ")
  }

  /// What a build without ScaLAPACK does otherwise; nil with it.
  package static var missing: String? {
    ProcessGrid.isAvailable
      ? nil : "built without ScaLAPACK: each node factorises large matrices by itself"
  }
}
