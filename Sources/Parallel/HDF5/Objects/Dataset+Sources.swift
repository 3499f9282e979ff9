internal import CHDF5
internal import CHDF5Shims
private import Glibc

// A dataset's numbers may lie in other files. HDF5 reads fill values, without a word, where a
// virtual dataset's source is gone, and zeros where a raw file ends early.
extension Dataset {
  /// Refuses a dataset some of whose numbers lie in a file that is gone or too short.
  ///
  /// - Throws: `HDF5Error` with the source's name; it `isAbsence`.
  /// C: `H5Pget_virtual_filename`, `H5Pget_external`.
  package func requireSources() throws(HDF5Error) {
    try requireSources(within: [place(of: objectPath, in: filePath)])
  }

  /// `within` are the datasets that are made of this one, itself included.
  private func requireSources(within: [String]) throws(HDF5Error) {
    let path = describe()
    let list = try Handle<PropertyListKind>(
      "H5Dget_create_plist", path, adopting: H5Dget_create_plist(identifier))
    try requireRawFiles(list)
    guard H5Pget_layout(list.id) == H5D_VIRTUAL else { return }
    var seen: Set<VirtualSource> = []
    for mapping in try virtualMappings(list) {
      for source in mapping.sources where seen.insert(source).inserted {
        try require(source, within: within)
      }
    }
  }

  /// Checks one source of a virtual dataset: that it is there, and as large as it is used.
  private func require(_ source: VirtualSource, within: [String]) throws(HDF5Error) {
    let name = "\(source.file):\(source.dataset)"
    func refusal(_ reason: String) -> HDF5Error {
      HDF5Error(
        call: "H5Dread", path: describe(),
        message: "its numbers lie in \(name), \(reason)", isAbsence: true)
    }
    var isFound = false
    let found = text(capacity: 8192) {
      isFound = chdf5_find_source(filePath, source.file, $0, $1) == 0
    }
    guard isFound else {
      throw refusal("which is not there: put it beside \(filePath), or set HDF5_VDS_PREFIX")
    }
    let place = place(of: source.dataset, in: found)
    guard !within.contains(place) else {
      throw HDF5Error(call: "H5Dread", path: describe(), message: "a virtual dataset of itself")
    }
    func opened() throws(HDF5Error) -> File {
      do throws(HDF5Error) {
        return try File.openSource(found)
      } catch {
        throw refusal("and \(found) cannot be read: \(error.message)")
      }
    }
    let file = try opened()
    guard try file.kind(of: source.dataset) == .dataset else {
      throw refusal("and \(found) has no such dataset")
    }
    let dataset = try file.openDataset(source.dataset)
    guard zip(source.extent, dataset.shape).allSatisfy({ $0 <= $1 }) else {
      throw refusal("which has shape \(dataset.shape), where \(source.extent) is needed")
    }
    if source.extent.isEmpty, let elements = source.elements, dataset.count != elements {
      throw refusal("which has shape \(dataset.shape), where \(elements) numbers are needed")
    }
    try dataset.requireSources(within: within + [place])
  }

  /// Checks that the raw files of an external dataset reach to its end.
  private func requireRawFiles(
    _ list: borrowing Handle<PropertyListKind>
  ) throws(HDF5Error) {
    let path = describe()
    let files = H5Pget_external_count(list.id)
    var left = count * (type.bytes ?? 0)
    for index in 0..<UInt32(max(0, files)) {
      var offset = 0
      var size: UInt64 = 0
      var code: Int32 = 0
      let name = text(capacity: 4096) {
        code = H5Pget_external(list.id, index, $1, $0, &offset, &size)
      }
      try check("H5Pget_external", path, code)
      let needed = min(left, Int(clamping: size))
      let found = Int(chdf5_external_size(filePath, name))
      guard found >= 0 else {
        throw HDF5Error(
          call: "H5Dread", path: path,
          message: "its numbers lie in \(name), which is not there (looked for in the working"
            + " folder: start there, or set HDF5_EXTFILE_PREFIX='${ORIGIN}' if it is beside the"
            + " file)", isAbsence: true)
      }
      guard found >= offset + needed else {
        throw HDF5Error(
          call: "H5Dread", path: path,
          message: "its numbers lie in \(name), which is cut short: \(found) bytes, where"
            + " \(offset + needed) are needed", isAbsence: true)
      }
      left -= needed
    }
  }
}

/// A dataset by the file that it really lies in, and its path there.
private func place(of dataset: String, in file: String) -> String {
  let real = realpath(file, nil)
  defer { free(real) }
  let path = dataset.hasPrefix("/") ? dataset : "/" + dataset
  return (real.map { String(cString: $0) } ?? file) + ":" + path
}

/// What a part of a virtual dataset is read from.
private struct VirtualSource: Hashable {
  let file: String
  let dataset: String
  /// How far it is read in each dimension; empty where the whole of it is read.
  let extent: [Int]
  /// How many elements the whole of it has; nil where it may grow.
  let elements: Int?
}

/// One mapping of a virtual dataset.
private struct VirtualMapping {
  /// Several where the name counts files or datasets ("%b").
  let sources: [VirtualSource]
  /// How many elements it fills; nil where it grows with its source.
  let elements: Int?
}

