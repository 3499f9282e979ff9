internal import Collectives
internal import Foundation
internal import MPI
internal import Recordings
internal import Results

/// The source of a run of `ganglion follow`, opened.
struct FollowSource {
  /// The recording that is replayed; nil for a stream.
  let recording: Recording?
  /// On rank 0 only.
  let feed: (any FrameFeed)?
  /// Seconds from frame to frame on the clock of the source; nil where its first frames tell.
  let dt: Double?
  /// Messages of a socket that were no frames.
  let refused = RefusedMessages()
  /// Where frames are recorded; on rank 0 only.
  let record: FrameRecord?

  /// - Throws: on every rank alike, `CommandLineError` or `RecordingError` (64, 65, 66).
  /// - Collective: every rank of `world` must call it.
  init(_ command: FollowCommand, on world: borrowing Communicator) throws {
    guard let speed = command.stream.replay else {
      recording = nil
      dt = command.reading.dt ?? command.reading.rate.map { 1 / $0 }
      var opened: (feed: any FrameFeed, record: FrameRecord?)?
      let (dt, refused) = (self.dt, self.refused)
      try world.agreeOnRoot { opened = try Self.open(command, dt: dt, counting: refused) }
      feed = opened?.feed
      record = opened?.record
      return
    }
    record = nil
    let recording = try Recording.open(command.reading.request(for: command.source), on: world)
    self.recording = recording
    guard let dt = recording.dt ?? speed.rate.map({ 1 / $0 }) else {
      throw CommandLineError.usage(
        "--warmup is in seconds, and \(command.source) has no clock: give --rate or --dt")
    }
    self.dt = dt
    feed = try RecordedFrames(recording, on: world).map { frames in
      switch speed {
      case .max: ImmediateReplay(frames)
      case .rate(let rate): FrameQueue.replaying(frames, rate: rate)
      }
    }
  }

  private static func open(
    _ command: FollowCommand, dt: Double?, counting refused: RefusedMessages
  ) throws -> (feed: any FrameFeed, record: FrameRecord?) {
    let earlier = try earlierFrames(command)
    // What grows has all its frames: those that were taken are passed over.
    let first = try earlier.map { Int(clamping: min(try $0.lastNumber, .max - 1) + 1) } ?? 0
    var growing: (any FrameFeed)?
    var socket: SocketReader?
    switch command.kind {
    case .table:
      growing = try GrowingTable(command.reading.request(for: command.source), first: first)
    case .dataset:
      if let address = DatasetAddress(argument: command.source) {
        growing = try GrowingDataset(address, first: first)
      }
    case .folder:
      growing = NumberedFiles.Pattern(argument: command.source).map {
        NumberedFiles($0, first: UInt64(first), cells: earlier?.cells)
      }
    case .socket:
      // Opened here, so that an address that is none leaves no record.
      socket = try SocketAddress(argument: command.source).map {
        try SocketReader(
          $0, binds: command.stream.bind, cells: command.stream.cells ?? earlier?.cells,
          hasClock: dt != nil, refused: refused)
      }
    case .recording, .framed, .raw: break
    }
    // Last, so that a source that is refused leaves no file.
    let record = try command.stream.record.map {
      try FrameRecord($0, goingOnAfter: earlier, dt: dt)
    }
    let feed: any FrameFeed =
      if let socket {
        socket.start(record: record)
      } else if let growing {
        record.map { RecordingFeed(growing, to: $0) } ?? growing
      } else {
        PipeReader(
          path: command.source, cells: command.stream.cells ?? earlier?.cells,
          isFramed: command.stream.framed, beginsAnywhere: earlier != nil
        ).start(record: record)
      }
    return (earlier.map { ResumedFeed($0, then: feed) } ?? feed, record)
  }

  /// What an earlier run has recorded; nil where it was killed before its first frame.
  private static func earlierFrames(_ command: FollowCommand) throws -> FrameFile? {
    guard let path = command.stream.record, FrameFile.isFrames(path) else { return nil }
    let earlier = try FrameFile(path)
    guard let cells = command.stream.cells, cells != earlier.cells else {
      return earlier.count > 0 ? earlier : nil
    }
    throw CommandLineError.usage(
      "--cells is \(cells), and the frames of --record \(path) have \(earlier.cells)")
  }
}
