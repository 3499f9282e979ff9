import Foundation
import TestSupport
import Testing

/// A command line that would lose a file; @ stands for the folder.
nonisolated struct FileSlip: CustomTestStringConvertible, Sendable {
  let words: String
  let code: Int32
  let text: String

  init(_ words: String, _ code: Int32 = 64, _ text: String = "choose another name") {
    (self.words, self.code, self.text) = (words, code, text)
  }

  var testDescription: String { words }
}

extension CommandTests {
  /// No command replaces or removes what it reads, or what it did not write.
  @Suite(.serialized) struct FileRoleTests {
    /// What is read and written: named twice, by another name, or inside a model.
    nonisolated static let readAndWritten = [
      FileSlip("fit @one.h5 -o @new.h5 --checkpoint @one.h5", 64, "would replace"),
      FileSlip("fit @one.h5 -o @one.h5 --dry-run", 64, "would replace"),
      FileSlip("fit @one.h5 -o @sub/../link.h5", 64, "would replace"),
      FileSlip("fit @one.h5 -o @hard.h5", 64, "would replace"),
      FileSlip("fit @one.h5 -o @new.h5 --log @one.h5", 64, "would be written into"),
      FileSlip("fit @one.h5 -o @k.h5 --mask @k.h5:/m", 64, "--mask"),
      FileSlip("fit @one.h5 -o @k.h5 --signs @k.h5:/m", 64, "--signs"),
      FileSlip("fit @one.h5 -o @k.h5 --regions @k.h5:/m", 64, "--regions"),
      FileSlip("fit @x.npy -o @n.npy --neuropil @n.npy", 64, "--neuropil"),
      FileSlip("fit @one.h5 -o @new.h5 --config @c.yaml --checkpoint @c.yaml", 64, "--config"),
      FileSlip("fit @one.h5 -o @new.h5 --config @c.yaml --log @c.yaml", 64, "--config"),
      FileSlip("refine @m.h5 -o @m.h5", 64, "would replace"),
      FileSlip("refine @m.h5 -o @one.h5", 64, "which is read for"),
      FileSlip("evaluate @m.h5 -o @m.h5", 64, "would replace"),
      FileSlip("evaluate @m.h5 -o @one.h5", 64, "which is read for"),
      FileSlip("evaluate @m.h5 --truth @k.h5 -o @k.h5", 64, "--truth"),
      FileSlip("export @m.h5 -o @one.h5", 64, "which is read for"),
      FileSlip("export @m.h5 --recording @k.h5 -o @k.h5", 64, "--recording"),
      FileSlip("report @m.h5 -o @link.h5", 64, "which is read for"),
      FileSlip("report @m.h5 --scores @s.h5 -o @s.h5", 64, "--scores"),
      FileSlip("simulate @m.h5 -o @one.h5", 64, "which is read for"),
      FileSlip("simulate @m.h5 -o @m.h5", 64, "would replace"),
      FileSlip("train teacher --targets @k.h5:/y -o @k.h5", 64, "--targets"),
      FileSlip("train teacher --targets @m.h5:/W --drive @k.h5:/y -o @k.h5", 64, "--drive"),
      FileSlip("train mnist --data @sub -o @sub/train-images-idx3-ubyte", 64, "--data"),
      FileSlip("train flipflop --config @c.yaml -o @c.yaml", 64, "--config"),
      FileSlip("generate chaotic --config @c.yaml -o @c.yaml", 64, "--config"),
    ]

    /// Two files that are one.
    nonisolated static let writtenTwice = [
      FileSlip("fit @one.h5 -o @same --checkpoint @same", 64, "are one file"),
      FileSlip("fit @one.h5 -o @same --log @sub/../same", 64, "are one file"),
      FileSlip("fit @one.h5 -o @same.previous --checkpoint @same", 64, "are one file"),
      FileSlip("fit @one.h5 -o @new.h5 --log @same --checkpoint @same", 64, "are one file"),
      FileSlip("fit @one.h5 -o @to-new --log @new.h5", 64, "are one file"),
      FileSlip("train flipflop -o @same --checkpoint @same", 64, "are one file"),
      FileSlip("train flipflop -o @t.h5 --log @t.h5", 64, "are one file"),
    ]

