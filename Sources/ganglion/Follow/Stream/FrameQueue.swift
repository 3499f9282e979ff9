internal import Dispatch
private import Foundation
private import Synchronization

/// Frames that a thread of its own has received, in the order in which they came.
final class FrameQueue: FrameFeed, Sendable {
  private struct State {
    var frames: [StreamFrame] = []
    /// The first that was not taken.
    var first = 0
    var bytes = 0
    var isEnded = false
    var failure: (any Error)?
    var isClosed = false

    var waiting: Int { frames.count - first }
  }

  /// Bytes that may wait: beyond it the source has to.
  static let mostBytes = 1 << 30

  private let state = Mutex(State())
  private let arrivals = DispatchSemaphore(value: 0)
  /// Where each frame is written before it waits here.
  private let record: FrameRecord?

  init(record: FrameRecord? = nil) { self.record = record }

  var waiting: Int { state.withLock(\.waiting) }

  /// Whether whoever puts frames in should stop.
  var isClosed: Bool { state.withLock(\.isClosed) }

  /// Adds a frame, once there is room for it.
  func put(_ frame: StreamFrame) {
    record?.append(frame)
    let bytes = MemoryLayout<Double>.stride * (frame.values.count + frame.inputs.count)
    while state.withLock({ $0.bytes + bytes > Self.mostBytes && $0.waiting > 0 && !$0.isClosed }) {
      usleep(1000)
    }
    state.withLock { state in
      guard !state.isClosed else { return }
      state.frames.append(frame)
      state.bytes += bytes
    }
    arrivals.signal()
  }

  /// No more will come.
  func end(_ failure: (any Error)? = nil) {
    state.withLock { state in
      state.isEnded = true
      state.failure = failure
    }
    arrivals.signal()
  }

  func next() -> FeedEvent {
    state.withLock { state in
      guard state.waiting > 0 else {
        return state.isEnded || state.isClosed ? .ended(state.failure) : .nothing
      }
      let frame = state.frames[state.first]
      state.first += 1
      state.bytes -=
        MemoryLayout<Double>.stride * (frame.values.count + frame.inputs.count)
      if state.first > 1024 || state.first == state.frames.count {
        state.frames.removeFirst(state.first)
        state.first = 0
      }
      return .frame(frame)
    }
  }

  func wait() { _ = arrivals.wait(timeout: .now() + .milliseconds(2)) }

  func close() { state.withLock { $0.isClosed = true } }
}
