internal import Collectives
internal import Foundation
internal import Recordings
private import Synchronization

/// The file to which each frame is appended when it comes, before anything is done with it.
///
/// What is killed loses none that it had received; the disk has them within a second. A frame
/// that cannot be written is left out whole, and counted: frames are followed on, and recorded
/// again once there is room.
final class FrameRecord: Sendable {
  /// What has been recorded.
  struct Figures: Sendable {
    /// Frames in the file.
    var frames = 0
    /// Frames of this run that are not.
    var failures = 0
    /// Why the latest frame is not; nil where it is.
    var reason: String?
    /// Bytes of whole frames.
    fileprivate var size = 0
  }

  let path: String
  private let descriptor: Int32
  private let flushing: PeriodicFlush
  /// Seconds from frame to frame of a source without a clock.
  private let dt: Double?
  private let state: Mutex<Figures>

  /// Goes on after the whole frames of `earlier`, or begins a file.
  ///
  /// - Throws: `CommandLineError` (73) if it cannot be created, or another run writes it, or has
  ///   written it since `earlier` was looked at.
  init(_ path: String, goingOnAfter earlier: FrameFile?, dt: Double?) throws {
    self.path = path
    self.dt = dt
    descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.refusal(path, lastSystemError()) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno == EWOULDBLOCK ? "another run is writing it" : lastSystemError()
      close(descriptor)
      throw Self.refusal(path, reason)
    }
    // `earlier` was looked at before the lock was had: what came meanwhile is not cut off.
    guard try Self.frames(of: path, descriptor) == earlier?.count ?? 0 else {
      Self.unlockAndClose(descriptor)
      throw Self.refusal(path, "another run has written it meanwhile: start again")
    }
    flushing = PeriodicFlush(of: descriptor)
    state = Mutex(Figures(frames: earlier?.count ?? 0, size: earlier?.size ?? 0))
    ftruncate(descriptor, earlier?.size ?? 0)
  }

  /// Whole frames of a file; nil if it holds something else.
  private static func frames(of path: String, _ descriptor: Int32) throws -> Int? {
    guard lseek(descriptor, 0, SEEK_END) > 0 else { return 0 }
    return FrameFile.isFrames(path) ? try FrameFile(path).count : nil
  }

  private static func refusal(_ path: String, _ reason: String) -> CommandLineError {
    CommandLineError(
      exitCode: ExitCode.cannotCreate, description: "cannot write the record \(path): \(reason)")
  }

  deinit {
    flushing.end()
    Self.unlockAndClose(descriptor)
  }

  /// A process that has just been started may still have the descriptor, and with it the lock, until
  /// it runs its program: closing alone would leave the file locked for that long.
  private static func unlockAndClose(_ descriptor: Int32) {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  var figures: Figures { state.withLock { $0 } }

  /// Appends a frame; on any thread.
  func append(_ frame: StreamFrame) {
    let header = FrameHeader(
      cells: frame.values.count, number: frame.number,
      time: frame.time ?? Double(frame.number) * (dt ?? 1))
    let bytes = header.bytes + FrameValues.bytes(of: frame.values)
    state.withLock { state in
      if let reason = write(bytes, at: state.size) {
        // No half a frame stays.
        ftruncate(descriptor, off_t(state.size))
        if state.reason == nil {
          StandardError.warn(
            "\(path): \(reason): frames are followed, and not recorded", waits: false)
        }
        state.reason = reason
        state.failures += 1
        WriteFailures.note("the record \(path) lacks frames that came: \(reason)")
        return
      }
      if state.reason != nil {
        StandardError.warn(
          "\(path): recorded again; \(state.failures) frames are missing in it", waits: false)
      }
      state.reason = nil
      state.frames += 1
      state.size += bytes.count
    }
  }

  /// Why not all of it could be written; nil where it was.
  private func write(_ bytes: [UInt8], at offset: Int) -> String? {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(
          descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done,
          off_t(offset + done))
      }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        return lastSystemError()
      }
    }
    return nil
  }
}

/// Has the disk take what a file was given, each second, on a thread of its own.
private final class PeriodicFlush: Sendable {
  private let hasEnded = Mutex(false)

  init(of descriptor: Int32) {
    // Its own descriptor: that of the owner may be another file's once it is closed.
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard own >= 0 else { return }
    Thread.detachNewThread { [self] in
      repeat {
        fdatasync(own)
        sleep(1)
      } while !hasEnded.withLock { $0 }
      close(own)
    }
  }

  func end() { hasEnded.withLock { $0 = true } }
}

/// A source whose frames lie in a file, recorded as they are taken.
final class RecordingFeed: FrameFeed {
  private let feed: any FrameFeed
  private let record: FrameRecord

  init(_ feed: any FrameFeed, to record: FrameRecord) {
    self.feed = feed
    self.record = record
  }

  var table: TableFrames? { feed.table }

  var waiting: Int { feed.waiting }

  func next() -> FeedEvent {
    let event = feed.next()
    if case .frame(let frame) = event { record.append(frame) }
    return event
  }

  func wait() { feed.wait() }

  func close() { feed.close() }
}
