internal import CHDF5

extension Dataset {
  /// Makes this dataset the coordinates of a dimension of that name.
  ///
  /// - Collective on shared files. C: `H5DSset_scale`.
  package func makeScale(_ name: String) throws(HDF5Error) {
    try check("H5DSset_scale", describe(), H5DSset_scale(identifier, name))
  }

  /// Attaches coordinates to a dimension of this dataset.
  ///
  /// - Collective on shared files. C: `H5DSattach_scale`.
  package func attach(_ scale: borrowing Dataset, to dimension: Int) throws(HDF5Error) {
    precondition(dimension >= 0 && dimension < shape.count, "dimension \(dimension) of \(shape)")
    try check(
      "H5DSattach_scale", describe(),
      H5DSattach_scale(identifier, scale.identifier, UInt32(dimension)))
  }

  /// Whether this dataset holds the coordinates of a dimension.
  ///
  /// C: `H5DSis_scale`.
  package func isScale() throws(HDF5Error) -> Bool {
    try check("H5DSis_scale", describe(), H5DSis_scale(identifier)) > 0
  }

  /// The name of a dimension scale.
  ///
  /// C: `H5DSget_scale_name`.
  package func scaleName() throws(HDF5Error) -> String {
    var code = 0
    let name = text(capacity: 1024) { code = H5DSget_scale_name(identifier, $0, $1) }
    try check("H5DSget_scale_name", describe(), code)
    return name
  }
}
