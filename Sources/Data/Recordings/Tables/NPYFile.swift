internal import Foundation
internal import LinearAlgebra

/// A NumPy array on disk, as its header describes it.
///
/// Format: magic "\x93NUMPY", version, header length, then a Python dictionary such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (219, 2000), }`.
struct NPYFile: Sendable {
  let path: String
  /// The extents, slowest first as numpy prints them.
  let shape: [Int]
  /// Numpy's letter for the element: f, i, u, b.
  let kind: Character
  let bytes: Int
  let isBigEndian: Bool
  let isFortranOrder: Bool
  /// Where the elements begin.
  let start: Int

  /// The type in words, as for HDF5: "float32".
  var type: String {
    switch kind {
    case "f": "float\(8 * bytes)"
    case "i": "int\(8 * bytes)"
    case "u": "uint\(8 * bytes)"
    default: "bool"
    }
  }

  /// The extents of the bytes in the file, slowest first.
  private var stored: [Int] { isFortranOrder ? shape.reversed() : shape }

  /// Reads the header, and checks the file's length against it.
  ///
  /// - Throws: `RecordingError` if it is not an array of numbers, or is cut short.
  init(_ path: String) throws {
    self.path = path
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RecordingError.missing("\(path): no such file, or it cannot be read")
    }
    let head = [UInt8](try handle.read(upToCount: 12) ?? Data())
    guard head.count == 12, head.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw RecordingError.badData("\(path): not a NumPy file (.npy)")
    }
    let isLong = head[6] >= 2
    let length =
      isLong
      ? Int(head[8]) | Int(head[9]) << 8 | Int(head[10]) << 16 | Int(head[11]) << 24
      : Int(head[8]) | Int(head[9]) << 8
    start = (isLong ? 12 : 10) + length
    try handle.seek(toOffset: isLong ? 12 : 10)
    guard length < 1 << 20, let data = try handle.read(upToCount: length), data.count == length
    else { throw RecordingError.badData("\(path): its header is cut short") }
    let text = String(decoding: data, as: UTF8.self)
    guard let descriptor = quoted(after: "'descr'", in: text), descriptor.count >= 3,
      let order = descriptor.first, let kind = descriptor.dropFirst().first,
      let bytes = Int(descriptor.dropFirst(2)), "<>|=".contains(order)
    else {
      throw RecordingError.badData(
        "\(path): its elements are not plain numbers; save them by numpy.save(f, a.astype('f4'))")
    }
    guard
      ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"].contains("\(kind)\(bytes)")
    else {
      throw RecordingError.badData(
        "\(path): element type \(descriptor) is not read; save it by numpy.save(f, a.astype('f4'))")
    }
    self.kind = kind
    self.bytes = bytes
    isBigEndian = order == ">"
    isFortranOrder = text.contains("'fortran_order': True")
    guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")") else {
      throw RecordingError.badData("\(path): its header has no shape")
    }
    let parts = text[text.index(after: open)..<close].split(separator: ",")
      .map { $0.trimmingCharacters(in: .whitespaces) }
    shape = parts.compactMap { Int($0) }
    guard shape.count == parts.count, shape.allSatisfy({ $0 >= 0 }) else {
      throw RecordingError.badData("\(path): its header has no shape")
    }
    // As floating point numbers, which do not overflow.
    let needed = shape.reduce(Double(bytes)) { $0 * Double($1) } + Double(start)
    let size = Int(try handle.seekToEnd())
    guard Double(size) >= needed else {
      throw RecordingError.badData(
        "\(path): cut short: \(size) bytes, where its header promises \(needed)")
    }
  }

  /// Reads a block of a 2-D array, or of a 1-D one taken as a single column.
  func readBlock<S: Scalar>(rows: Range<Int>, columns: Range<Int>, of: S.Type) throws -> Matrix<S> {
    if isFortranOrder, shape.count == 2 {
      let turned: Matrix<S> = try readStored(rows: columns, columns: rows)
      return turned.view.transposed.copy()
    }
    return try readStored(rows: rows, columns: columns)
  }

  /// Reads a block in the order of the file, a panel of rows at a time.
  @specialized(where S == Double) @specialized(where S == Float)
  private func readStored<S: Scalar>(rows: Range<Int>, columns: Range<Int>) throws -> Matrix<S> {
    let width = stored.count == 2 ? stored[1] : 1
    var result = Matrix<S>(rows: rows.count, columns: columns.count)
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RecordingError.missing("\(path): cannot be read")
    }
    // Narrow blocks are read by the row, wide ones with their neighbours.
    let takesWholeRows = columns.count * 4 >= width
    let panel = takesWholeRows ? max(1, (8 << 20) / max(1, width * bytes)) : 1
    var row = rows.lowerBound
    while row < rows.upperBound, !columns.isEmpty {
      let count = min(panel, rows.upperBound - row)
      let first = row * width + (takesWholeRows ? 0 : columns.lowerBound)
      let wanted = takesWholeRows ? count * width : columns.count
      try handle.seek(toOffset: UInt64(start + first * bytes))
      guard let data = try handle.read(upToCount: wanted * bytes), data.count == wanted * bytes
      else { throw RecordingError.badData("\(path): cut short while it was read") }
      let raw = [UInt8](data)
      for i in 0..<count {
        for j in 0..<columns.count {
          let place = takesWholeRows ? i * width + columns.lowerBound + j : j
          result[row - rows.lowerBound + i, j] = element(raw, place)
        }
      }
      row += count
    }
    return result
  }

  /// The first elements, in the order of the file.
  func numbers(_ count: Int) throws -> [Double] {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RecordingError.missing("\(path): cannot be read")
    }
    try handle.seek(toOffset: UInt64(start))
    guard let data = try handle.read(upToCount: count * bytes), data.count == count * bytes else {
      throw RecordingError.badData("\(path): cut short while it was read")
    }
    let raw = [UInt8](data)
    return (0..<count).map { element(raw, $0) }
  }

  /// One element of raw bytes as a floating point number.
  private func element<S: Scalar>(_ raw: [UInt8], _ index: Int) -> S {
    var pattern: UInt64 = 0
    for k in 0..<bytes {
      let byte = raw[index * bytes + (isBigEndian ? k : bytes - 1 - k)]
      pattern = pattern << 8 | UInt64(byte)
    }
    switch (kind, bytes) {
    case ("f", 4): return S(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
    case ("f", _): return S(Double(bitPattern: pattern))
    case ("i", _):
      let unused = 64 - 8 * bytes
      return S(Int64(bitPattern: pattern << unused) >> unused)
    default: return S(pattern)
    }
  }
}

/// The first quoted word after a key.
private func quoted(after key: String, in text: String) -> String? {
  guard let place = text.range(of: key) else { return nil }
  let rest = text[place.upperBound...].drop { $0 == ":" || $0 == " " }
  guard rest.first == "'" || rest.first == "\"" else { return nil }
  return rest.dropFirst().prefix { $0 != "'" && $0 != "\"" }.description
}
