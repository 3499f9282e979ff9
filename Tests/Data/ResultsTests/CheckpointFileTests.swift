import Collectives
import Foundation
import HDF5
import Recordings
import TestSupport
import Testing

@testable import Results

/// What a checkpoint must survive: replacement, damage, and another run's flags.
@Suite struct CheckpointFileTests {
  private func write(_ value: Int, to checkpoint: CheckpointFile) throws {
    try checkpoint.write(on: SingleRank()) { file in
      let dataset = try file.createDataset("value", shape: [1000], of: Int.self)
      try dataset.write([Int](repeating: value, count: 1000))
      try dataset.close()
    }
  }

  private func read(_ checkpoint: CheckpointFile) throws -> (value: Int?, notes: [String]) {
    try checkpoint.read(on: SingleRank()) { file in
      try file.openDataset("value").read(Int.self)[0]
    }
  }

  @Test func theNewestIsRead() throws {
    let directory = try TemporaryDirectory()
    let checkpoint = CheckpointFile(path: directory.file("run.checkpoint"), identity: "{}")
    #expect(try read(checkpoint).value == nil)
    try write(1, to: checkpoint)
    try write(2, to: checkpoint)
    let found = try read(checkpoint)
    #expect(found.value == 2)
    #expect(found.notes.isEmpty)
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    #expect(names == ["run.checkpoint", "run.checkpoint.previous"])
    try checkpoint.remove(on: SingleRank())
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
  }

  /// A byte changed anywhere, and a file cut off anywhere, is noticed.
  @Test(arguments: [0, 1, 50, 97, 99], [false, true])
  func damageIsNoticed(percent: Int, isCut: Bool) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("run.checkpoint")
    let checkpoint = CheckpointFile(path: path, identity: "{}")
    try write(1, to: checkpoint)
    try write(2, to: checkpoint)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let place = bytes.count * percent / 100
    if isCut { bytes = bytes.prefix(place) } else { bytes[place] ^= 1 }
    try bytes.write(to: URL(fileURLWithPath: path))
    let found = try read(checkpoint)
    #expect(found.value == 1)
    #expect(found.notes.count == 2)
  }

  /// A checkpoint of another version is refused by its format, one of another run by its settings.
  @Test(arguments: [
    (#"{"checkpoint-format":3,"command":"fit","lambda":1}"#, ["format 3", "reads format 4"]),
    (#"{"checkpoint-format":4,"command":"fit","lambda":1}"#, ["lambda was 1, is 2"]),
    (#"{"checkpoint-format":2,"command":"train"}"#, ["command was train, is fit"]),
  ])
  func othersAreRefused(identity: String, words: [String]) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("run.checkpoint")
    try write(1, to: CheckpointFile(path: path, identity: identity))
    let own = CheckpointFile(
      path: path, identity: #"{"checkpoint-format":4,"command":"fit","lambda":2}"#)
    let error = try #require(throws: RecordingError.self) { try read(own) }
    #expect(error.exitCode == 78)
    for word in words { #expect(error.description.contains(word), "\(error)") }
  }

  /// As after a kill between the two renamings.
  @Test func thePreviousServesAlone() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("run.checkpoint")
    let checkpoint = CheckpointFile(path: path, identity: "{}")
    try write(1, to: checkpoint)
    try FileManager.default.moveItem(atPath: path, toPath: path + ".previous")
    #expect(try read(checkpoint).value == 1)
  }

  @Test func anotherRunIsRefused() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("run.checkpoint")
    try write(1, to: CheckpointFile(path: path, identity: "{\"lambda\":1}"))
    let other = CheckpointFile(path: path, identity: "{\"lambda\":2}")
    let error = #expect(throws: RecordingError.self) { try read(other) }
    #expect(error?.exitCode == ExitCode.configuration)
    #expect(error?.description.contains("lambda was 1, is 2") == true)
  }

  /// What another run left is not removed, nor what is no checkpoint.
  @Test func othersFilesStay() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("run.checkpoint")
    let own = CheckpointFile(path: path, identity: "{\"lambda\":1}")
    let other = CheckpointFile(path: path, identity: "{\"lambda\":2}")
    try write(1, to: own)
    try write(2, to: other)
    try own.remove(on: SingleRank())
    #expect(FileManager.default.fileExists(atPath: path))
    #expect(!FileManager.default.fileExists(atPath: path + ".previous"))
    try "notes".write(toFile: path, atomically: true, encoding: .utf8)
    try other.remove(on: SingleRank())
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "notes")
  }

  /// A checkpoint is known by either end, whichever was damaged.
  @Test func checkpointsAreRecognised() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("run.checkpoint")
    try write(1, to: CheckpointFile(path: path, identity: "{}"))
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    var headless = bytes
    headless[0] ^= 1
    for (content, isOurs) in [
      (bytes, true), (headless, true), (bytes.prefix(600), true), (bytes[700..<900], false),
      (Data("ganglion".utf8), false),
    ] {
      try content.write(to: URL(fileURLWithPath: path))
      #expect(CheckpointFile.isCheckpoint(path) == isOurs)
    }
  }
}
