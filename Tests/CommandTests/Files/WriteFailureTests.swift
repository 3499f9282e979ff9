import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// A write that fails ends with 74 and one message, and nothing crashes after it.
  @Suite(.serialized) struct WriteFailureTests {
    /// Runs the program in a shell that sets it up, as by `ulimit` or a redirection.
    private func inShell(_ script: String, _ arguments: [String]) throws -> LaunchResult {
      try launch(
        ranks: nil,
        command: ["bash", "-c", script, "bash", try #require(program)] + arguments)
    }

    private func expectFailure(
      _ result: LaunchResult, _ text: String, _ name: String,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let comment: Comment = "\(name): \(result.status) \(result.errors)"
      #expect(result.status == 74, comment, sourceLocation: sourceLocation)
      #expect(result.errors.hasPrefix("ganglion: error: "), comment, sourceLocation: sourceLocation)
      #expect(
        result.errors.split(separator: "\n").count == 1, comment, sourceLocation: sourceLocation)
      #expect(result.errors.contains(text), comment, sourceLocation: sourceLocation)
    }

    /// Both ways in which a shell hands the limit down: its signal ignored, or not.
    @Test(arguments: [16, 64, 200], ["", "trap '' XFSZ; "])
    func limitOfFileSizes(kilobytes: Int, trap: String) throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("rec.h5")
      try succeed(["generate", "chaotic", "--neurons", "200", "--frames", "500", "-o", recording])
      let model = folder.file("m.h5")
      try succeed(["fit", recording, "-o", model, "--alpha", "0.1", "--lambda", "1e-3"])
      let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      let fit = ["fit", recording, "--alpha", "0.1", "--lambda", "1e-3", "-o", folder.file("x")]
      for arguments in [
        fit,
        ["generate", "chaotic", "--neurons", "300", "--frames", "500", "-o", folder.file("x")],
        ["evaluate", model, "-o", folder.file("x")], ["export", model, "-o", folder.file("x")],
        ["simulate", model, "-o", folder.file("x")],
        fit + ["--checkpoint", folder.file("x.checkpoint"), "--checkpoint-every", "1e-9"],
        [
          "train", "flipflop", "--hidden", "200", "--steps", "10", "--iterations", "2", "--batch",
          "2", "--tangents", "2", "-o", folder.file("x"),
        ],
      ] {
        let result = try inShell("ulimit -f \(kilobytes); \(trap)exec \"$@\"", arguments)
        expectFailure(result, "File too large", "\(arguments)")
        let after = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(after == before, "\(arguments)")
      }
    }

    /// A log and a page that outgrow the limit.
    @Test func limitOfTexts() throws {
      let folder = try TemporaryDirectory()
      try writeSample(folder.file("one.h5"))
      let model = folder.file("m.h5")
      let fit = ["fit", folder.file("one.h5"), "--time-axis", "0", "--alpha", "0.5"]
      try succeed(fit + ["--lambda", "0.1", "-o", model])
      let report = try inShell(
        "ulimit -f 16; exec \"$@\"", ["report", model, "-o", folder.file("r.html")])
      expectFailure(report, "File too large", "report")
      let log = folder.file("run.jsonl")
      let line = #"{"elapsed_s":1,"event":"x","t":"x"}"# + "\n"
      try String(repeating: line, count: 65_536 / line.utf8.count + 1)
        .write(toFile: log, atomically: false, encoding: .utf8)
      let logged = try inShell(
        "ulimit -f 64; exec \"$@\"", fit + ["--lambda", "0.1", "-o", model, "--log", log])
      expectFailure(logged, "cannot write the log", "log")
    }

    nonisolated static let speakers = [
      ["--help"], ["fit", "--help"], ["inspect", "@"], ["inspect", "@", "--json"],
      ["fit", "@", "--time-axis", "0", "--alpha", "0.5", "--lambda", "0.1", "-o", "@.model"],
      ["plan", "--neurons", "100", "--frames", "1000"],
      ["fit", "@", "--time-axis", "0", "--alpha", "0.5", "--dry-run"],
      ["train", "flipflop", "--hidden", "32", "--dry-run"],
    ]

    /// Standard output that is full or closed; the work itself is done.
    @Test(arguments: speakers, [">/dev/full", ">&-"])
    func standardOutput(words: [String], redirection: String) throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("one.h5")
      try writeSample(recording)
      let result = try inShell(
        "exec \"$@\" \(redirection)", words.map { $0.replacing("@", with: recording) })
      expectFailure(result, "cannot write to standard output", "\(words) \(redirection)")
      if words.contains("@.model") {
        #expect(FileManager.default.fileExists(atPath: recording + ".model"))
      }
    }

    /// A reader that has seen enough, as `head`, ends the program quietly.
    @Test(arguments: speakers.prefix(4))
    func brokenPipe(words: [String]) throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("one.h5")
      try writeSample(recording)
      let result = try inShell(
        "\"$@\" | true; exit ${PIPESTATUS[0]}", words.map { $0.replacing("@", with: recording) })
      // The reader may have gone before or after what was said.
      #expect([0, 128 + SIGPIPE].contains(result.status), "\(result)")
      #expect(result.errors.isEmpty, "\(result)")
    }

    /// What is closed is not the next file that is opened.
    @Test func closedStreams() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("one.h5")
      try writeSample(recording)
      let fit = ["fit", recording, "--time-axis", "0", "--alpha", "0.5", "--lambda", "0.1", "-o"]
      try succeed(fit + [folder.file("a.h5")])
      let result = try inShell("exec \"$@\" <&- >&- 2>&-", fit + [folder.file("b.h5")])
      #expect(result.status == 74)
      let quiet = try inShell("exec \"$@\" <&- >&- 2>&-", fit + [folder.file("c.h5"), "--quiet"])
      #expect(quiet.status == 0)
      let whole = entries(try readMatrix(folder.file("a.h5"), "/W"))
      for name in ["b.h5", "c.h5"] {
        #expect(entries(try readMatrix(folder.file(name), "/W")) == whole)
      }
    }
  }
}
