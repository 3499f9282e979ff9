internal import Collectives
internal import Foundation
internal import Recordings

/// A text table that another program appends to, a line a frame, read by the rules of one that
/// is whole (`TableFrames`).
///
/// A line counts once its end is there. The first frames wait for as many rows as tell the
/// columns apart, which are fewer than the shortest warm-up has.
final class GrowingTable: FrameFeed {
  private let request: RecordingRequest
  private let descriptor: Int32
  /// What was read since the last line end.
  private var bytes: [UInt8] = []
  /// Lines that were not taken.
  private var lines: ArraySlice<[UInt8]> = []
  /// Frames of the first lines that were not taken.
  private var begun: ArraySlice<TableFrames.Frame> = []
  private var found: TableFrames?
  /// Lines that were taken.
  private var seen = 0
  private var taken = 0
  /// Frames that were taken by an earlier run.
  private let first: Int
  private var isClosed = false
  private var timer = LookTimer()

  /// Bytes of a look, and of the longest line.
  private static let bytesAtOnce = 1 << 20
  private static let mostBytes = 1 << 26

  /// Begins with the frame `first`.
  ///
  /// - Throws: `CommandLineError` (66) if it cannot be read.
  init(_ request: RecordingRequest, first: Int = 0) throws {
    self.request = request
    self.first = first
    descriptor = open(request.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput,
        description: "cannot read \(request.path): \(lastSystemError())")
    }
  }

  deinit { Foundation.close(descriptor) }

  /// The table, once its columns are told apart.
  var table: TableFrames? {
    if found == nil, !isClosed { try? look() }
    return found
  }

  var waiting: Int { begun.count + (found == nil ? 0 : lines.count) }

  func next() -> FeedEvent {
    do {
      if isClosed {
        try settle()
      } else if begun.isEmpty, lines.isEmpty || found == nil {
        try look()
      }
      while let frame = try nextRow() {
        defer { taken += 1 }
        if taken < first { continue }
        return .frame(
          StreamFrame(
            number: UInt64(taken), time: frame.time, arrival: .now, values: frame.values))
      }
      return isClosed ? .ended(nil) : .nothing
    } catch {
      return .ended(error)
    }
  }

  /// The next row that is there; nil where there is none.
  private func nextRow() throws -> TableFrames.Frame? {
    if let frame = begun.popFirst() { return frame }
    while let found, let line = lines.popFirst() {
      seen += 1
      if let frame = try found.frame(of: line, number: seen) { return frame }
    }
    return nil
  }

  /// Tells the columns apart, once there are lines enough.
  private func settle() throws {
    guard found == nil else { return }
    var rows = 0
    let head = lines.prefix { line in
      let start = line.first { $0 > UInt8(ascii: " ") }
      if let start, start != UInt8(ascii: "#"), start != UInt8(ascii: "%") { rows += 1 }
      // Two of them may be the names, and what says how columns are apart.
      return rows <= TableFrames.rowsToSettle + 2
    }
    found = try TableFrames(
      Array(head.joined(separator: [UInt8(ascii: "\n")])), request, isAll: isClosed)
    guard let found else { return }
    begun = found.first[...]
    seen = head.count
    lines = lines.dropFirst(head.count)
  }

  private func look() throws {
    guard timer.isDue() else { return }
    var buffer = [UInt8](repeating: 0, count: Self.bytesAtOnce)
    let got = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard got > 0 else { return }
    bytes += buffer[..<got]
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
      guard bytes.count < Self.mostBytes else {
        throw CommandLineError.badStream(
          "\(request.path) has a line of more than \(Self.mostBytes) bytes")
      }
      return
    }
    lines += bytes[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { Array($0) }
    bytes.removeFirst(end + 1)
    try settle()
  }

  func wait() { usleep(500) }

  func close() { isClosed = true }
}
