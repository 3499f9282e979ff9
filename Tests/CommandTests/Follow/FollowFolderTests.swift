import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// `follow` of a folder into which files are renamed, a frame each.
  @Suite struct FollowFolderTests {
    private func values(_ t: Int) -> [Float] {
      (0..<StreamSample.cells).map { StreamSample.value(t, $0) }
    }

    /// A frame as NumPy writes it, version 1.0.
    private func numPy(_ values: [Float]) -> Data {
      var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(values.count),), }"
      header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      return Data([0x93] + Array("NUMPY".utf8) + [1, 0]) + StreamSample.bytes(UInt16(118))
        + Data(header.utf8) + bare(values)
    }

    private func bare(_ values: [Float]) -> Data {
      values.reduce(into: Data()) { $0 += StreamSample.bytes($1.bitPattern) }
    }

    private func data(_ t: Int, _ ending: String) -> Data {
      switch ending {
      case "npy": numPy(values(t))
      case "f32": bare(values(t))
      default: Data((values(t).map { "\($0)" }.joined(separator: ",") + "\n").utf8)
      }
    }

    private func put(_ t: Int, _ ending: String, into folder: String, name: String? = nil) throws {
      let path = folder + "/" + (name ?? String(format: "run2_%05d", t)) + "." + ending
      try data(t, ending).write(to: URL(fileURLWithPath: path + ".part"))
      rename(path + ".part", path)
    }

    private func follow(
      _ folder: borrowing TemporaryDirectory, _ ending: String, _ more: [String],
      meanwhile body: (_ log: String) throws -> Void
    ) throws -> [String: Any] {
      let log = folder.file("run.jsonl")
      let result = try launch(
        command: [
          try #require(program), "follow", folder.file("in") + "/*.\(ending)", "-o",
          folder.file("model.h5"), "--rate", "10", "--log", log,
        ] + StreamSample.flags + more
      ) { process in
        _ = eventually { hasLine("status", in: log) }
        try? body(log)
        usleep(600_000)
        kill(process, SIGINT)
      }
      #expect(result.status == 75, "\(result)")
      return try #require(try event("ended", in: log))
    }

    /// What is there comes first; then what is renamed into it, where one never comes and one is
    /// late.
    @Test(arguments: ["npy", "f32", "csv"]) func filesThatCome(ending: String) throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("in")
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for t in 0..<60 { try put(t, ending, into: path) }
      let ended = try follow(folder, ending, ["--reorder", "2"]) { _ in
        for t in [60, 61, 63, 62, 65, 66, 67, 68] {
          try put(t, ending, into: path)
          usleep(70_000)
        }
      }
      let found = ["frames", "gaps", "lost", "late"].map { ended[$0] as? Int }
      #expect(found == [68, 1, 1, 0], "\(ended)")
    }

    @Test func resumes() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("in")
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for t in 0..<60 { try put(t, "f32", into: path) }
      let flags = ["--record", folder.file("record"), "--resume"]
      let first = try follow(folder, "f32", flags) { _ in }
      #expect(first["frames"] as? Int == 60)
      for t in 60..<70 { try put(t, "f32", into: path) }
      try FileManager.default.removeItem(atPath: folder.file("run.jsonl"))
      let second = try follow(folder, "f32", flags) { _ in }
      #expect(second["frames"] as? Int == 70 && second["gaps"] as? Int == 0, "\(second)")
    }

    @Test func rubbish() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("in")
      let arguments = ["-o", folder.file("m.h5"), "--rate", "10"]
      try expectRefusal(
        ["follow", path + "/*.npy"] + arguments, 66, "No such file", in: folder.path)
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for (name, bytes, says) in [
        ("frame.f32", Data(count: 8), "has no number"),
        ("a1.f32", Data(count: 7), "has 7 bytes, expected 4 a cell"),
        ("a1.f32", Data(), "has 0 values, expected 1 to 1000000"),
        ("a1.csv", Data("1,2\n3,x\n".utf8), "\"x\" is not a number"),
        ("a1.csv", Data("1\n2\n3\n".utf8), "has 3 lines"),
        ("a1.npy", Data("\u{93}NUMPY".utf8), "not a NumPy file"),
        ("a1.npy", numPy([1, 2]).dropLast(4), "cut short"),
      ] {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        let pattern = path + "/*." + (name as NSString).pathExtension
        try expectRefusal(["follow", pattern] + arguments, 65, says, in: folder.path)
        try FileManager.default.removeItem(atPath: file)
      }
    }
  }
}
