internal import CHDF5
internal import CHDF5Shims
package import LinearAlgebra

extension Dataset {
  /// Reads the entries of a range of a 1-D dataset, or a scalar as one entry.
  ///
  /// - Throws: `HDF5Error` if it is not 1-D numbers, or a filter is missing.
  /// - Collective on shared files unless `.independent`. C: `H5Dread`.
  package func read<T: Storable>(
    _ type: T.Type = T.self, range: Range<Int>? = nil, transfer: Transfer = .collective
  ) throws(HDF5Error) -> [T] {
    try requireNumbers(rank: 1)
    let range = range ?? 0..<count
    var values = [T](repeating: T.zero, count: range.count)
    let bytes = MemoryLayout<T>.stride
    let pieces = access.pieces(own: range.count * bytes, dataset: count * bytes, transfer: transfer)
    for piece in 0..<pieces {
      let part = cut(range, piece: piece, of: pieces)
      let offset = part.lowerBound - range.lowerBound
      var span = values.mutableSpan
      try span.withUnsafeMutableBytes { buffer throws(HDF5Error) in
        try move(
          "H5Dread", shape.isEmpty ? [] : [part], count: part.count, transfer,
          buffer: buffer.baseAddress.map { $0 + offset * bytes }, T.memoryType)
      }
    }
    return values
  }

  /// Reads the entries along the last axis at one place of the others.
  ///
  /// - Throws: `HDF5Error` if a filter is missing.
  /// - Collective on shared files unless `.independent`. C: `H5Dread`.
  package func readSeries(
    at place: [Int], transfer: Transfer = .collective
  ) throws(HDF5Error) -> [Double] {
    precondition(
      place.count + 1 == shape.count && zip(place, shape).allSatisfy { $0 >= 0 && $0 < $1 },
      "\(place) of \(describe()), which is \(shape)")
    try requireNumbers(rank: shape.count)
    let length = shape[place.count]
    var values = [Double](repeating: 0, count: length)
    var span = values.mutableSpan
    try span.withUnsafeMutableBytes { buffer throws(HDF5Error) in
      try move(
        "H5Dread", place.map { $0..<($0 + 1) } + [0..<length], count: length, transfer,
        buffer: buffer.baseAddress, Double.memoryType)
    }
    return values
  }

  /// Reads a block of a 2-D dataset as a rows×columns matrix.
  ///
  /// - Throws: `HDF5Error` if it is not 2-D numbers, or a filter is missing.
  /// - Collective on shared files unless `.independent`. C: `H5Dread`.
  package func readBlock<S: Scalar & Storable>(
    rows: Range<Int>, columns: Range<Int>, of type: S.Type = S.self,
    transfer: Transfer = .collective
  ) throws(HDF5Error) -> Matrix<S> {
    try requireNumbers(rank: 2)
    requireInside(rows, columns)
    var matrix = Matrix<S>(rows: rows.count, columns: columns.count)
    let bytes = MemoryLayout<S>.stride
    let pieces = access.pieces(
      own: rows.count * columns.count * bytes, dataset: count * bytes, transfer: transfer)
    for piece in 0..<pieces {
      let part = cut(rows, piece: piece, of: pieces)
      let offset = (part.lowerBound - rows.lowerBound) * columns.count
      var elements = matrix.mutableElements
      try elements.withUnsafeMutableBytes { buffer throws(HDF5Error) in
        try move(
          "H5Dread", [part, columns], count: part.count * columns.count, transfer,
          buffer: buffer.baseAddress.map { $0 + offset * bytes }, S.memoryType)
      }
    }
    return matrix
  }

  /// Reads a block of a 2-D dataset as its transpose, a columns×rows matrix.
  ///
  /// So a time-major recording becomes neuron-major: each series is contiguous. It is
  /// read in panels of rows, and each is transposed while it is in cache.
  ///
  /// - Complexity: beside the result, a panel of about 4 MiB; of 64 MiB in a collective
  ///   call on a shared file, where the ranks' blocks are equal.
  /// - Collective on shared files unless `.independent`. C: `H5Dread`.
  package func readTransposed<S: Scalar & Storable>(
    rows: Range<Int>, columns: Range<Int>, of type: S.Type = S.self,
    transfer: Transfer = .collective
  ) throws(HDF5Error) -> Matrix<S> {
    try requireNumbers(rank: 2)
    requireInside(rows, columns)
    var result = Matrix<S>(rows: columns.count, columns: rows.count)
    let panel = panelRows(columns: columns.count, bytes: MemoryLayout<S>.stride, transfer)
    // Collective panels are panels of the whole dataset, so they are equally many on all ranks.
    let shared = access.ranks != nil && transfer == .collective
    var first = shared ? 0 : rows.lowerBound
    let last = shared ? shape[0] : rows.upperBound
    var block = Matrix<S>(rows: min(panel, rows.count), columns: columns.count)
    while first < last {
      let part = (first..<min(first + panel, last)).clamped(to: rows)
      var elements = block.mutableElements
      try elements.withUnsafeMutableBytes { buffer throws(HDF5Error) in
        try move(
          "H5Dread", [part, columns], count: part.count * columns.count, transfer,
          buffer: buffer.baseAddress, S.memoryType)
      }
      if !part.isEmpty {
        var target = result.mutableView
        let offset = part.lowerBound - rows.lowerBound
        var place = target.block(rows: 0..<columns.count, columns: offset..<(offset + part.count))
        place.assign(block.view.rows(0..<part.count).transposed)
      }
      first += panel
    }
    return result
  }

