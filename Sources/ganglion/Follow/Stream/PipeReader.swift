internal import Collectives
internal import Foundation
internal import Recordings
internal import Wording

/// Frames of little-endian float32 from standard input or a FIFO, each with a header or without.
struct PipeReader: Sendable {
  /// "-" for standard input.
  let path: String
  /// Cells of a frame; nil where the first header says it.
  let cells: Int?
  let isFramed: Bool
  /// Whether what is left of a frame may come first, as where an earlier reader was killed.
  var beginsAnywhere = false

  /// Begins to read on a thread of its own.
  func start(record: FrameRecord? = nil) -> FrameQueue {
    let queue = FrameQueue(record: record)
    Thread.detachNewThread {
      do {
        try read(into: queue)
        queue.end()
      } catch {
        queue.end(error)
      }
    }
    return queue
  }

  private func read(into queue: FrameQueue) throws {
    // Opening a FIFO waits for whoever writes it.
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput, description: "cannot read \(path): \(lastSystemError())")
    }
    defer { if path != "-" { close(descriptor) } }
    var expected = cells
    var count = 0
    while !queue.isClosed {
      var header: FrameHeader?
      if isFramed {
        guard var bytes = try bytes(FrameHeader.size, of: descriptor, frame: count) else { return }
        if beginsAnywhere, count == 0 {
          guard let found = try firstHeader(from: bytes, of: descriptor) else { return }
          bytes = found
        }
        header = try FrameHeader(bytes[...], frame: count)
      }
      let cells = try agreed(header?.cells, with: expected, frame: count)
      expected = cells
      guard let bytes = try bytes(4 * cells, of: descriptor, frame: count) else { return }
      queue.put(
        StreamFrame(
          number: header?.number ?? UInt64(count), time: header?.time, arrival: .now,
          values: FrameValues.values(of: bytes[...])))
      count += 1
    }
  }

  /// The first bytes that may be a header, at most a frame away; nil where the stream ends before.
  private func firstHeader(from start: [UInt8], of descriptor: Int32) throws -> [UInt8]? {
    var window = start
    let most = FrameFile.bytes(ofFrame: cells ?? FrameHeader.mostCells)
    for _ in 0..<most {
      if let header = try? FrameHeader(window[...], frame: 0), header.cells == cells ?? header.cells
      {
        break
      }
      guard let next = try bytes(1, of: descriptor, frame: 0) else { return nil }
      window = window.dropFirst() + next
    }
    return window
  }

  private func agreed(_ told: Int?, with expected: Int?, frame: Int) throws -> Int {
    guard let told else { return expected ?? 0 }
    guard told == expected ?? told else {
      throw CommandLineError.badStream(
        "frame \(frame), counted from 0, has \(told) cells, expected \(expected ?? told)")
    }
    return told
  }

  /// So many bytes; nil where the stream ends before the first of them, or within them, as when
  /// a sender is killed: then there is no such frame.
  private func bytes(_ count: Int, of descriptor: Int32, frame: Int) throws -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = buffer.withUnsafeMutableBytes {
        Foundation.read(descriptor, $0.baseAddress?.advanced(by: done), count - done)
      }
      if got == 0 { return nil }
      if got < 0 {
        guard errno == EINTR else {
          throw CommandLineError(
            exitCode: ExitCode.inputOutput,
            description: "cannot read \(path) at frame \(frame): \(lastSystemError())")
        }
      } else {
        done += got
      }
    }
    return buffer
  }
}

extension CommandLineError {
  /// A stream that is not what it should be.
  static func badStream(_ description: String) -> CommandLineError {
    CommandLineError(exitCode: ExitCode.badData, description: description)
  }
}
