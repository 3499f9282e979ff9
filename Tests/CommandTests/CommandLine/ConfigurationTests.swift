import Foundation
import HDF5
import TestSupport
import Testing

extension CommandTests {
  /// `--config FILE`: keys are flags, flags on the command line win.
  @Suite struct ConfigurationTests {
    private func write(_ text: String, _ folder: borrowing TemporaryDirectory) throws -> String {
      let path = folder.file("run.yaml")
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }

    @Test func unknownKey() throws {
      let folder = try TemporaryDirectory()
      let path = try write("alpha: 0.5\nlambdda: 1\n", folder)
      try expectRefusal(
        ["fit", "x.h5", "-o", folder.file("m.h5"), "--config", path], 78, "run.yaml", "lambdda",
        in: folder.path)
    }

    @Test func badValueMissingFileAndBrokenYAML() throws {
      let folder = try TemporaryDirectory()
      let out = folder.file("m.h5")
      let path = try write("alpha: 3\n", folder)
      try expectRefusal(
        ["fit", "x.h5", "-o", out, "--config", path], 78, "(0, 1]", in: folder.path)
      try expectRefusal(
        ["fit", "x.h5", "-o", out, "--config", folder.file("no.yaml")], 66, "no.yaml",
        in: folder.path)
      let broken = try write("alpha: [\n", folder)
      try expectRefusal(
        ["fit", "x.h5", "-o", out, "--config", broken], 78, "not YAML", in: folder.path)
    }

    /// One message about the file, with the key at fault, for values of the wrong kind.
    @Test(arguments: [
      ("alpha: [0.1, 0.3]", "alpha is a list, expected one value"),
      ("alpha: {a: 1}", "alpha is a table"), ("alpha:", "alpha has no value"),
      ("alpha: 0.1\nalpha: 0.3", "alpha: given twice"),
      ("self-connections: 3", "self-connections is 3, expected true or false"),
      ("threshold: 0.3", "--threshold does nothing here"),
      ("alpah: 0.3", "no flag 'alpah': did you mean alpha?"), ("- alpha", "`flag: value` lines"),
      ("loss: robus", "did you mean robust?"), ("config: other.yaml", "cannot nest"),
      ("alpha: true", "--alpha is true, expected"), ("iterations: 1_000", "--iterations is 1_000"),
    ])
    func valueOfTheWrongKind(text: String, word: String) throws {
      let folder = try TemporaryDirectory()
      let path = try write(text + "\n", folder)
      let result = try ganglion(["fit", "x.h5", "-o", folder.file("m.h5"), "--config", path])
      #expect(result.status == 78, "\(result)")
      #expect(result.errors.contains("run.yaml: ") && result.errors.contains(word), "\(result)")
    }

    /// What is wrong on the command line is not said of the file, and the other way round.
    @Test func blame() throws {
      let folder = try TemporaryDirectory()
      let good = try write("holdout: 0.1\n", folder)
      let own = try ganglion(["fit", "x.h5", "-o", "m.h5", "--alpha", "3", "--config", good])
      #expect(own.status == 64 && !own.errors.contains("run.yaml"), "\(own)")
      let bad = try write("output: m.h5\nalpha: 3\n", folder)
      let file = try ganglion(["fit", "x.h5", "--config", bad])
      #expect(file.status == 78 && file.errors.contains("run.yaml: --alpha is 3"), "\(file)")
    }

    /// Lists give a flag that may be repeated several times, and words stay as they stand.
    @Test func lists() throws {
      let folder = try TemporaryDirectory()
      let path = try write(
        "neurons: 30\nframes: 60\ninterval: [4, 8e0]\nseed: 010\nquiet: true\n", folder)
      let output = folder.file("x.h5")
      let text = try succeed(["generate", "timed-response", "-o", output, "--config", path])
      #expect(text.isEmpty)
      let settings = try #require(try File.open(output).attribute("configuration")?.string)
      #expect(settings.contains("\"interval\":[4,8]") && settings.contains("\"seed\":10"))
    }

    /// The file gives what the command line does not, and only that.
    @Test func flagsWin() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try writeSample(recording)
      let path = try write(
        "time-axis: 0\nalpha: 0.5\nlambda: 0.25\nself-connections: true\nprecision: float\n", folder
      )
      let model = folder.file("model.h5")
      try succeed(["fit", recording, "-o", model, "--config", path, "--alpha", "0.75"])
      let file = try File.open(model)
      let alpha = try file.attribute("alpha")?.number
      let lambda = try file.attribute("lambda")?.number
      #expect(alpha == 0.75 && lambda == 0.25)
      let type = try file.openDataset("/W").type
      #expect(type == .float(bytes: 4))
      let text = try #require(try file.attribute("configuration")?.string)
      let settings = try #require(
        JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(settings["self-connections"] as? Bool == true)
      #expect(settings["time-axis"] as? String == "0")
    }
  }
}
