internal import Collectives
internal import Recordings

/// The frames of an earlier run's record, then those of the source.
final class ResumedFeed: FrameFeed {
  private let record: FrameFile
  private let feed: any FrameFeed
  /// Frames that were read, the next one last.
  private var buffer: [StreamFrame] = []
  /// Frames of the record that were read.
  private var position = 0

  init(_ record: FrameFile, then feed: any FrameFeed) {
    self.record = record
    self.feed = feed
  }

  /// Whether there are frames of the record left.
  var isBehind: Bool { !buffer.isEmpty || position < record.count }

  var table: TableFrames? { feed.table }

  var waiting: Int { record.count - position + buffer.count + feed.waiting }

  func next() -> FeedEvent {
    do {
      if buffer.isEmpty, position < record.count { try read() }
    } catch {
      return .ended(error)
    }
    return buffer.popLast().map { .frame($0) } ?? feed.next()
  }

  private func read() throws {
    let frames = position..<min(record.count, position + record.framesAtOnce)
    try record.forEachFrame(in: frames) { _, header, bytes in
      buffer.append(
        StreamFrame(
          number: header.number, time: header.time, arrival: .now,
          values: FrameValues.values(of: bytes)))
    }
    buffer.reverse()
    position = frames.upperBound
  }

  func wait() { feed.wait() }

  func close() { feed.close() }
}
