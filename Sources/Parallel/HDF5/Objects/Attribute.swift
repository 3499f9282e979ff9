internal import CHDF5
internal import CHDF5Shims

/// An object that can carry attributes.
package protocol Attributed: FileObject, ~Copyable {}

/// The value of an attribute, always as an array; a scalar has one entry.
package enum AttributeValue: Equatable, Sendable {
  case integers([Int])
  case numbers([Double])
  case strings([String])
  /// A value of a type that is not read here.
  case other(DataType)

  /// The text of a single string.
  package var string: String? {
    if case .strings(let values) = self, values.count == 1 { values[0] } else { nil }
  }

  /// All entries as floating point numbers; nil for text.
  package var doubles: [Double]? {
    switch self {
    case .integers(let values): values.map(Double.init)
    case .numbers(let values): values
    case .strings, .other: nil
    }
  }

  /// A single number.
  package var number: Double? {
    if let doubles, doubles.count == 1 { doubles[0] } else { nil }
  }
}

extension Attributed where Self: ~Copyable {
  /// The value of an attribute; nil if there is none of this name.
  ///
  /// - Throws: `HDF5Error` if it is there and cannot be read. C: `H5Aread`.
  package func attribute(_ name: String) throws(HDF5Error) -> AttributeValue? {
    let path = "\(describe())@\(name)"
    guard try check("H5Aexists", path, H5Aexists(identifier, name)) > 0 else { return nil }
    let attribute = try Handle<AttributeKind>(
      "H5Aopen", path, adopting: H5Aopen(identifier, name, chdf5_default_properties()))
    let space = try Handle<DataspaceKind>(
      "H5Aget_space", path, adopting: H5Aget_space(attribute.id))
    let count = try shape(of: space, path)?.reduce(1, *) ?? 0
    let stored = try Handle<TypeKind>("H5Aget_type", path, adopting: H5Aget_type(attribute.id))
    let type = DataType(stored)
    switch type {
    case .integer, .enumeration:
      return .integers(try readAttribute(attribute, path, count: count))
    case .float:
      return .numbers(try readAttribute(attribute, path, count: count))
    case .string:
      return .strings(
        try readStrings(count: count, type: stored, space: space.id) {
          (type, buffer) throws(HDF5Error) in
          try check("H5Aread", path, H5Aread(attribute.id, type, buffer))
        })
    case .other:
      return .other(type)
    }
  }

  /// The path of the object that an attribute refers to; nil if there is no such reference,
  /// or it leads nowhere.
  ///
  /// C: `H5Rdereference`, `H5Iget_name`.
  package func referenceTarget(_ attribute: String) -> String? {
    var code: Int32 = 0
    let path = text(capacity: 4096) {
      code = chdf5_reference_target(identifier, attribute, $0, $1)
    }
    guard code >= 0 else {
      _ = takeErrorText()
      return nil
    }
    return path
  }

  /// The names of the attributes, sorted.
  ///
  /// C: `H5Aget_name_by_idx`.
  package func attributeNames() throws(HDF5Error) -> [String] {
    let count = try check(
      "H5Oget_info", describe(), chdf5_attribute_count(identifier))
    return (0..<UInt64(count)).map { index in
      text(capacity: 1024) {
        _ = H5Aget_name_by_idx(
          identifier, ".", H5_INDEX_NAME, H5_ITER_INC, index, $0, $1,
          chdf5_default_properties())
      }
    }
  }

  /// Sets an attribute to a number, replacing what was there.
  ///
  /// Collective on shared files.
  package func setAttribute<T: Storable>(_ name: String, _ value: T) throws(HDF5Error) {
    try setAttribute(name, shape: [], fileType: T.fileType, memoryType: T.memoryType, [value])
  }

  /// Sets an attribute to an array of numbers.
  ///
  /// Collective on shared files.
  package func setAttribute<T: Storable>(_ name: String, _ values: [T]) throws(HDF5Error) {
    try setAttribute(
      name, shape: [values.count], fileType: T.fileType, memoryType: T.memoryType, values)
  }

  /// Sets an attribute to fixed-length UTF-8 text.
  ///
  /// Collective on shared files.
  package func setAttribute(_ name: String, _ value: String) throws(HDF5Error) {
    let type = try makeStringType(bytes: value.utf8.count, describe())
    let bytes = packed([value]).bytes
    try setAttribute(name, shape: [], fileType: type.id, memoryType: type.id, bytes)
  }

  /// Sets an attribute to an array of fixed-length UTF-8 texts.
  ///
  /// Collective on shared files.
  package func setAttribute(_ name: String, _ values: [String]) throws(HDF5Error) {
    let (bytes, length) = packed(values)
    let type = try makeStringType(bytes: length, describe())
    try setAttribute(
      name, shape: [values.count], fileType: type.id, memoryType: type.id, bytes)
  }

  private func readAttribute<T: Storable>(
    _ attribute: borrowing Handle<AttributeKind>, _ path: String, count: Int
  ) throws(HDF5Error) -> [T] {
    var values = [T](repeating: T.zero, count: count)
    guard count > 0 else { return values }
    try check("H5Aread", path, H5Aread(attribute.id, T.memoryType, &values))
    return values
  }

  private func setAttribute<T: BitwiseCopyable>(
    _ name: String, shape: [Int], fileType: Int64, memoryType: Int64, _ values: [T]
  ) throws(HDF5Error) {
    let path = "\(describe())@\(name)"
    if try check("H5Aexists", path, H5Aexists(identifier, name)) > 0 {
      try check("H5Adelete", path, H5Adelete(identifier, name))
    }
    let space = try makeDataspace(shape, path)
    let attribute = try Handle<AttributeKind>(
      "H5Acreate", path,
      adopting: H5Acreate2(
        identifier, name, fileType, space.id, chdf5_default_properties(),
        chdf5_default_properties()))
    if !values.isEmpty {
      try check("H5Awrite", path, H5Awrite(attribute.id, memoryType, values))
    }
    try attribute.close(path)
  }
}
