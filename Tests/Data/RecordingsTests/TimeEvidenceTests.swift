import Collectives
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Recordings

/// Names and values that tell time.
@Suite struct TimeEvidenceTests {
  @Test(
    arguments: [
      ("Time (ms)", "ms"), ("t", nil), ("t_ms", "ms"), ("Time [s]", "s"), ("timestamp", nil),
      ("seconds", "s"), ("Time(s)", "s"), ("time_us", "µs"), ("time/µs", "µs"), ("TimeStamp", nil),
      ("elapsed time in s", "s"), ("timeMs", "ms"), ("frame time", nil), ("Time, min", "min"),
    ] as [(String, String?)])
  func namesOfTime(name: String, unit: String?) {
    #expect(TimeName(name) != nil)
    #expect(TimeName(name)?.unit?.rawValue == unit)
  }

  @Test(arguments: ["time_to_peak", "n0", "AVAL", "tau", "t0", "decay_time", "", "mean", "state"])
  func namesOfOtherThings(name: String) { #expect(TimeName(name) == nil) }

  @Test func sortedNumbersAreNoClock() {
    // Order statistics of exponential gaps, against frames with jitter and a pause.
    let sorted = [0.1, 0.15, 0.7, 0.72, 1.9, 2.0, 2.05, 3.1, 3.15, 5, 5.1, 7]
    #expect(!isClock(sorted, named: "/time_to_peak"))
    let frames = [0, 0.1, 0.21, 0.3, 0.39, 0.5, 20, 20.1, 20.2, 20.31, 20.4]
    #expect(isClock(frames, named: "/time_of_camera"))
    #expect(isClock(sorted, named: "/timestamps"))
    #expect(!isClock([0, 1, 1, 2], named: "/time"))
  }

  @Test func datesAreCounted() throws {
    // date -u -d '2024-02-29 12:00:00' +%s
    #expect(DateText("2024-02-29T12:00:00Z")?.seconds == 1_709_208_000)
    #expect(DateText("2024-02-29T13:00:00.25+01:00")?.seconds == 1_709_208_000)
    #expect(DateText("2024-02-29T13:00:00.25+01:00")?.fraction == 0.25)
    #expect(DateText("1970/01/01 00:00:01")?.seconds == 1)
    #expect(DateText("12:00:01")?.seconds == 43_201)
    for other in ["2024-13-01 00:00:00", "12:00", "noon", "2024-01-01", "25:00:00"] {
      #expect(DateText(other) == nil)
    }
  }

  @Test func numbersAreWrittenShort() {
    #expect(shortest(0.05000000000000071) == 0.05)
    #expect(shortest(1 / 3.0) == 1 / 3.0)
    #expect(shortest(19.999999999999996) == 20)
  }

  @Test func trialsOneAFrameOrStartFrames() throws {
    func starts(_ values: [Double], frames: Int = 8) throws -> [Int] {
      try trialStarts(of: values, frames: frames, "/x", in: "f")
    }
    #expect(try starts([1, 0, 0, 0, 1, 0, 0, 0]) == [0, 4])
    #expect(try starts([0, 0, 1, 1, 1, 0, 0, 0]) == [0, 2, 5])
    #expect(try starts([3, 3, 3, 4, 4, 4, 4, 5]) == [0, 3, 7])
    #expect(try starts([.nan, .nan, 1, 1, .nan, .nan, 2, 2]) == [0, 2, 4, 6])
    #expect(try starts([0, 4]) == [0, 4] && starts([3]) == [0, 3])
    func refused(_ values: [Double]) -> Int32? {
      #expect(throws: RecordingError.self) { _ = try starts(values) }?.exitCode
    }
    #expect(refused([0, 1, 2, 3, 4, 5, 6, 7]) == ExitCode.badData)
    #expect(refused([0, 1, 0, 1, 1]) == ExitCode.usage)
    #expect(refused([0, 4, 2]) == ExitCode.badData)
    #expect(refused([0, 8]) == ExitCode.badData)
    #expect(refused([0, 0.5, 0, 0, 0, 0, 1, 1]) == ExitCode.badData)
  }
}
