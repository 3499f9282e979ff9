internal import Foundation

/// Frames one after another in a file, a ``FrameHeader`` before each: what `ganglion follow
/// --record` appends, and what a framed stream is.
package struct FrameFile: Sendable {
  package let path: String
  package let cells: Int
  /// Whole frames: what a writer that was killed has left of one more is none.
  package let count: Int

  /// Whether a file begins as one.
  static func begins(with head: [UInt8]) -> Bool { head.starts(with: Array("GNGF".utf8)) }

  /// Whether there is a file that begins as one.
  package static func isFrames(_ path: String) -> Bool {
    guard let head = try? FileHandle(forReadingAtPath: path)?.read(upToCount: FrameHeader.size)
    else { return false }
    return begins(with: [UInt8](head))
  }

  /// Bytes of a frame with its header.
  package static func bytes(ofFrame cells: Int) -> Int { FrameHeader.size + 4 * cells }

  /// Bytes of all whole frames.
  package var size: Int { count * Self.bytes(ofFrame: cells) }

  /// - Throws: `RecordingError` (65, 66) if it cannot be read, or does not begin with a frame.
  package init(_ path: String) throws {
    self.path = path
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RecordingError.missing("\(path): no such file, or it cannot be read")
    }
    let head = [UInt8](try handle.read(upToCount: FrameHeader.size) ?? Data())
    guard head.count == FrameHeader.size else {
      throw RecordingError.badData("\(path): its first frame is cut short")
    }
    do {
      cells = try FrameHeader(head[...], frame: 0).cells
    } catch let error as RecordingError {
      throw RecordingError.badData("\(path): \(error.description)")
    }
    count = Int(try handle.seekToEnd()) / Self.bytes(ofFrame: cells)
  }

  /// Calls `body` with place, header and bytes of values of some frames, in the order of the file.
  ///
  /// - Throws: `RecordingError` (65) at a frame without header, or of other length; what `body`
  ///   throws.
  /// - Complexity: some megabytes of memory.
  package func forEachFrame(
    in frames: Range<Int>? = nil,
    _ body: (_ place: Int, _ header: FrameHeader, _ values: ArraySlice<UInt8>) throws -> Void
  ) throws {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RecordingError.missing("\(path): cannot be read")
    }
    let length = Self.bytes(ofFrame: cells)
    let wanted = frames ?? 0..<count
    try handle.seek(toOffset: UInt64(wanted.lowerBound * length))
    for first in stride(from: wanted.lowerBound, to: wanted.upperBound, by: framesAtOnce) {
      let number = min(framesAtOnce, wanted.upperBound - first)
      guard let data = try handle.read(upToCount: number * length), data.count == number * length
      else { throw RecordingError.badData("\(path): cut short while it was read") }
      let bytes = [UInt8](data)
      for k in 0..<number {
        let start = k * length
        let values = start + FrameHeader.size
        let header = try header(bytes[start..<values], of: first + k)
        try body(first + k, header, bytes[values..<(start + length)])
      }
    }
  }

  /// The number of the latest frame, of at least one.
  ///
  /// - Throws: as `forEachFrame`.
  package var lastNumber: UInt64 {
    get throws {
      var number: UInt64 = 0
      try forEachFrame(in: (count - 1)..<count) { _, header, _ in number = header.number }
      return number
    }
  }

  private func header(_ bytes: ArraySlice<UInt8>, of frame: Int) throws -> FrameHeader {
    do {
      let header = try FrameHeader(bytes, frame: frame)
      guard header.cells == cells else {
        throw RecordingError.badData(
          "frame \(frame), counted from 0, has \(header.cells) cells, expected \(cells)")
      }
      return header
    } catch let error as RecordingError {
      throw RecordingError.badData("\(path): \(error.description)")
    }
  }

  /// As many frames as are read at a time: some megabytes.
  package var framesAtOnce: Int { max(1, (8 << 20) / Self.bytes(ofFrame: cells)) }
}
