import Collectives
import Foundation
import Recordings
import TestSupport
import Testing

@testable import ganglion

/// Frames in order, and how long they took.
@Suite struct StreamTests {
  private func frame(_ number: Int, time: Double? = nil, value: Double? = nil) -> StreamFrame {
    StreamFrame(
      number: UInt64(number), time: time, arrival: .now, values: [value ?? Double(number)])
  }

  /// The numbers that come out, marked where there is a transition to them.
  private func order(_ numbers: [Int], buffer: Int) -> (String, FrameSequence.Counts) {
    var sequence = FrameSequence(buffer: buffer, dt: nil)
    var elements = numbers.flatMap { sequence.take(frame($0)) }
    elements += sequence.finish()
    let text = elements.map { ($0.follows ? "-" : " ") + "\($0.frame.number)" }.joined()
    return (text, sequence.counts)
  }

  @Test func inOrder() {
    let (text, counts) = order([5, 6, 7, 8], buffer: 0)
    #expect(text == " 5-6-7-8")
    #expect(counts.gaps == 0 && counts.repeats == 0 && counts.late == 0)
  }

  @Test func missingRepeatedAndLate() {
    let (text, counts) = order([1, 2, 2, 5, 4, 6], buffer: 0)
    #expect(text == " 1-2 5-6")
    #expect(counts.gaps == 1 && counts.lost == 2 && counts.repeats == 1 && counts.late == 1)
  }

  @Test func lateFramesAreWaitedFor() {
    let (text, counts) = order([1, 3, 2, 4, 6, 7, 8, 9, 9], buffer: 2)
    #expect(text == " 1-2-3-4 6-7-8-9")
    #expect(counts.gaps == 1 && counts.lost == 1 && counts.repeats == 1 && counts.late == 0)
  }

  @Test func aRestartedSender() {
    let (text, counts) = order([7, 8, 0, 1], buffer: 3)
    #expect(text == " 7-8 0-1")
    #expect(counts.gaps == 1 && counts.late == 0)
  }

  /// A number that was damaged, or counts anew from anywhere, is a gap, and no frame is lost.
  @Test func numbersThatCountAnew() {
    for (numbers, expected, gaps) in [
      ([5, 6, 1 << 62, 7, 8], " 5-6 4611686018427387904 7-8", 2),
      ([5000, 5001, 3, 4], " 5000-5001 3-4", 1),
      ([1, .max, 2, .max, .max, 3], " 1 9223372036854775807 2 9223372036854775807 3", 4),
    ] {
      let (text, counts) = order(numbers, buffer: 0)
      #expect(text == expected)
      #expect(counts.gaps == gaps && counts.lost == 0 && counts.late == 0, "\(counts)")
    }
    // What is late by little stays so, and what is missing is counted.
    let (text, counts) = order([200, 201, 100, 2000], buffer: 0)
    #expect(text == " 200-201 2000" && counts.late == 1 && counts.lost == 1798)
  }

  @Test func jumpsOfTheClockAndTrials() {
    var sequence = FrameSequence(buffer: 0, dt: 0.1)
    var start = frame(3, time: 0.51)
    start.startsTrial = true
    let frames = [frame(0, time: 0), frame(1, time: 0.1), frame(2, time: 0.41), start]
    let follows = frames.flatMap { sequence.take($0) }.map(\.follows)
    #expect(follows == [false, true, false, false])
    #expect(sequence.counts.gaps == 1)
  }

  @Test func identicalFramesAreCounted() {
    var sequence = FrameSequence(buffer: 0, dt: nil)
    for number in 0..<3 { _ = sequence.take(frame(number, value: 0.5)) }
    #expect(sequence.counts.identical == 2)
  }

