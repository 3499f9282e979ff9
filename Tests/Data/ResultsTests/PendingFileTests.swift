import Collectives
import Foundation
import Recordings
import TestSupport
import Testing

@testable import Results

/// Files under way: each run has its own, and what dead runs left is cleared away.
@Suite struct PendingFileTests {
  private func names(_ directory: borrowing TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  /// The last to end leaves its own file, whole; the other one is not touched before.
  @Test func twoRunsAtATime() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("model.h5")
    let first = try PendingFile.begin(path, on: SingleRank())
    try "first".write(toFile: first.temporary, atomically: false, encoding: .utf8)
    let second = try PendingFile.begin(path, on: SingleRank())
    #expect(try text(first.temporary) == "first")
    try "second".write(toFile: second.temporary, atomically: false, encoding: .utf8)
    try first.publish()
    #expect(try text(path) == "first")
    try second.publish()
    #expect(try text(path) == "second")
    #expect(try names(directory) == ["model.h5"])
  }

  /// A process that has gone, on this machine, needs its file no more; one of another machine
  /// may be at work, and so may this one.
  @Test func staleFiles() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("model.h5")
    let own = PartialName.unique(for: "model.h5")
    let dead = try run("sh", ["-c", "printf %s $$"]).output
    let parts = own.split(separator: "-")
    let names = [
      own, "\(parts[0])-\(dead)-0.partial", ".model.h5.elsewhere-1-0.partial",
      ".model.h5.forgotten-1-0.partial", ".model.h5.partial", ".other.h5.\(dead)-0.partial",
    ]
    for name in names {
      try "x".write(toFile: directory.file(name), atomically: false, encoding: .utf8)
    }
    try FileManager.default.setAttributes(
      [.modificationDate: Date.now.addingTimeInterval(-8 * 86_400)],
      ofItemAtPath: directory.file(names[3]))
    PartialName.removeStale(for: path)
    let kept = try self.names(directory)
    #expect(kept == [names[0], names[2], names[4], names[5]].sorted())
  }

  /// A run that was killed while it tried the place left an empty directory.
  @Test func staleTrials() throws {
    let directory = try TemporaryDirectory()
    let own = PartialName.unique(for: "model.h5")
    let dead = try run("sh", ["-c", "printf %s $$"]).output
    let sign = own.split(separator: "-")[0]
    let names = [own, "\(sign)-\(dead)-0.partial", "\(sign)-\(dead)-1.partial"]
    for name in names {
      try FileManager.default.createDirectory(
        atPath: directory.file(name), withIntermediateDirectories: false)
    }
    try "x".write(toFile: directory.file(names[2] + "/file"), atomically: false, encoding: .utf8)
    PartialName.removeStale(for: directory.file("model.h5"))
    // What somebody has put something into is not ours.
    #expect(try self.names(directory) == [names[0], names[2]].sorted())
  }

  /// File systems allow 255 bytes, which a name may need for itself.
  @Test func longNames() throws {
    let directory = try TemporaryDirectory()
    for name in [String(repeating: "n", count: 255), String(repeating: "ä", count: 120) + ".h5"] {
      try writeWhole("text", to: directory.file(name))
      #expect(try text(directory.file(name)) == "text")
    }
    let error = #expect(throws: RecordingError.self) {
      try writeWhole("text", to: directory.file(String(repeating: "n", count: 256)))
    }
    #expect(error?.exitCode == ExitCode.cannotCreate)
  }

  /// What a link leads to is written, and the link stays.
  @Test func links() throws {
    let directory = try TemporaryDirectory()
    let files = FileManager.default
    try files.createDirectory(atPath: directory.file("disk"), withIntermediateDirectories: false)
    try files.createSymbolicLink(
      atPath: directory.file("a"), withDestinationPath: directory.file("b"))
    try files.createSymbolicLink(atPath: directory.file("b"), withDestinationPath: "disk/c")
    for value in ["new", "newer"] {
      try writeWhole(value, to: directory.file("a"))
      #expect(try text(directory.file("disk/c")) == value)
    }
    #expect(try files.destinationOfSymbolicLink(atPath: directory.file("b")) == "disk/c")
  }
}
