internal import Collectives
internal import Foundation

/// The lines of a text table that another program appends to, one frame a line, cells apart by
/// commas, semicolons, tabs or blanks.
///
/// A first line of names is passed over. A line counts once its end is there.
final class GrowingTable: FrameFeed {
  private let path: String
  private let descriptor: Int32
  private var bytes: [UInt8] = []
  private var lines: [String] = []
  private var taken = 0
  /// Frames that were taken by an earlier run.
  private let first: Int
  private var seen = 0
  private var cells: Int?
  private var isClosed = false
  private var timer = LookTimer()

  /// Bytes of a look, and of the longest line.
  private static let bytesAtOnce = 1 << 20
  private static let mostBytes = 1 << 26

  /// Begins with the frame `first`.
  ///
  /// - Throws: `CommandLineError` (66) if it cannot be read.
  init(_ path: String, first: Int = 0) throws {
    self.path = path
    self.first = first
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput, description: "cannot read \(path): \(lastSystemError())")
    }
  }

  deinit { Foundation.close(descriptor) }

  var waiting: Int { lines.count }

  func next() -> FeedEvent {
    do {
      if lines.isEmpty, !isClosed { try look() }
      while let line = lines.first {
        lines.removeFirst()
        seen += 1
        guard let values = try frame(line) else { continue }
        defer { taken += 1 }
        if taken < first { continue }
        return .frame(
          StreamFrame(number: UInt64(taken), time: nil, arrival: .now, values: values))
      }
      return isClosed ? .ended(nil) : .nothing
    } catch {
      return .ended(error)
    }
  }

  /// The numbers of a line; nil for an empty one, and for names at the beginning.
  private func frame(_ line: String) throws -> [Double]? {
    let line = TableLine(line)
    guard !line.values.isEmpty else { return nil }
    if let word = line.wordThatIsNone {
      if seen == 1 { return nil }
      throw CommandLineError.badStream("\(path), line \(seen): '\(word)' is no number")
    }
    guard line.values.count == cells ?? line.values.count else {
      throw CommandLineError.badStream(
        "\(path), line \(seen): \(line.values.count) values, expected \(cells ?? 0)")
    }
    cells = line.values.count
    return line.values
  }

  private func look() throws {
    guard timer.isDue() else { return }
    var buffer = [UInt8](repeating: 0, count: Self.bytesAtOnce)
    let got = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard got > 0 else { return }
    bytes += buffer[..<got]
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
      guard bytes.count < Self.mostBytes else {
        throw CommandLineError.badStream("\(path) has a line of more than \(Self.mostBytes) bytes")
      }
      return
    }
    lines = String(decoding: bytes[..<end], as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    bytes.removeFirst(end + 1)
  }

  func wait() { usleep(500) }

  func close() { isClosed = true }
}