    /// What exists and is something else.
    nonisolated static let foreign = [
      FileSlip("fit @one.h5 -o @new.h5 --checkpoint @notes.txt", 64, "not a checkpoint"),
      FileSlip("fit @one.h5 -o @new.h5 --checkpoint @x", 64, "x.previous"),
      FileSlip("fit @one.h5 -o @new.h5 --checkpoint @m.h5", 64, "not a checkpoint"),
      FileSlip("fit @one.h5 -o @new.h5 --log @notes.txt", 64, "not a log"),
      FileSlip("fit @one.h5 -o @new.h5 --log @m.h5", 64, "not a log"),
      FileSlip("fit @one.h5 -o @notes.txt", 64, "not a result of `ganglion fit`"),
      FileSlip("fit @one.h5 -o @k.h5", 64, "not a result of `ganglion fit`"),
      FileSlip("fit @one.h5 -o @s.h5", 64, "not a result of `ganglion fit`"),
      FileSlip("evaluate @m.h5 -o @k.h5", 64, "not a result of `ganglion evaluate`"),
      FileSlip("export @m.h5 -o @s.h5", 64, "not a result of `ganglion export`"),
      FileSlip("simulate @m.h5 -o @k.h5", 64, "not a result of `ganglion simulate`"),
      FileSlip("report @m.h5 -o @notes.txt", 64, "not a page"),
      FileSlip("generate chaotic -o @k.h5", 64, "not a result of `ganglion generate`"),
      FileSlip("generate flipflop -o @m.h5", 64, "not a result of `ganglion generate`"),
      FileSlip("generate timed-response -o @notes.txt", 64, "not a result"),
      FileSlip("train flipflop -o @m.h5", 64, "not a result of `ganglion train`"),
      FileSlip("train flipflop -o @new.h5 --checkpoint @x", 64, "x.previous"),
      FileSlip("train flipflop -o @new.h5 --checkpoint @notes.txt --dry-run", 64, "not a checkp"),
      FileSlip("train flipflop -o @new.h5 --log @notes.txt", 64, "not a log"),
      FileSlip("scaling @sub -- fit @one.h5", 64, "report.md exists"),
    ]

    /// Names under which no file can appear.
    nonisolated static let impossible = [
      FileSlip("fit @one.h5 -o @results/", 73, "is a directory"),
      FileSlip("fit @one.h5 -o @sub/ --dry-run", 73, "is a directory"),
      FileSlip("fit @one.h5 -o @pipe", 73, "is a pipe"),
      FileSlip("fit @one.h5 -o @new.h5 --checkpoint @pipe", 73, "is a pipe"),
      FileSlip("fit @one.h5 -o @new.h5 --checkpoint @none/x", 73, "does not exist"),
      FileSlip("fit @one.h5 -o @new.h5 --log @sub", 73, "is a directory"),
      FileSlip("train flipflop -o @new.h5 --log @pipe", 73, "cannot write the log"),
      FileSlip("evaluate @m.h5 -o @none/s.h5", 73, "does not exist"),
      FileSlip("export @m.h5 -o @pipe", 73, "is a pipe"),
      FileSlip("report @m.h5 -o @pipe", 73, "is a pipe"),
      FileSlip("simulate @m.h5 -o @sub", 73, "is a directory"),
      FileSlip("generate chaotic -o @results/", 73, "is a directory"),
      FileSlip("train flipflop -o @pipe", 73, "is a pipe"),
      FileSlip("train flipflop -o @pipe --dry-run", 73, "is a pipe"),
      FileSlip("fit @one.h5 -o ''", 64, "-o is empty"),
      FileSlip("fit @one.h5 -o @new.h5 --log ''", 64, "--log is empty"),
      FileSlip("fit @one.h5 -o @new.h5 --checkpoint ''", 64, "--checkpoint is empty"),
      FileSlip("generate chaotic -o ''", 64, "-o is empty"),
    ]

    @Test(arguments: [(readAndWritten, nil), (writtenTwice, 3), (foreign, nil), (impossible, nil)])
    func isRefused(slips: [FileSlip], ranks: Int?) throws {
      let folder = try TemporaryDirectory()
      try fill(folder)
      let before = try contents(folder)
      for slip in slips {
        let arguments = words(slip.words, in: folder)
        let result = try ganglion(arguments, ranks: ranks)
        let name: Comment = "\(slip.words): \(result.status) \(result.errors)"
        #expect(result.status == slip.code, name)
        #expect(result.errors.components(separatedBy: "ganglion: error: ").count == 2, name)
        #expect(result.errors.contains(slip.text), name)
        #expect(try contents(folder) == before, name)
      }
    }

    /// An older file of the same kind is replaced, or gone on with.
    @Test func ownKindIsReplaced() throws {
      let folder = try TemporaryDirectory()
      try fill(folder)
      let log = folder.file("run.jsonl")
      // Killed in the middle of a line.
      try #"{"elapsed_s":1,"event":"started","t":"x"}"#.appending("\n{\"elaps")
        .write(toFile: log, atomically: false, encoding: .utf8)
      try Data().write(to: URL(fileURLWithPath: folder.file("empty")))
      for words in [
        "fit @one.h5 -o @m.h5 --time-axis 0 --alpha 0.5 --lambda 0.2 --log @run.jsonl",
        "evaluate @m.h5 -o @s.h5", "export @m.h5 -o @e.nwb --dt 0.1",
        "export @m.h5 -o @e.nwb --dt 0.1",
        "report @m.h5 -o @r.html", "report @m.h5 -o @r.html", "simulate @m.h5 -o @empty",
        "simulate @m.h5 -o @empty", "generate chaotic --neurons 3 --frames 20 -o @g.h5",
        "generate flipflop --neurons 3 --frames 20 -o @g.h5",
      ] {
        try succeed(self.words(words, in: folder))
      }
      let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
      #expect(lines[1] == "{\"elaps")
      #expect(lines.dropFirst(2).allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
      #expect(lines.count > 3)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(!left.contains { $0.hasSuffix(".partial") }, "\(left)")
    }

