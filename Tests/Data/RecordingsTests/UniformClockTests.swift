import Collectives
import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

@testable import Recordings

@Suite struct UniformClockTests {
  @Test func aLineStaysALineAndGapsStayGaps() {
    // Two stretches of a line, irregular, 100 s apart.
    let old = [0, 0.4, 1.1, 2.0, 102, 102.7, 104]
    let clock = UniformClock(old, dt: 0.5, starts: [0, 4], holds: false)
    #expect(clock.times == [0, 0.5, 1, 1.5, 2, 102, 102.5, 103, 103.5, 104])
    let line = Matrix<Double>([old.map { 3 * $0 - 1 }])
    let resampled = clock.resample(line)
    for (t, time) in clock.times.enumerated() {
      #expect(abs(resampled[0, t] - (3 * time - 1)) < 1e-12)
    }
    #expect(clock.frame(ofOld: 4) == 5)
  }

  @Test func previousHolds() {
    let clock = UniformClock([0, 0.4, 1.1, 2.0], dt: 0.5, starts: [0], holds: true)
    let resampled = clock.resample(Matrix<Double>([[10, 11, 12, 13]]))
    #expect((0..<5).map { resampled[0, $0] } == [10, 11, 11, 12, 13])
  }

  @Test func uniformFramesAreTheirOwnClock() {
    let old = (0..<1000).map { 0.1 * Double($0) }
    let clock = UniformClock(old, dt: 0.1, starts: [0], holds: false)
    #expect(clock.times.count == 1000)
  }

  @Test func irregularRecordingsAreResampledWithTheirInputs() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("irregular.h5")
    // Steps of 0.6 and 1.4 s: the median is 0.6 or 1.4, and 40 % is no jitter.
    var times: [Double] = []
    for t in 0..<20 { times.append(Double(t) + (t % 2 == 1 ? -0.4 : 0)) }
    let file = try File.create(path)
    do {
      var traces = Matrix<Double>(rows: 20, columns: 2)
      for t in 0..<20 { for i in 0..<2 { traces[t, i] = Double(i + 1) * times[t] } }
      try file.createDataset("traces", shape: [20, 2], of: Double.self).writeBlock(traces)
      try file.createDataset("timestamps", shape: [20], of: Double.self).write(times)
      try file.createDataset("light", shape: [20], of: Double.self).write(times.map { 5 * $0 })
      try file.createDataset("starts", shape: [2], of: Int.self).write([0, 10])
    }
    try file.close()
    var request = RecordingRequest(path: path)
    request.inputs = ["light"]
    request.trials = "starts"
    let recording = try Recording.open(request, on: SingleRank())
    let dt = try #require(recording.dt)
    // Each trial lasts 8.6 s, and no frame is made of both: the second one begins at 10 s.
    let frames = Int(8.6 / dt + 1e-6) + 1
    #expect(recording.frames == 2 * frames && recording.trialStarts == [0, frames])
    let traces: Matrix<Double> = try recording.readNeurons(1..<2, on: SingleRank())
    let inputs: Matrix<Double> = recording.inputs()
    for t in 0..<recording.frames {
      let time = t < frames ? dt * Double(t) : 10 + dt * Double(t - frames)
      #expect(abs(recording.times[t] - time) < 1e-9)
      #expect(abs(traces[0, t] - 2 * time) < 1e-9)
      #expect(abs(inputs[t, 0] - 5 * time) < 1e-9)
    }

    request.resampling = .none
    let untouched = try Recording.open(request, on: SingleRank())
    #expect(untouched.frames == 20 && untouched.trialStarts == [0, 10])
  }
}