  /// Rows a panel: whole chunks, and so many that the panel stays in cache, or that each
  /// rank's part of a collective call is worth it.
  private func panelRows(columns: Int, bytes: Int, _ transfer: Transfer) -> Int {
    let shared = access.ranks != nil && transfer == .collective
    let budget = shared ? 64 << 20 : 4 << 20
    let width = shared ? shape[1] / (access.ranks ?? 1) : columns
    let rows = max(1, budget / max(1, width * bytes))
    guard let chunk = storage.chunks?.first, chunk > 0 else { return rows }
    return max(1, rows / chunk) * chunk
  }
}

extension Dataset {
  /// The part of a range that belongs to one of equally many pieces.
  func cut(_ range: Range<Int>, piece: Int, of pieces: Int) -> Range<Int> {
    let lower = range.lowerBound + range.count * piece / pieces
    let upper = range.lowerBound + range.count * (piece + 1) / pieces
    return lower..<upper
  }

  func requireInside(_ rows: Range<Int>, _ columns: Range<Int>) {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= shape[0] && columns.lowerBound >= 0
        && columns.upperBound <= shape[1],
      "block \(rows)×\(columns) of \(describe()), which is \(shape)")
  }

  /// Refuses what cannot be read as numbers of this rank, before anything is read.
  func requireNumbers(rank: Int) throws(HDF5Error) {
    guard type.isNumeric else {
      throw HDF5Error(
        call: "H5Dread", path: describe(), message: "holds \(type), not numbers")
    }
    guard shape.count == rank || (rank == 1 && shape.isEmpty) else {
      throw HDF5Error(
        call: "H5Dread", path: describe(),
        message: "has shape \(shape), where \(rank) dimension\(rank == 1 ? "" : "s") are needed")
    }
    try requireSize()
    try requireFilters()
  }

  /// Refuses a dataset that is larger than any memory: its shape is damaged.
  package func requireSize() throws(HDF5Error) {
    guard count >= Dataset.largestCount else { return }
    throw HDF5Error(
      call: "H5Dread", path: describe(), message: "has shape \(shape), more than can be read")
  }

  /// 2^48 elements, a petabyte of them.
  private static var largestCount: Int { 1 << 48 }

  /// Refuses a dataset whose compression this HDF5 cannot undo.
  package func requireFilters() throws(HDF5Error) {
    let missing = storage.missingFilters
    guard !missing.isEmpty else { return }
    let names = missing.map(\.description).joined(separator: ", ")
    throw HDF5Error(
      call: "H5Dread", path: describe(),
      message: "compressed with \(names), for which this HDF5 has no filter: install the plug-in"
        + " (package hdf5-filter-plugin or hdf5plugin) and set HDF5_PLUGIN_PATH, or rewrite the"
        + " dataset with gzip: h5repack -f GZIP=4 IN OUT")
  }

  /// Moves one block between the file and contiguous memory.
  func move(
    _ call: String, _ block: [Range<Int>], count: Int, _ transfer: Transfer,
    buffer: UnsafeMutableRawPointer?, _ memoryType: Int64
  ) throws(HDF5Error) {
    let path = describe()
    let file = try Handle<DataspaceKind>("H5Dget_space", path, adopting: H5Dget_space(identifier))
    let memory = try makeDataspace([count], path)
    if extents == nil {
      return
    } else if count == 0 {
      try check("H5Sselect_none", path, H5Sselect_none(file.id))
      try check("H5Sselect_none", path, H5Sselect_none(memory.id))
    } else {
      try select(block, in: file, path)
    }
    let properties = try access.properties(transfer, path: path)
    // An empty block still takes part in a collective call, with an address to ignore.
    var nothing: UInt64 = 0
    let code = withUnsafeMutablePointer(to: &nothing) { spare in
      let address = buffer ?? UnsafeMutableRawPointer(spare)
      return call == "H5Dread"
        ? H5Dread(identifier, memoryType, memory.id, file.id, properties.id, address)
        : H5Dwrite(identifier, memoryType, memory.id, file.id, properties.id, address)
    }
    try check(call, path, code)
  }
}
