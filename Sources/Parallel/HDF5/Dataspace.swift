internal import CHDF5
internal import CHDF5Shims

/// The extents of an array of the given shape; a scalar if the shape is empty.
func makeDataspace(
  _ shape: [Int], _ path: String
) throws(HDF5Error) -> Handle<DataspaceKind> {
  if shape.isEmpty {
    return try Handle("H5Screate", path, adopting: H5Screate(H5S_SCALAR))
  }
  let extents = shape.map { UInt64($0) }
  return try Handle(
    "H5Screate_simple", path, adopting: H5Screate_simple(Int32(shape.count), extents, nil))
}

/// The shape of a dataspace; nil for the null dataspace, which holds no element at all.
func shape(
  of space: borrowing Handle<DataspaceKind>, _ path: String
) throws(HDF5Error) -> [Int]? {
  if H5Sget_simple_extent_type(space.id) == H5S_NULL { return nil }
  let rank = try check(
    "H5Sget_simple_extent_ndims", path, H5Sget_simple_extent_ndims(space.id))
  guard rank > 0 else { return [] }
  var extents = [UInt64](repeating: 0, count: Int(rank))
  try check(
    "H5Sget_simple_extent_dims", path,
    H5Sget_simple_extent_dims(space.id, &extents, nil))
  return extents.map { Int(clamping: $0) }
}

/// Selects one block, or nothing at all if it is empty.
func select(
  _ block: [Range<Int>], in space: borrowing Handle<DataspaceKind>, _ path: String
) throws(HDF5Error) {
  if block.contains(where: { $0.isEmpty }) {
    try check("H5Sselect_none", path, H5Sselect_none(space.id))
    return
  }
  guard !block.isEmpty else { return }
  let start = block.map { UInt64($0.lowerBound) }
  let count = block.map { UInt64($0.count) }
  try check(
    "H5Sselect_hyperslab", path,
    H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, count, nil))
}
