internal import CHDF5
internal import CHDF5Shims

/// An open dataset: what it is, and transfers of its blocks.
package struct Dataset: ~Copyable, FileObject, Attributed {
  let handle: Handle<DatasetKind>
  package let filePath: String
  package let objectPath: String
  package let access: Access

  /// The extents; empty for a scalar, nil for a dataset that holds no element at all.
  package let extents: [Int]?
  /// The extents; empty for a scalar.
  package var shape: [Int] { extents ?? [0] }
  /// The type of the elements.
  package let type: DataType
  /// How the elements are laid out and compressed in the file.
  package let storage: Storage

  package var identifier: Int64 { handle.id }

  /// How many elements it has, or the largest number there is.
  package var count: Int {
    shape.reduce(1) { product, extent in
      let (value, isTooLarge) = product.multipliedReportingOverflow(by: extent)
      return isTooLarge ? .max : value
    }
  }

  /// The same with the extents that its writer has given it since; of a file that grows.
  ///
  /// C: `H5Drefresh`.
  package consuming func refreshed() throws(HDF5Error) -> Dataset {
    let path = describe()
    try check("H5Drefresh", path, H5Drefresh(handle.id))
    let space = try Handle<DataspaceKind>(
      "H5Dget_space", path, adopting: H5Dget_space(handle.id))
    let extents = try HDF5.shape(of: space, path)
    return Dataset(
      handle: handle, filePath: filePath, objectPath: objectPath, access: access,
      extents: extents, type: type, storage: storage)
  }

  /// Closes and reports a failure.
  ///
  /// Collective on shared files.
  package consuming func close() throws(HDF5Error) {
    let path = describe()
    try handle.close(path)
  }
}

extension Location where Self: ~Copyable {
  /// Wraps an open dataset and looks up what it is.
  private func wrap(
    _ handle: consuming Handle<DatasetKind>, _ name: String
  ) throws(HDF5Error) -> Dataset {
    let path = describe(name)
    let space = try Handle<DataspaceKind>(
      "H5Dget_space", path, adopting: H5Dget_space(handle.id))
    let extents = try shape(of: space, path)
    let type = DataType(
      try Handle<TypeKind>("H5Dget_type", path, adopting: H5Dget_type(handle.id)))
    let storage = try Storage(of: handle, path)
    return Dataset(
      handle: handle, filePath: filePath, objectPath: join(name), access: access,
      extents: extents, type: type, storage: storage)
  }

  /// Opens a dataset.
  ///
  /// - Throws: `HDF5Error` if there is none of this name, or it is something else.
  /// - Collective on shared files. C: `H5Dopen`.
  package func openDataset(_ name: String) throws(HDF5Error) -> Dataset {
    switch try kind(of: name) {
    case .dataset?: break
    case nil:
      throw HDF5Error(call: "open", path: describe(name), message: "there is no such object")
    case .broken(let target)?:
      throw HDF5Error(
        call: "open", path: describe(name),
        message: "a link to \"\(target)\", which is not there", isAbsence: true)
    case .group?:
      throw HDF5Error(call: "open", path: describe(name), message: "a group, not a dataset")
    default: throw HDF5Error(call: "open", path: describe(name), message: "not a dataset")
    }
    let handle = try Handle<DatasetKind>(
      "H5Dopen", describe(name),
      adopting: H5Dopen2(identifier, name, chdf5_default_properties()))
    return try wrap(handle, name)
  }

  /// Creates a dataset of numbers, contiguous in the file, and the groups on the way.
  ///
  /// Its space is taken at once and never filled: whoever creates it writes all of it.
  /// (Collective writes into chunks have corrupted data in HDF5 1.10.)
  ///
  /// - Collective on shared files. C: `H5Dcreate`.
  package func createDataset<T: Storable>(
    _ name: String, shape: [Int], of element: T.Type
  ) throws(HDF5Error) -> Dataset {
    try createDataset(name, shape: shape, type: T.fileType)
  }

  /// Creates a contiguous dataset of a file type; one of references to elsewhere, such as
  /// strings of variable length, must be filled.
  func createDataset(
    _ name: String, shape: [Int], type: Int64, isFilled: Bool = false
  ) throws(HDF5Error) -> Dataset {
    let path = describe(name)
    let links = try linkCreation(path)
    let list = try Handle<PropertyListKind>(
      "H5Pcreate", path, adopting: H5Pcreate(chdf5_dataset_create_class()))
    try check("H5Pset_layout", path, H5Pset_layout(list.id, H5D_CONTIGUOUS))
    try check("H5Pset_alloc_time", path, H5Pset_alloc_time(list.id, H5D_ALLOC_TIME_EARLY))
    let time = isFilled ? H5D_FILL_TIME_ALLOC : H5D_FILL_TIME_NEVER
    try check("H5Pset_fill_time", path, H5Pset_fill_time(list.id, time))
    // Without time stamps equal content makes equal files.
    try check("H5Pset_obj_track_times", path, H5Pset_obj_track_times(list.id, false))
    let space = try makeDataspace(shape, path)
    let handle = try Handle<DatasetKind>(
      "H5Dcreate", path,
      adopting: H5Dcreate2(
        identifier, name, type, space.id, links.id, list.id, chdf5_default_properties()))
    return try wrap(handle, name)
  }
}
