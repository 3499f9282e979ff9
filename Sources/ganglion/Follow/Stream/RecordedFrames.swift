internal import Collectives
internal import Foundation
internal import LinearAlgebra
internal import MPI
internal import Recordings

/// The frames of a recording, for a replay.
struct RecordedFrames: Sendable {
  let neurons: Int
  let count: Int
  /// Frame by frame.
  private let values: [Double]
  private let inputs: [Double]
  private let times: [Double]
  private let trialStarts: Set<Int>

  /// Reads all of it on rank 0; nil on the others.
  ///
  /// - Throws: what reading throws, on every rank alike.
  /// - Collective: every rank of `world` must call it.
  init?(_ recording: Recording, on world: borrowing Communicator) throws {
    let own = world.rank == 0 ? 0..<recording.neurons : 0..<0
    let traces: Matrix<Double> = try recording.readNeurons(own, on: world)
    guard world.rank == 0 else { return nil }
    neurons = recording.neurons
    count = recording.frames
    var values = [Double](repeating: 0, count: neurons * count)
    for i in 0..<neurons {
      for t in 0..<count {
        let value = traces[i, t]
        values[t * neurons + i] = value.isFinite ? value : .nan
      }
    }
    self.values = values
    let external = recording.inputs(of: Double.self)
    var inputs: [Double] = []
    for t in 0..<(external.columns == 0 ? 0 : count) {
      for k in 0..<external.columns { inputs.append(external[t, k]) }
    }
    self.inputs = inputs
    times = recording.times
    trialStarts = Set(recording.trialStarts)
  }

  /// A frame that arrives now.
  func frame(_ t: Int) -> StreamFrame {
    let channels = count > 0 ? inputs.count / count : 0
    return StreamFrame(
      number: UInt64(t), time: times.isEmpty ? nil : times[t], arrival: .now,
      values: Array(values[(t * neurons)..<((t + 1) * neurons)]),
      inputs: Array(inputs[(t * channels)..<((t + 1) * channels)]),
      startsTrial: trialStarts.contains(t))
  }
}

/// A recording whose frames come as fast as they are taken.
final class ImmediateReplay: FrameFeed {
  private let frames: RecordedFrames
  private var position = 0
  private var isClosed = false

  init(_ frames: RecordedFrames) { self.frames = frames }

  var waiting: Int { 0 }

  func next() -> FeedEvent {
    guard position < frames.count, !isClosed else { return .ended(nil) }
    defer { position += 1 }
    return .frame(frames.frame(position))
  }

  func wait() {}

  func close() { isClosed = true }
}

extension FrameQueue {
  /// A recording whose frames come at a rate, on a thread of its own.
  static func replaying(_ frames: RecordedFrames, rate: Double) -> FrameQueue {
    let queue = FrameQueue()
    Thread.detachNewThread {
      let start = ContinuousClock.now
      for t in 0..<frames.count where !queue.isClosed {
        let due = start + .seconds(Double(t) / rate)
        let pause = (due - .now) / .microseconds(1)
        if pause > 0 { usleep(UInt32(min(pause, 1e9))) }
        queue.put(frames.frame(t))
      }
      queue.end()
    }
    return queue
  }
}
