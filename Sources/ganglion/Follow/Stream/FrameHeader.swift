/// What stands before each frame of a framed stream, 24 bytes, little-endian: the magic number
/// "GNGF" (u32), cells (u32), the frame's number (u64), seconds (f64).
struct FrameHeader: Equatable {
  /// The bytes "GNGF".
  static let magic: UInt32 = 0x4647_4E47
  /// Bytes of a header.
  static let size = 24
  /// More cells than any recording has: what says more is no header.
  static let mostCells = 1_000_000

  let cells: Int
  let number: UInt64
  let time: Double

  /// Reads a header.
  ///
  /// - Throws: `CommandLineError` (65) for what cannot be one; `frame` counts them, from 0.
  init(_ bytes: [UInt8], frame: Int) throws {
    func refuse(_ what: String) -> CommandLineError {
      .badStream(
        "frame \(frame), counted from 0, has no right header: \(what); expected 24 bytes before each"
          + " frame (u32 0x46474E47, u32 cells, u64 number, f64 seconds, little-endian)")
    }
    precondition(bytes.count == Self.size, "\(bytes.count) bytes")
    let found = UInt32(truncatingIfNeeded: Self.whole(bytes[0..<4]))
    guard found == Self.magic else {
      throw refuse("it begins with 0x\(String(found, radix: 16, uppercase: true))")
    }
    let cells = Self.whole(bytes[4..<8])
    guard cells > 0, cells <= Self.mostCells else {
      throw refuse("it says \(cells) cells, of 1 to \(Self.mostCells) possible")
    }
    time = Double(bitPattern: Self.whole(bytes[16..<24]))
    guard time.isFinite else { throw refuse("its time is \(time)") }
    self.cells = Int(cells)
    number = Self.whole(bytes[8..<16])
  }

  private static func whole(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
