internal import Recordings

/// A frame as it comes from a source.
struct StreamFrame: Sendable {
  /// Its number at the source, from 0 where the source does not count.
  var number: UInt64
  /// Seconds on the clock of the source; nil where it has none.
  var time: Double?
  /// When the program had all of it.
  var arrival: ContinuousClock.Instant
  /// A value a cell, in the units of the source; NaN where one is missing.
  var values: [Double]
  var inputs: [Double] = []
  /// Whether a trial begins with it: there is no transition from the frame before.
  var startsTrial = false
}

/// What a source has to give now.
enum FeedEvent {
  case frame(StreamFrame)
  case nothing
  /// There will be no more; the error with which it ended, if it did.
  case ended((any Error)?)
}

/// Where frames come from, on rank 0.
protocol FrameFeed: AnyObject {
  /// What is known of a text table; nil for another source, and before its first rows are there.
  var table: TableFrames? { get }
  /// The next frame, without waiting for one.
  func next() -> FeedEvent
  /// Frames that have come and were not taken.
  var waiting: Int { get }
  /// Waits a moment for a frame.
  func wait()
  /// Takes no more than what has come.
  func close()
}

extension FrameFeed {
  var table: TableFrames? { nil }
}
