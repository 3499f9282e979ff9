internal import CHDF5

/// How a dataset lies in its file.
package struct Storage: Equatable, Sendable {
  /// The shape of one chunk; nil if the elements are stored in one piece.
  package let chunks: [Int]?
  /// What each chunk went through when it was written, in that order.
  package let filters: [Filter]

  /// The filters that this HDF5 cannot undo: such a dataset cannot be read here.
  package var missingFilters: [Filter] { filters.filter { !$0.isAvailable } }

  init(of dataset: borrowing Handle<DatasetKind>, _ path: String) throws(HDF5Error) {
    let list = try Handle<PropertyListKind>(
      "H5Dget_create_plist", path, adopting: H5Dget_create_plist(dataset.id))
    if H5Pget_layout(list.id) == H5D_CHUNKED {
      var extents = [UInt64](repeating: 0, count: 32)
      let rank = try check("H5Pget_chunk", path, H5Pget_chunk(list.id, 32, &extents))
      chunks = extents.prefix(Int(rank)).map { Int(clamping: $0) }
    } else {
      chunks = nil
    }
    let count = try check("H5Pget_nfilters", path, H5Pget_nfilters(list.id))
    var filters: [Filter] = []
    for index in 0..<UInt32(max(0, count)) {
      var flags: UInt32 = 0
      var values = 0
      var configuration: UInt32 = 0
      var code: Int32 = 0
      let name = text(capacity: 256) {
        code = H5Pget_filter2(list.id, index, &flags, &values, nil, $1, $0, &configuration)
      }
      try check("H5Pget_filter", path, code)
      let available = H5Zfilter_avail(code)
      if available <= 0 { _ = takeErrorText() }
      filters.append(Filter(code: Int(code), storedName: name, isAvailable: available > 0))
    }
    self.filters = filters
  }
}

/// One step of a dataset's compression.
package struct Filter: Equatable, Sendable, CustomStringConvertible {
  /// The number by which The HDF Group registered it.
  package let code: Int
  /// The name the file gives it, perhaps empty.
  let storedName: String
  /// Whether this HDF5 has it, built in or as a plug-in.
  package let isAvailable: Bool

  package var description: String {
    Filter.known[code] ?? (storedName.isEmpty ? "filter \(code)" : storedName)
  }

  private static let known: [Int: String] = [
    1: "gzip", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "n-bit", 6: "scale-offset",
    32000: "lzf", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32013: "zfp",
    32015: "zstd", 32026: "blosc2",
  ]
}
