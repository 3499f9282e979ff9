import Collectives
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Recordings

/// Records of frames, as `ganglion follow --record` writes them.
@Suite struct FrameFileTests {
  private func bytes(_ number: UInt64, at seconds: Double, cells: Int = 2) -> [UInt8] {
    FrameHeader(cells: cells, number: number, time: seconds).bytes
      + FrameValues.bytes(of: (0..<cells).map { Double(number) + 0.5 * Double($0) })
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  /// Lost, repeated and late frames, a sender that was started again, and half a frame.
  @Test func framesInTheirOrder() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("frames.gngf")
    let numbers: [UInt64] = [0, 1, 2, 3, 5, 5, 7, 6, 8, 9, 0, 1, 2]
    let all = numbers.flatMap { bytes($0, at: 0.1 * Double($0)) }
    try write(all + bytes(3, at: 0.3).dropLast(), to: path)
    let recording = try Recording.open(RecordingRequest(path: path), on: SingleRank())
    #expect(recording.format == "frames")
    #expect(recording.neurons == 2 && recording.frames == 12)
    #expect(recording.trialStarts == [0, 4, 9])
    #expect(abs((recording.dt ?? 0) - 0.1) < 1e-9)
    #expect(zip(recording.times, recording.times.dropFirst()).allSatisfy { $0 < $1 })
    let series: Matrix<Double> = try recording.readNeurons(1..<2, on: SingleRank())
    let expected = [0, 1, 2, 3, 5, 6, 7, 8, 9, 0, 1, 2].map { $0 + 0.5 }
    #expect((0..<12).map { series[0, $0] } == expected)
    #expect(try inspect(path).candidates.count == 1)
  }

  /// A number that was damaged, or counts anew from anywhere, begins a trial, and no frame is lost.
  @Test func numbersThatCountAnew() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("frames.gngf")
    let numbers: [UInt64] = [501, 502, 503, 504, 505, 506, .max, 507, 508, 507, 3, 4]
    try write(numbers.enumerated().flatMap { bytes($1, at: Double($0)) }, to: path)
    let recording = try Recording.open(RecordingRequest(path: path), on: SingleRank())
    #expect(recording.frames == 11, "one came twice")
    #expect(recording.trialStarts == [0, 6, 7, 9])
  }

  @Test func whatIsNoFrame() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("frames.gngf")
    let good = (0..<12).flatMap { bytes(UInt64($0), at: Double($0)) }
    for (rest, says) in [
      ([UInt8](repeating: 65, count: 32), "frame 12, counted from 0, has no right header"),
      (bytes(12, at: 12, cells: 3), "has 3 cells, expected 2"),
      (bytes(12, at: .nan), "its time is nan"),
    ] {
      try write(good + rest, to: path)
      let error = #expect(throws: RecordingError.self) {
        _ = try Recording.open(RecordingRequest(path: path), on: SingleRank())
      }
      #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
      #expect(error?.exitCode == ExitCode.badData)
    }
  }

  /// A header is what it was written from, and missing values stay missing.
  @Test func bytesAndBack() throws {
    let header = FrameHeader(cells: 70_000, number: 1 << 40, time: -0.1)
    #expect(try FrameHeader(header.bytes[...], frame: 0) == header)
    let values = FrameValues.values(of: FrameValues.bytes(of: [0.25, .nan, -.infinity, -3])[...])
    #expect(values[0] == 0.25 && values[1].isNaN && values[2].isNaN && values[3] == -3)
  }

  private func header(
    magic: UInt32 = FrameHeader.magic, cells: UInt32 = 3, number: UInt64 = 9, time: Double = 1.5
  ) -> [UInt8] {
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    return bytes(magic) + bytes(cells) + bytes(number) + bytes(time.bitPattern)
  }

  @Test func headers() throws {
    #expect(Array(header()[0..<4]) == Array("GNGF".utf8))
    let read = try FrameHeader(header()[...], frame: 0)
    #expect(read.cells == 3 && read.number == 9 && read.time == 1.5)
    for (bytes, says) in [
      (header(magic: 7), "begins with 0x7"), (header(cells: 0), "0 cells"),
      (header(cells: 1 << 31), "2147483648 cells"), (header(time: .nan), "its time is nan"),
      (header(time: .infinity), "its time is inf"),
    ] {
      let error = try #require(throws: RecordingError.self) {
        try FrameHeader(bytes[...], frame: 4)
      }
      #expect(error.exitCode == ExitCode.badData && error.description.contains(says), "\(error)")
      #expect(error.description.contains("frame 4"))
    }
  }

  /// Whatever comes is a header with numbers in range, or an error.
  @Test func headersOfRandomBytes() {
    var state: UInt64 = 11
    for round in 0..<20_000 {
      var bytes = header()
      for _ in 0..<(1 + round % 24) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(state >> 33) % 24] = UInt8(truncatingIfNeeded: state >> 50)
      }
      guard let read = try? FrameHeader(bytes[...], frame: 0) else { continue }
      #expect((1...FrameHeader.mostCells).contains(read.cells) && read.time.isFinite)
    }
  }
}
