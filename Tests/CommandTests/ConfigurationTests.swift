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
