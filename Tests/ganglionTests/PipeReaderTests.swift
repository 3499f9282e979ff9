import Collectives
import Foundation
import Recordings
import TestSupport
import Testing

@testable import ganglion

/// Streams of frames with bytes that are wrong.
@Suite struct PipeReaderTests {
  private static let cells = 5
  private static let frames: [[UInt8]] = (0..<30).map { frame($0) }

  private static func frame(_ number: Int) -> [UInt8] {
    let header = FrameHeader(cells: cells, number: UInt64(number), time: Double(number))
    let values: [Double] = (0..<cells).map { Double(10 * number + $0) }
    return header.bytes + FrameValues.bytes(of: values)
  }

  private struct Random {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in UInt8(below(256)) }
    }
  }

  /// Damages bytes from a place on: others, fewer, more, or none from there on.
  private func damaged(_ random: inout Random) -> (bytes: [UInt8], place: Int) {
    var bytes: [UInt8] = Self.frames.flatMap { $0 }
    let place = random.below(bytes.count)
    switch random.below(4) {
    case 0:
      let end: Int = min(bytes.count, place + 1 + random.below(30))
      bytes.replaceSubrange(place..<end, with: random.bytes(end - place))
    case 1: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(60)))
    case 2: bytes.insert(contentsOf: random.bytes(1 + random.below(60)), at: place)
    default: bytes.removeSubrange(place...)
    }
    return (bytes, place)
  }

  /// Whole frames before the damage are taken; then the stream goes on, or ends with an error of
  /// bad data.
  @Test(arguments: [false, true]) func damagedStreams(beginsAnywhere: Bool) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("stream")
    var random = Random(state: 7)
    for _ in 0..<400 {
      let (bytes, place) = damaged(&random)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let queue = PipeReader(
        path: path, cells: Self.cells, isFramed: true, beginsAnywhere: beginsAnywhere
      ).start()
      var taken = 0
      var event = queue.next()
      while true {
        if case .frame(let frame) = event {
          #expect(frame.values.count == Self.cells)
          taken += 1
        }
        if case .ended(let failure) = event {
          let code = (failure as? any ExitCoded)?.exitCode
          #expect(failure == nil || code == ExitCode.badData, "\(String(describing: failure))")
          break
        }
        if case .nothing = event { queue.wait() }
        event = queue.next()
      }
      #expect(taken >= place / Self.frames[0].count, "damaged at \(place)")
    }
  }
}