  /// Random numbers: what comes out rises, and is counted.
  @Test func sequencesOfRandomNumbers() {
    var state: UInt64 = 3
    for buffer in [0, 1, 3] {
      var sequence = FrameSequence(buffer: buffer, dt: nil)
      var numbers: [UInt64] = []
      for _ in 0..<2000 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let number = 1 + numbers.count + Int(state >> 60) - 8
        numbers += sequence.take(frame(max(1, number))).map(\.frame.number)
      }
      numbers += sequence.finish().map(\.frame.number)
      #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
      let counts = sequence.counts
      #expect(numbers.count + counts.repeats + counts.late == 2000)
      #expect(Int((numbers.last ?? 0) - numbers[0]) + 1 == numbers.count + counts.lost)
    }
  }

  /// Another run has appended to a record between the look at it and the lock.
  @Test func aRecordThatHasGrownMeanwhileIsLeftAlone() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("record")
    do { try FrameRecord(path, goingOnAfter: nil, dt: 1).append(frame(0)) }
    let looked = try FrameFile(path)
    do { try FrameRecord(path, goingOnAfter: looked, dt: 1).append(frame(1)) }
    for stale in [looked, nil] {
      #expect {
        _ = try FrameRecord(path, goingOnAfter: stale, dt: 1)
      } throws: { error in
        let error = error as? CommandLineError
        return error?.exitCode == ExitCode.cannotCreate
          && error?.description.contains("another run has written it meanwhile") == true
      }
    }
    #expect(try FrameFile(path).count == 2)
    // And is not locked by who was refused.
    do { try FrameRecord(path, goingOnAfter: FrameFile(path), dt: 1).append(frame(2)) }
    #expect(try FrameFile(path).lastNumber == 2)
  }

  @Test func numbersOfFiles() {
    for (name, number) in [
      ("frame_000123.npy", 123), ("7.f32", 7), ("run2_0005.csv", 5), ("a12b.csv", 12),
      ("none.npy", nil), ("99999999999999999999.csv", nil),
      ("9223372036854775808.csv", nil), ("9223372036854775807.csv", .max >> 1),
    ] as [(String, UInt64?)] {
      #expect(NumberedFiles.number(in: name) == number)
    }
    let pattern = NumberedFiles.Pattern(argument: "/data/in/*.npy")
    #expect(pattern?.folder == "/data/in" && pattern?.ending == ".npy")
    #expect(NumberedFiles.Pattern(argument: "*.csv")?.folder == ".")
    #expect(NumberedFiles.Pattern(argument: "/*.f32")?.folder == "/")
    for other in ["in/*.h5", "in/a*.npy", "in/x.npy", "in/*"] {
      #expect(NumberedFiles.Pattern(argument: other) == nil)
    }
  }

  @Test func percentiles() throws {
    var histogram = LatencyHistogram()
    #expect(histogram.milliseconds == nil)
    for k in 1...1000 { histogram.note(seconds: Double(k) * 1e-3) }
    let found = try #require(histogram.milliseconds)
    for (value, exact) in zip(found, [500.0, 950, 990, 1000]) {
      #expect(value >= exact * 0.999 && value <= exact * 1.021, "\(value) for \(exact)")
    }
    #expect(found[3] == 1000)
  }

  @Test func withoutAClockASweepTakesATwentiethOfTheWindow() {
    var pace = SweepPace(parts: 38, window: 1000, budget: nil)
    var swept = 0
    for _ in 0..<50 {
      pace.begin(arrival: .now)
      let owed = pace.owed
      #expect(owed == 1)
      if pace.note(parts: owed, residual: 1) { swept += 1 }
      #expect(pace.owed == 0 && !pace.hasTime(at: .now))
    }
    #expect(swept == 1)
    #expect(SweepPace(parts: 10, window: 10, budget: nil).owed == 0)
  }

  @Test func withAClockASweepEndsWithItsBudgetOrSolved() {
    var pace = SweepPace(parts: 2, window: 1000, budget: 10)
    let now = ContinuousClock.now
    #expect(!pace.hasTime(at: now))
    pace.begin(arrival: now)
    #expect(pace.hasTime(at: now) && !pace.hasTime(at: now + .seconds(11)))
    _ = pace.note(parts: 1, residual: 1e-9)
    let ended = pace.note(parts: 1, residual: 1e-2)
    #expect(ended && pace.hasTime(at: now))
    _ = pace.note(parts: 2, residual: 1e-9)
    #expect(!pace.hasTime(at: now))
    pace.begin(arrival: now)
    #expect(pace.hasTime(at: now))
  }
}
