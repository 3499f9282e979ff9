internal import CHDF5Shims

extension File {
  /// The names of other files that this one reads from, as they stand in it: the targets of
  /// external links, the raw files of datasets and the sources of virtual ones.
  ///
  /// What cannot be read in a damaged file is left out.
  /// C: `H5Lvisit`.
  package borrowing func sourceNames() -> [String] {
    var names: [String] = []
    withUnsafeMutablePointer(to: &names) { list in
      _ = chdf5_visit_sources(
        identifier,
        { name, list in
          guard let name else { return }
          list?.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
        }, list)
    }
    return names
  }
}
