/// What stands before each frame of a framed stream, 24 bytes, little-endian: the magic number
/// "GNGF" (u32), cells (u32), the frame's number (u64), seconds (f64).
package struct FrameHeader: Equatable, Sendable {
  /// The bytes "GNGF".
  static let magic: UInt32 = 0x4647_4E47
  /// Bytes of a header.
  package static let size = 24
  /// More cells than any recording has: what says more is no header.
  package static let mostCells = 1_000_000

  /// A frame whose number is lower by more is not late.
  package static let mostLate: UInt64 = 128
  /// A year at 30 Hz: numbers that leave out more do not count frames.
  package static let mostLost: UInt64 = 1_000_000_000

  /// Values in the frame.
  package let cells: Int
  /// As its sender counts, from 0.
  package let number: UInt64
  /// Seconds on the clock of the sender.
  package let time: Double

  package init(cells: Int, number: UInt64, time: Double) {
    self.cells = cells
    self.number = number
    self.time = time
  }

  /// Reads a header.
  ///
  /// - Throws: `RecordingError` (65) for what cannot be one; `frame` counts them, from 0.
  package init(_ bytes: ArraySlice<UInt8>, frame: Int) throws {
    func refuse(_ what: String) -> RecordingError {
      .badData(
        "frame \(frame), counted from 0, has no right header: \(what); expected 24 bytes before each"
          + " frame (u32 0x46474E47, u32 cells, u64 number, f64 seconds, little-endian)")
    }
    precondition(bytes.count == Self.size, "\(bytes.count) bytes")
    let first = bytes.startIndex
    let found = UInt32(truncatingIfNeeded: whole(bytes[first..<(first + 4)]))
    guard found == Self.magic else {
      throw refuse("it begins with 0x\(String(found, radix: 16, uppercase: true))")
    }
    let cells = whole(bytes[(first + 4)..<(first + 8)])
    guard cells > 0, cells <= Self.mostCells else {
      throw refuse("it says \(cells) cells, of 1 to \(Self.mostCells) possible")
    }
    time = Double(bitPattern: whole(bytes[(first + 16)..<(first + 24)]))
    guard time.isFinite else { throw refuse("its time is \(time)") }
    self.cells = Int(cells)
    number = whole(bytes[(first + 8)..<(first + 16)])
  }

  /// Whether a number does not go on from the highest before.
  ///
  /// Its sender counts anew, or a header was damaged: there is a gap, and no frame is lost.
  package static func countsAnew(_ number: UInt64, after highest: UInt64) -> Bool {
    if number > highest { return number - highest > mostLost }
    return (number == 0 && highest > 0) || highest - number > mostLate
  }

  /// The header as it is written.
  package var bytes: [UInt8] {
    littleEndian(UInt64(Self.magic), 4) + littleEndian(UInt64(cells), 4) + littleEndian(number, 8)
      + littleEndian(time.bitPattern, 8)
  }
}

/// The values of a frame as little-endian float32.
package enum FrameValues {
  /// Values of bytes; what is not finite is missing, NaN.
  package static func values(of bytes: ArraySlice<UInt8>) -> [Double] {
    stride(from: bytes.startIndex, to: bytes.endIndex - 3, by: 4).map { place in
      let value = Float(
        bitPattern: UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
          | UInt32(bytes[place + 2]) << 16 | UInt32(bytes[place + 3]) << 24)
      return value.isFinite ? Double(value) : .nan
    }
  }

  /// Bytes of values.
  package static func bytes(of values: [Double]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * values.count)
    for value in values { bytes += littleEndian(UInt64(Float(value).bitPattern), 4) }
    return bytes
  }
}

private func whole(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

private func littleEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
}
