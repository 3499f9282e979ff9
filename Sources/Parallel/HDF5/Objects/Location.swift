internal import CHDF5
internal import CHDF5Shims

/// An object that has a place in a file.
package protocol FileObject: ~Copyable {
  /// The C identifier (`hid_t`), owned by this object.
  var identifier: Int64 { get }
  /// The file's own path.
  var filePath: String { get }
  /// The path inside the file, starting with "/".
  var objectPath: String { get }
  /// How the file was opened.
  var access: Access { get }
}

extension FileObject where Self: ~Copyable {
  /// File and object in one, for messages: "file.h5:/group/name".
  func describe(_ name: String = "") -> String {
    name.isEmpty ? "\(filePath):\(objectPath)" : "\(filePath):\(join(name))"
  }

  /// The path inside the file of something below this object.
  func join(_ name: String) -> String {
    if name.hasPrefix("/") { return name }
    return objectPath == "/" ? "/" + name : objectPath + "/" + name
  }
}

/// A file or a group: what holds other objects.
package protocol Location: FileObject, ~Copyable {}

/// What a path leads to.
package enum ObjectKind: Equatable, Sendable {
  case group
  case dataset
  case namedType
  /// Something this library does not know.
  case other
  /// A link that leads nowhere: a soft or an external one whose target is not there.
  case broken(target: String)
}

extension Location where Self: ~Copyable {
  /// What a path leads to, following links; nil if there is no such link.
  ///
  /// - Throws: `HDF5Error` if the file is damaged there.
  package func kind(of name: String) throws(HDF5Error) -> ObjectKind? {
    try identity(of: name)?.kind
  }

  /// The same with the object's identity in the file, by which cycles are seen.
  func identity(
    of name: String
  ) throws(HDF5Error) -> (kind: ObjectKind, file: UInt64, address: UInt64)? {
    var file: UInt64 = 0
    var address: UInt64 = 0
    if name == "/" || name == "." {
      try check(
        "H5Oget_info", describe(name), chdf5_object_kind(identifier, ".", &file, &address))
      return (.group, file, address)
    }
    // H5Lexists fails, rather than says no, when a part of the way is missing.
    var way = ""
    for part in name.split(separator: "/") {
      way += way.isEmpty && !name.hasPrefix("/") ? String(part) : "/" + part
      let exists = H5Lexists(identifier, way, chdf5_default_properties())
      if exists < 0 { _ = takeErrorText() }
      guard exists > 0 else { return nil }
    }
    let code = chdf5_object_kind(identifier, name, &file, &address)
    switch code {
    case 0: return (.group, file, address)
    case 1: return (.dataset, file, address)
    case 2: return (.namedType, file, address)
    case 3: return (.other, file, address)
    default: break
    }
    let reason = takeErrorText()
    let link = chdf5_link_kind(identifier, name)
    guard link == 1 || link == 2 else {
      throw HDF5Error(call: "H5Oget_info_by_name", path: describe(name), message: reason)
    }
    let target = text(capacity: 4096) { _ = chdf5_link_target(identifier, name, $0, $1) }
    return (.broken(target: target), 0, 0)
  }

  /// Opens a group.
  ///
  /// C: `H5Gopen`.
  package func openGroup(_ name: String) throws(HDF5Error) -> Group {
    let handle = try Handle<GroupKind>(
      "H5Gopen", describe(name),
      adopting: H5Gopen2(identifier, name, chdf5_default_properties()))
    return Group(handle: handle, filePath: filePath, objectPath: join(name), access: access)
  }

  /// Creates a group, and the groups on the way to it.
  ///
  /// Collective. C: `H5Gcreate`.
  package func createGroup(_ name: String) throws(HDF5Error) -> Group {
    let links = try linkCreation(describe(name))
    let handle = try Handle<GroupKind>(
      "H5Gcreate", describe(name),
      adopting: H5Gcreate2(
        identifier, name, links.id, chdf5_default_properties(), chdf5_default_properties()))
    return Group(handle: handle, filePath: filePath, objectPath: join(name), access: access)
  }

  /// The names of the links in this group, sorted.
  ///
  /// C: `H5Lget_name_by_idx`.
  package func names() throws(HDF5Error) -> [String] {
    var info = H5G_info_t()
    try check("H5Gget_info", describe(), H5Gget_info(identifier, &info))
    var names: [String] = []
    for index in 0..<info.nlinks {
      let length = H5Lget_name_by_idx(
        identifier, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, chdf5_default_properties())
      try check("H5Lget_name_by_idx", describe(), length)
      names.append(
        text(capacity: length + 1) {
          _ = H5Lget_name_by_idx(
            identifier, ".", H5_INDEX_NAME, H5_ITER_INC, index, $0, $1,
            chdf5_default_properties())
        })
    }
    return names
  }

  /// Makes the groups on the way to a new object, with UTF-8 names.
  func linkCreation(_ path: String) throws(HDF5Error) -> Handle<PropertyListKind> {
    let list = try Handle<PropertyListKind>(
      "H5Pcreate", path, adopting: H5Pcreate(chdf5_link_create_class()))
    try check(
      "H5Pset_create_intermediate_group", path, H5Pset_create_intermediate_group(list.id, 1))
    try check("H5Pset_char_encoding", path, H5Pset_char_encoding(list.id, H5T_CSET_UTF8))
    return list
  }
}

/// An open group.
package struct Group: ~Copyable, Location, Attributed {
  let handle: Handle<GroupKind>
  package let filePath: String
  package let objectPath: String
  package let access: Access

  package var identifier: Int64 { handle.id }
}
