import Collectives
import Foundation
import Recordings
import Results
import TestSupport
import Testing

/// What a command would lose is refused before it starts.
@Suite struct FileRolesTests {
  private func refusal(_ declare: (inout FileRoles) -> Void) -> RecordingError? {
    var files = FileRoles()
    declare(&files)
    do {
      try files.require(on: SingleRank())
      return nil
    } catch {
      return error as? RecordingError
    }
  }

  @Test func newFilesAreFree() throws {
    let directory = try TemporaryDirectory()
    let (input, output) = (directory.file("in"), directory.file("out"))
    try "data".write(toFile: input, atomically: false, encoding: .utf8)
    #expect(
      refusal {
        $0.read(input, as: "the recording")
        $0.write(output, as: "-o", .result(of: "fit"))
      } == nil)
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  /// Whatever it is called.
  @Test func whatIsReadIsNotWritten() throws {
    let directory = try TemporaryDirectory()
    let (input, link) = (directory.file("in"), directory.file("link"))
    try "data".write(toFile: input, atomically: false, encoding: .utf8)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "in")
    let error = refusal {
      $0.read(input, as: "the recording")
      $0.write(link, as: "-o", .log)
    }
    #expect(error?.exitCode == ExitCode.usage)
    #expect(error?.description.contains("would be written into") == true)
  }

  @Test func oneFileIsNotWrittenTwice() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("out")
    let error = refusal {
      $0.write(path, as: "-o", .result(of: "fit"))
      $0.write(path, as: "--log", .log)
    }
    #expect(error?.exitCode == ExitCode.usage)
    #expect(error?.description.contains("are one file") == true)
  }

  /// The predecessor of a checkpoint is a file that nobody named.
  @Test(arguments: ["run.checkpoint", "run.checkpoint.previous"])
  func othersFilesAreNotReplaced(name: String) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("run.checkpoint")
    try "mine".write(toFile: directory.file(name), atomically: false, encoding: .utf8)
    let error = refusal { $0.write(path, as: "--checkpoint", .checkpoint) }
    #expect(error?.exitCode == ExitCode.usage)
    #expect(error?.description.contains("is not a checkpoint of Ganglion") == true)
  }

  @Test func aNameIsNeeded() {
    let error = refusal { $0.write("", as: "-o", .page) }
    #expect(error?.exitCode == ExitCode.usage)
  }
}