    /// A device is no file, also for root, who could replace it.
    @Test(.enabled(if: getuid() == 0, "only root can make a device"))
    func devices() throws {
      let folder = try TemporaryDirectory()
      try writeSample(folder.file("one.h5"))
      let device = folder.file("null")
      try #require(run("mknod", [device, "c", "1", "3"]).status == 0)
      let fit = ["fit", folder.file("one.h5"), "--time-axis", "0", "--alpha", "0.5"]
      for words in [
        fit + ["-o", device], fit + ["-o", device, "--dry-run"],
        fit + ["-o", folder.file("m.h5"), "--checkpoint", device],
        ["generate", "chaotic", "-o", device], ["train", "flipflop", "-o", device],
      ] {
        try expectRefusal(words, 73, "is a device", in: folder.path)
        let kind = try FileManager.default.attributesOfItem(atPath: device)[.type]
        #expect(kind as? FileAttributeType == .typeCharacterSpecial)
      }
      // What only grows may go there.
      try succeed(fit + ["--lambda", "0.1", "-o", folder.file("m.h5"), "--log", device])
      let kind = try FileManager.default.attributesOfItem(atPath: device)[.type]
      #expect(kind as? FileAttributeType == .typeCharacterSpecial)
    }

    /// A plan leaves nothing, and needs not be where the results will go.
    @Test func dryRunLeavesNothing() throws {
      let folder = try TemporaryDirectory()
      try fill(folder)
      let before = try contents(folder)
      for words in [
        "fit @one.h5 --time-axis 0 --alpha 0.5 --lambda 0.1", "train flipflop --hidden 32",
      ] {
        let more = " -o @new.h5 --log @new.jsonl --checkpoint @new --dry-run"
        try succeed(self.words(words + more, in: folder))
        #expect(try contents(folder) == before)
      }
    }

    /// Where what is printed goes is no place for a result.
    @Test func standardOutputIsAFile() throws {
      let folder = try TemporaryDirectory()
      try writeSample(folder.file("one.h5"))
      let output = folder.file("run.txt")
      let result = try launch(
        ranks: nil,
        command: [
          "sh", "-c", "exec \"$@\" >\"$0\"", output, try #require(program), "fit",
          folder.file("one.h5"), "--time-axis", "0", "--alpha", "0.5", "-o", output,
        ])
      #expect(result.status == 64 && result.errors.contains("standard output"), "\(result)")
    }

    /// The words of a command line, with the folder for each @, and '' for an empty one.
    private func words(_ line: String, in folder: borrowing TemporaryDirectory) -> [String] {
      line.replacing("@", with: folder.path + "/").split(separator: " ")
        .map { $0 == "''" ? "" : String($0) }
    }

    /// A recording, a mask file, a model with its scores, a log, notes, a pipe and links.
    private func fill(_ folder: borrowing TemporaryDirectory) throws {
      let files = FileManager.default
      try writeSample(folder.file("one.h5"))
      try writeSample(folder.file("k.h5"), frames: 30)
      try succeed([
        "fit", folder.file("one.h5"), "-o", folder.file("m.h5"), "--time-axis", "0", "--alpha",
        "0.5", "--lambda", "0.1",
      ])
      try succeed(["evaluate", folder.file("m.h5"), "-o", folder.file("s.h5")])
      try files.createDirectory(atPath: folder.file("sub"), withIntermediateDirectories: false)
      for name in [
        "notes.txt", "x.previous", "x.npy", "n.npy", "sub/report.md", "sub/train-images-idx3-ubyte",
      ] { try "notes\n".write(toFile: folder.file(name), atomically: false, encoding: .utf8) }
      try "quiet: true\n".write(
        toFile: folder.file("c.yaml"), atomically: false, encoding: .utf8)
      try files.createSymbolicLink(atPath: folder.file("link.h5"), withDestinationPath: "one.h5")
      try files.createSymbolicLink(atPath: folder.file("to-new"), withDestinationPath: "new.h5")
      try files.linkItem(atPath: folder.file("one.h5"), toPath: folder.file("hard.h5"))
      try #require(mkfifo(folder.file("pipe"), 0o600) == 0)
    }

    /// What each file of a folder holds, and what kind of file it is.
    private func contents(_ folder: borrowing TemporaryDirectory) throws -> [String: String] {
      let files = FileManager.default
      var contents: [String: String] = [:]
      for name in try files.subpathsOfDirectory(atPath: folder.path) {
        let path = folder.file(name)
        let kind = try files.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        let data = kind == .typeRegular ? try Data(contentsOf: URL(fileURLWithPath: path)) : nil
        contents[name] = "\(kind?.rawValue ?? "?") \(data?.base64EncodedString() ?? "")"
      }
      return contents
    }
  }
}
