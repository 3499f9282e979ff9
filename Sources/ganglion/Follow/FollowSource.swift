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

  /// - Throws: on every rank alike, `CommandLineError` or `RecordingError` (64, 65, 66).
  /// - Collective: every rank of `world` must call it.
  init(_ command: FollowCommand, on world: borrowing Communicator) throws {
    guard let speed = command.stream.replay else {
      recording = nil
      dt = command.reading.dt ?? command.reading.rate.map { 1 / $0 }
      var feed: (any FrameFeed)?
      try world.agreeOnRoot { feed = try Self.stream(command) }
      self.feed = feed
      return
    }
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

  private static func stream(_ command: FollowCommand) throws -> any FrameFeed {
    switch command.kind {
    case .table: return try GrowingTable(command.source)
    case .dataset:
      guard let address = DatasetAddress(argument: command.source) else { fallthrough }
      return try GrowingDataset(address)
    default:
      try requireStream(command.source)
      return PipeReader(
        path: command.source, cells: command.stream.cells, isFramed: command.stream.framed
      ).start()
    }
  }

  private static func requireStream(_ path: String) throws {
    guard path != "-" else { return }
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw CommandLineError(
        exitCode: ExitCode.missingInput, description: "\(path): \(lastSystemError())")
    }
    guard status.st_mode & S_IFMT == S_IFIFO else {
      throw CommandLineError.usage(
        "\(path) is no FIFO: give --replay RATE or --replay max to follow a recording; what grows"
          + " while it is followed is a .csv table, FILE.h5:/PATH, or a pipe")
    }
  }
}
