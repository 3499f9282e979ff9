internal import CHDF5

/// The HDF5 library that the program runs with.
package enum Library {
  /// Its version, like "1.10.8".
  ///
  /// C: `H5get_libversion`.
  package static var version: String {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    guard H5get_libversion(&major, &minor, &release) >= 0 else { return "unknown" }
    return "\(major).\(minor).\(release)"
  }

  /// The filters that recordings are commonly compressed with.
  ///
  /// C: `H5Zfilter_avail`.
  package static var commonFilters: [Filter] {
    prepareLibrary()
    return [1, 2, 3, 4, 32000, 32001, 32004, 32008, 32015].map { code in
      let available = H5Zfilter_avail(H5Z_filter_t(code)) > 0
      if !available { _ = takeErrorText() }
      return Filter(code: code, storedName: "", isAvailable: available)
    }
  }
}