extension Dataset {
  /// The mappings of a virtual dataset.
  private func virtualMappings(
    _ list: borrowing Handle<PropertyListKind>
  ) throws(HDF5Error) -> [VirtualMapping] {
    let path = describe()
    var count = 0
    try check("H5Pget_virtual_count", path, H5Pget_virtual_count(list.id, &count))
    var mappings: [VirtualMapping] = []
    for index in 0..<count {
      let file = text(capacity: 4096) { _ = H5Pget_virtual_filename(list.id, index, $0, $1) }
      let dataset = text(capacity: 4096) { _ = H5Pget_virtual_dsetname(list.id, index, $0, $1) }
      let own = try Handle<DataspaceKind>(
        "H5Pget_virtual_vspace", path, adopting: H5Pget_virtual_vspace(list.id, index))
      let source = try Handle<DataspaceKind>(
        "H5Pget_virtual_srcspace", path, adopting: H5Pget_virtual_srcspace(list.id, index))
      let blocks = growingBlocks(own)
      let isCounted = (file + dataset).contains("%b")
      let isWhole = H5Sget_select_type(source.id) == H5S_SEL_ALL
      let extent = !isWhole && (blocks == nil || isCounted) ? selectedExtent(source) : []
      let elements = blocks == nil ? Int(H5Sget_select_npoints(own.id)) : nil
      mappings.append(
        VirtualMapping(
          sources: (0..<(isCounted ? blocks ?? 1 : 1)).map { block in
            VirtualSource(
              file: file.replacing("%b", with: "\(block)"),
              dataset: dataset.replacing("%b", with: "\(block)"), extent: extent,
              elements: isWhole ? elements : nil)
          }, elements: elements))
    }
    return mappings
  }

  /// How many blocks of a selection without end lie in this dataset; nil if it has an end.
  private func growingBlocks(_ space: borrowing Handle<DataspaceKind>) -> Int? {
    guard H5Sget_select_type(space.id) == H5S_SEL_HYPERSLABS,
      H5Sis_regular_hyperslab(space.id) > 0
    else { return nil }
    var (start, stride) = ([UInt64](repeating: 0, count: 32), [UInt64](repeating: 0, count: 32))
    var (counts, block) = (start, start)
    guard H5Sget_regular_hyperslab(space.id, &start, &stride, &counts, &block) >= 0 else {
      _ = takeErrorText()
      return nil
    }
    guard
      let axis = shape.indices.first(where: {
        counts[$0] == chdf5_unlimited() || block[$0] == chdf5_unlimited()
      })
    else { return nil }
    let step = max(1, Int(clamping: stride[axis]))
    return max(0, shape[axis] - Int(clamping: start[axis]) + step - 1) / step
  }

  /// How far a selection reaches in each dimension; empty where it cannot be told.
  private func selectedExtent(_ space: borrowing Handle<DataspaceKind>) -> [Int] {
    var (first, last) = ([UInt64](repeating: 0, count: 32), [UInt64](repeating: 0, count: 32))
    let rank = H5Sget_simple_extent_ndims(space.id)
    guard rank > 0, H5Sget_select_bounds(space.id, &first, &last) >= 0 else {
      _ = takeErrorText()
      return []
    }
    return last.prefix(Int(rank)).map { Int(clamping: $0) + 1 }
  }
}

/// A part of a dataset that was never written, and reads as one value.
package struct Unwritten: Equatable, Sendable {
  package let elements: Int
  package let total: Int
  /// What is read instead.
  package let fill: Double
}

extension Dataset {
  /// How much of a dataset of numbers was never written; nil if all of it was.
  ///
  /// Of a chunked dataset whole chunks are counted, with what of the last ones lies outside.
  ///
  /// - Complexity: a walk over the index of its chunks. C: `H5Dget_num_chunks`,
  ///   `H5Dget_space_status`, `H5Pget_virtual_vspace`.
  package func unwritten() throws(HDF5Error) -> Unwritten? {
    let path = describe()
    let list = try Handle<PropertyListKind>(
      "H5Dget_create_plist", path, adopting: H5Dget_create_plist(identifier))
    guard count > 0, type.isNumeric else { return nil }
    let missing: Double
    switch H5Pget_layout(list.id) {
    case H5D_VIRTUAL:
      var mapped = 0
      for mapping in try virtualMappings(list) {
        guard let elements = mapping.elements else { return nil }
        mapped += elements
      }
      missing = 1 - Double(mapped) / Double(count)
    case H5D_CHUNKED:
      guard let chunks = storage.chunks, !chunks.contains(0) else { return nil }
      let wanted = zip(shape, chunks).reduce(1.0) {
        $0 * (Double($1.0) / Double($1.1)).rounded(.up)
      }
      let space = try Handle<DataspaceKind>(
        "H5Dget_space", path, adopting: H5Dget_space(identifier))
      var written: UInt64 = 0
      try check("H5Dget_num_chunks", path, H5Dget_num_chunks(identifier, space.id, &written))
      missing = 1 - Double(written) / wanted
    case H5D_CONTIGUOUS where H5Pget_external_count(list.id) <= 0:
      var status = H5D_SPACE_STATUS_ALLOCATED
      try check("H5Dget_space_status", path, H5Dget_space_status(identifier, &status))
      missing = status == H5D_SPACE_STATUS_NOT_ALLOCATED ? 1 : 0
    default: return nil
    }
    guard missing > 0 else { return nil }
    var fill = 0.0
    if H5Pget_fill_value(list.id, Double.memoryType, &fill) < 0 { _ = takeErrorText() }
    return Unwritten(
      elements: max(1, Int((missing * Double(count)).rounded())), total: count, fill: fill)
  }
}
