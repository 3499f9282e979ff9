import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// Where a result cannot be written.
  @Suite struct OutputTests {
    private func fit(_ folder: borrowing TemporaryDirectory, to output: String) throws -> [String] {
      let path = folder.file("recording.h5")
      if !FileManager.default.fileExists(atPath: path) { try writeSample(path) }
      return ["fit", path, "--time-axis", "0", "--alpha", "0.5", "-o", output]
    }

    /// Every command has a page of its own, on any number of ranks once.
    @Test(arguments: [
      "generate chaotic", "inspect", "fit", "refine", "evaluate", "simulate", "report", "export",
      "train", "follow", "plan", "scaling", "doctor",
    ])
    func helpIsOfTheCommand(command: String) throws {
      let words = command.split(separator: " ").map(String.init)
      for arguments in [words + ["--help"], words + ["-h"], ["help"] + words] {
        #expect(try succeed(arguments).contains("USAGE: ganglion \(command) "), "\(arguments)")
      }
      let page = try succeed(words + ["--help"], ranks: 2)
      #expect(page.components(separatedBy: "USAGE:").count == 2)
    }

    @Test func directoryIsMissing() throws {
      let folder = try TemporaryDirectory()
      let arguments = try fit(folder, to: folder.file("nowhere/model.h5"))
      try expectRefusal(arguments, 73, "nowhere does not exist", in: folder.path)
    }

    @Test func directoryIsAFile() throws {
      let folder = try TemporaryDirectory()
      let arguments = try fit(folder, to: folder.file("recording.h5/model.h5"))
      try expectRefusal(arguments, 73, "is not a directory", in: folder.path)
    }

    @Test func destinationIsADirectory() throws {
      let folder = try TemporaryDirectory()
      let arguments = try fit(folder, to: folder.path)
      try expectRefusal(arguments, 73, "is a directory", in: folder.path)
    }

    /// A mode does not stop root, so the directory is a mount without writing.
    @Test(.enabled(if: canMount, "only root, with the right to mount, can make a read-only mount"))
    func directoryIsReadOnly() throws {
      let folder = try TemporaryDirectory()
      let output = folder.file("mount")
      let arguments = try fit(folder, to: output + "/model.h5")
      try withMount(at: output, options: "ro") {
        try expectRefusal(arguments, 73, "Read-only file system", in: folder.path)
      }
    }

    /// The result does not fit, and nothing of it stays.
    @Test(.enabled(if: canMount, "only root, with the right to mount, can make a small disk"))
    func diskIsFull() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try succeed(
        ["generate", "chaotic", "--neurons", "400", "--frames", "40", "-o", recording])
      let output = folder.file("mount")
      try withMount(at: output, options: "size=512k") {
        for arguments in [
          ["fit", recording, "-o", output + "/model.h5"],
          ["generate", "chaotic", "--neurons", "400", "--frames", "40", "-o", output + "/x.h5"],
        ] {
          try expectRefusal(arguments, 74, "No space left on device", in: output)
        }
        // Room for the small variables only: the numbers' own space is missing.
        let filler = Data(count: 480 << 10)
        try filler.write(to: URL(fileURLWithPath: output + "/filler"))
        let arguments = ["fit", recording, "-o", output + "/model.h5"]
        try expectRefusal(arguments, 74, in: output)
      }
    }

    /// An older result survives a run that fails, and is replaced by one that does not.
    @Test func olderResultSurvives() throws {
      let folder = try TemporaryDirectory()
      let output = folder.file("model.h5")
      let arguments = try fit(folder, to: output)
      try succeed(arguments)
      let first = try Data(contentsOf: URL(fileURLWithPath: output))
      try expectRefusal(arguments + ["--traces", "/no"], 66, in: folder.path)
      let kept = try Data(contentsOf: URL(fileURLWithPath: output))
      #expect(kept == first)
      try succeed(arguments + ["--lambda", "0.5"])
      let replaced = try Data(contentsOf: URL(fileURLWithPath: output))
      #expect(replaced != first)
    }
  }
}

/// Whether this process may mount a file system.
nonisolated let canMount: Bool = {
  guard getuid() == 0, let folder = try? TemporaryDirectory() else { return false }
  return (try? withMount(at: folder.file("probe"), options: "size=64k") {}) != nil
}()

/// Runs `body` with a new tmpfs mounted at a path, which is made for it.
nonisolated func withMount(at path: String, options: String, _ body: () throws -> Void)
  throws
{
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  let result = try run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path])
  guard result.status == 0 else { throw CocoaError(.fileWriteNoPermission) }
  defer { _ = try? run("umount", ["-l", path]) }
  try body()
}
