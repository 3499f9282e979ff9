import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// `ganglion run`: four commands in one go.
  @Suite struct RunTests {
    private func generate(in folder: borrowing TemporaryDirectory) throws -> String {
      let recording = folder.file("mouse 1.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "8", "--frames", "200", "-o", recording, "--quiet",
      ])
      return recording
    }

    /// The commands that a run has printed, as a shell takes them.
    private func commands(in text: String) -> [String] {
      text.split(separator: "\n").filter { $0.hasPrefix("$ ganglion ") }.map {
        String($0.dropFirst("$ ganglion ".count))
      }
    }

    /// What is printed does the same by hand: the same weights, the same scores.
    @Test(arguments: [nil, 3]) func printedCommandsDoTheSame(ranks: Int?) throws {
      let folder = try TemporaryDirectory()
      let recording = try generate(in: folder)
      let results = folder.file("results")
      let text = try succeed(
        ["run", recording, "-o", results, "--alpha", "0.1", "--lambda=1e-3", "--threads", "1"],
        ranks: ranks)
      let commands = commands(in: text)
      #expect(commands.map { $0.prefix { $0 != " " } } == ["inspect", "fit", "evaluate", "report"])
      let names = ["mouse 1-model.h5", "mouse 1-report.html", "mouse 1-scores.h5"]
      #expect(try FileManager.default.contentsOfDirectory(atPath: results).sorted() == names)
      let lines = text.split(separator: "\n").filter { $0.hasPrefix("next: ") }
      #expect(lines.count == 1 && lines[0].contains("report.html"), "\(text)")

      let (weights, mse) = ("/W", "/score/mse")
      let model = results + "/" + names[0]
      let before = try (entries(readMatrix(model, weights)), readVector(model, mse))
      try FileManager.default.removeItem(atPath: results)
      try FileManager.default.createDirectory(
        atPath: results, withIntermediateDirectories: false)
      let program = try #require(program)
      for command in commands {
        let result = try launch(ranks: nil, command: ["sh", "-c", "'\(program)' \(command)"])
        try #require(result.status == 0, "\(command): \(result)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: results).sorted() == names)
      let after = try (entries(readMatrix(model, weights)), readVector(model, mse))
      for (a, b) in zip(before.0 + before.1, after.0 + after.1) { #expect(abs(a - b) < 1e-6) }
    }

    /// Without held-out frames there are no scores, and a page all the same.
    @Test func nothingHeldOut() throws {
      let folder = try TemporaryDirectory()
      let recording = try generate(in: folder)
      let results = folder.file("results")
      try succeed([
        "run", recording, "-o", results, "--alpha", "0.1", "--lambda", "1e-3", "--holdout", "0",
      ])
      let (model, scores) = (results + "/mouse 1-model.h5", folder.file("scores.h5"))
      try succeed(["evaluate", model, "--nulls", "20", "-o", scores])
      let page = folder.file("page.html")
      try succeed(["report", model, "--scores", scores, "-o", page])
      let text = try String(contentsOfFile: page, encoding: .utf8)
      #expect(text.contains("replaced 20 times by"))
      #expect(text.contains("no errors by frames ahead: no frame was held out"))
    }

    /// Beside the recording, under its name, where no folder is named; again in its place.
    @Test func folderOfItsOwn() throws {
      let folder = try TemporaryDirectory()
      let recording = try generate(in: folder)
      for _ in 0..<2 {
        #expect(try succeed(["run", recording, "--alpha", "0.1", "--quiet"]).isEmpty)
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.file("mouse 1-run")).count == 3)
    }

    /// What must be asked is asked as `fit` does, and leaves nothing behind.
    @Test func asksWhatFitAsks() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("x.h5")
      try writeSample(recording)
      let asked = try ganglion(["fit", recording, "-o", folder.file("m.h5")])
      #expect(asked.status == 64 && asked.errors.contains("--time-axis"), "\(asked)")
      #expect(try ganglion(["run", recording]).errors == asked.errors)
      try expectRefusal(["run", recording], 64, "give --time-axis 0", in: folder.path)
      try expectRefusal(["run", folder.file("none.h5")], 66, "no such file", in: folder.path)
    }

    /// A file of others in the folder is found before the fit.
    @Test func leavesWhatItDidNotWrite() throws {
      let folder = try TemporaryDirectory()
      let recording = try generate(in: folder)
      let page = folder.file("x-report.html")
      let link = folder.file("x.h5")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: recording)
      try "mine".write(toFile: page, atomically: true, encoding: .utf8)
      try expectRefusal(
        ["run", link, "-o", folder.path, "--alpha", "0.1"], 64, "x-report.html exists",
        "not a page",
        in: folder.path)
      #expect(try String(contentsOfFile: page, encoding: .utf8) == "mine")
      try expectRefusal(["run", link, "-o", page, "--alpha", "0.1"], 73, "cannot", in: folder.path)
    }

    @Test(arguments: [
      ("--weights factored", "--weights factored leaves W"), ("--threshold 0.3", "does nothing"),
      ("--checkpoint c.h5", "it belongs to ganglion fit"), ("-o ''", "-o is empty"),
    ]) func refusedFlags(flags: String, says: String) throws {
      let folder = try TemporaryDirectory()
      let words = flags.split(separator: " ").map { $0 == "''" ? "" : String($0) }
      try expectRefusal(["run", folder.file("x.h5")] + words, 64, says, in: folder.path)
    }
  }
}
