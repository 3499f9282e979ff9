import Collectives
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Recordings

@Suite struct PlainFileTests {
  @Test func tableOfNeuronRowsNeedsItsAxisTold() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("rows.csv")
    let rows = (0..<3).map { i in (0..<12).map { "\(10 * i + $0)" }.joined(separator: ",") }
    try rows.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
    var request = RecordingRequest(path: path)
    let refused = #expect(throws: RecordingError.self) {
      _ = try Recording.open(request, on: SingleRank())
    }
    #expect(refused?.exitCode == ExitCode.usage)
    #expect(refused?.description.contains("--time-axis 0") == true)
    request.timeAxis = .second
    let recording = try Recording.open(request, on: SingleRank())
    #expect(recording.neurons == 3 && recording.frames == 12)
    let series: Matrix<Double> = try recording.readNeurons(1..<3, on: SingleRank())
    #expect(series[0, 0] == 10 && series[1, 11] == 31)
  }

  @Test func tableWithATimeColumnTellsItsClock() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("columns.csv")
    var text = "time,AVAL,\"AVAR\"\r\n"
    for t in 0..<10 { text += "\(0.5 * Double(t)),\(t),\(t == 3 ? "" : "-\(t)e-1")\r\n" }
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    let recording = try Recording.open(RecordingRequest(path: path), on: SingleRank())
    #expect(recording.labels == ["AVAL", "AVAR"])
    #expect(recording.dt == 0.5 && recording.times.last == 4.5)
    let series: Matrix<Float> = try recording.readNeurons(0..<2, on: SingleRank())
    #expect(series[0, 9] == 9 && series[1, 9] == -0.9 && series[1, 3].isNaN)
  }

  @Test(arguments: [
    ("1,2\n3\n", "line 2: 1 columns, where line 1 has 2"),
    ("1,2\n3,four\n", "line 2: \"four\" is not a number"), ("", "is empty"),
    ("just a sentence", "no table of numbers"),
  ])
  func brokenTablesNameTheLine(text: String, message: String) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("broken.csv")
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    let error = #expect(throws: RecordingError.self) {
      _ = try Recording.open(RecordingRequest(path: path), on: SingleRank())
    }
    #expect(error?.exitCode == ExitCode.badData)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func numpyArraysOfEitherOrder() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("a.npy")
    // 2 × 10, entry (i, j) = 100 i + j, as int16, in C and in Fortran order.
    for isFortran in [false, true] {
      let places =
        isFortran ? (0..<20).map { ($0 % 2, $0 / 2) } : (0..<20).map { ($0 / 10, $0 % 10) }
      let numbers = places.map { Int16(100 * $0.0 + $0.1) }
      var dictionary =
        "{'descr': '>i2', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': (2, 10), }"
      dictionary += String(repeating: " ", count: 117 - dictionary.utf8.count) + "\n"
      var bytes = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(dictionary.utf8)
      for number in numbers { withUnsafeBytes(of: number.bigEndian) { bytes += Data($0) } }
      try bytes.write(to: URL(fileURLWithPath: path))
      var request = RecordingRequest(path: path)
      request.timeAxis = .second
      request.rate = 4
      let recording = try Recording.open(request, on: SingleRank())
      #expect(recording.neurons == 2 && recording.frames == 10 && recording.dt == 0.25)
      let series: Matrix<Double> = try recording.readNeurons(1..<2, on: SingleRank())
      #expect(series[0, 7] == 107)
      try bytes.dropLast(3).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: RecordingError.self) {
        _ = try Recording.open(request, on: SingleRank())
      }
      #expect(error?.description.contains("cut short") == true)
    }
  }

  @Test func matlabV5IsRefusedWithTheWayToConvertIt() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("v5.mat")
    let head = "MATLAB 5.0 MAT-file, Platform: GLNXA64".padding(
      toLength: 128, withPad: " ", startingAt: 0)
    try Data(head.utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: RecordingError.self) {
      _ = try Recording.open(RecordingRequest(path: path), on: SingleRank())
    }
    #expect(error?.exitCode == ExitCode.badData)
    #expect(error?.description.contains("scipy.io.loadmat") == true)
  }
}
