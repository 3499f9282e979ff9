internal import CHDF5
internal import CHDF5Shims

/// A fixed-length UTF-8 text type: what can be written collectively.
func makeStringType(bytes: Int, _ path: String) throws(HDF5Error) -> Handle<TypeKind> {
  prepareLibrary()
  let type = try Handle<TypeKind>("H5Tcopy", path, adopting: H5Tcopy(chdf5_c_string()))
  try check("H5Tset_size", path, H5Tset_size(type.id, max(1, bytes)))
  try check("H5Tset_cset", path, H5Tset_cset(type.id, H5T_CSET_UTF8))
  try check("H5Tset_strpad", path, H5Tset_strpad(type.id, H5T_STR_NULLPAD))
  return type
}

/// The strings one after the other, each padded with zeros to the longest one's length.
func packed(_ strings: [String]) -> (bytes: [UInt8], length: Int) {
  let length = max(1, strings.map(\.utf8.count).max() ?? 1)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(length * strings.count)
  for string in strings {
    bytes.append(contentsOf: string.utf8)
    bytes.append(contentsOf: repeatElement(0, count: length - string.utf8.count))
  }
  return (bytes, length)
}

/// Reads `count` strings of a type through `read`, which is given type and buffer.
func readStrings(
  count: Int, type: borrowing Handle<TypeKind>, space: Int64,
  _ read: (Int64, UnsafeMutableRawPointer) throws(HDF5Error) -> Void
) throws(HDF5Error) -> [String] {
  guard count > 0 else { return [] }
  if H5Tis_variable_str(type.id) > 0 {
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    do {
      var span = pointers.mutableSpan
      try span.withUnsafeMutableBytes { buffer throws(HDF5Error) in
        if let base = buffer.baseAddress { try read(type.id, base) }
      }
    }
    let strings = pointers.map { $0.map { String(cString: $0) } ?? "" }
    pointers.withUnsafeMutableBytes { buffer in
      if let base = buffer.baseAddress {
        _ = H5Dvlen_reclaim(type.id, space, chdf5_default_properties(), base)
      }
    }
    return strings
  }
  let length = Int(H5Tget_size(type.id))
  var bytes = [UInt8](repeating: 0, count: count * length)
  do {
    var span = bytes.mutableSpan
    try span.withUnsafeMutableBytes { buffer throws(HDF5Error) in
      if let base = buffer.baseAddress { try read(type.id, base) }
    }
  }
  let padsWithSpaces = H5Tget_strpad(type.id) == H5T_STR_SPACEPAD
  return (0..<count).map { index in
    var part = bytes[(index * length)..<((index + 1) * length)].prefix { $0 != 0 }
    while padsWithSpaces, part.last == UInt8(ascii: " ") { part = part.dropLast() }
    return String(decoding: part, as: UTF8.self)
  }
}

extension Dataset {
  /// Reads all strings of a dataset of text, fixed or variable in length.
  ///
  /// - Throws: `HDF5Error` if it does not hold text.
  /// - Collective on shared files.
  package func readStrings() throws(HDF5Error) -> [String] {
    guard case .string = type else {
      throw HDF5Error(call: "H5Dread", path: describe(), message: "holds \(type), not text")
    }
    try requireFilters()
    let path = describe()
    let stored = try Handle<TypeKind>("H5Dget_type", path, adopting: H5Dget_type(identifier))
    let space = try Handle<DataspaceKind>("H5Dget_space", path, adopting: H5Dget_space(identifier))
    return try HDF5.readStrings(count: extents == nil ? 0 : count, type: stored, space: space.id) {
      (type, buffer) throws(HDF5Error) in
      try check(
        "H5Dread", path,
        H5Dread(
          identifier, type, chdf5_all(), chdf5_all(), chdf5_default_properties(), buffer))
    }
  }
}

extension Location where Self: ~Copyable {
  /// Creates a 1-D dataset of fixed-length UTF-8 strings and writes it, the same on all ranks.
  ///
  /// - Collective on shared files.
  package func createStrings(_ name: String, _ strings: [String]) throws(HDF5Error) -> Dataset {
    let (bytes, length) = packed(strings)
    let type = try makeStringType(bytes: length, describe(name))
    let dataset = try createDataset(name, shape: [strings.count], type: type.id)
    let path = dataset.describe()
    guard !strings.isEmpty else { return dataset }
    let properties = try access.properties(.collective, path: path)
    try check(
      "H5Dwrite", path,
      H5Dwrite(
        dataset.identifier, type.id, chdf5_all(), chdf5_all(), properties.id, bytes))
    return dataset
  }

  /// Creates a scalar dataset of fixed-length UTF-8 text and writes it, the same on all ranks.
  ///
  /// - Collective on shared files.
  package func writeText(_ name: String, _ text: String) throws(HDF5Error) {
    let bytes = packed([text]).bytes
    let type = try makeStringType(bytes: bytes.count, describe(name))
    let dataset = try createDataset(name, shape: [], type: type.id)
    let path = dataset.describe()
    let properties = try access.properties(.collective, path: path)
    try check(
      "H5Dwrite", path,
      H5Dwrite(dataset.identifier, type.id, chdf5_all(), chdf5_all(), properties.id, bytes))
  }

  /// Creates a 1-D dataset of UTF-8 strings of variable length and writes it.
  ///
  /// Not on shared files: the MPI-IO driver does not write such strings.
  package func createVariableStrings(
    _ name: String, _ strings: [String]
  ) throws(HDF5Error) -> Dataset {
    prepareLibrary()
    let place = describe(name)
    let type = try Handle<TypeKind>("H5Tcopy", place, adopting: H5Tcopy(chdf5_c_string()))
    try check("H5Tset_size", place, H5Tset_size(type.id, chdf5_variable_length()))
    try check("H5Tset_cset", place, H5Tset_cset(type.id, H5T_CSET_UTF8))
    let dataset = try createDataset(
      name, shape: [strings.count], type: type.id, isFilled: true)
    guard !strings.isEmpty else { return dataset }
    // All texts in one piece, each with its zero, and where each begins.
    var bytes: [CChar] = []
    var starts: [Int] = []
    for string in strings {
      starts.append(bytes.count)
      bytes += string.utf8.map { CChar(bitPattern: $0) } + [0]
    }
    let code = bytes.withUnsafeBufferPointer { buffer in
      let pointers = starts.map { start in buffer.baseAddress.map { $0 + start } }
      return H5Dwrite(
        dataset.identifier, type.id, chdf5_all(), chdf5_all(), chdf5_default_properties(),
        pointers)
    }
    try check("H5Dwrite", place, code)
    return dataset
  }
}
