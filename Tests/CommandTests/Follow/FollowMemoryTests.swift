import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `follow` without a window: all transitions, or those that are forgotten by and by.
  @Suite struct FollowMemoryTests {
    private static let frames = 1100

    private func recording(
      _ folder: borrowing TemporaryDirectory
    ) throws -> (path: String, warmup: String) {
      let path = folder.file("recording.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "12", "--frames", "\(Self.frames)", "-o", path,
      ])
      let dt = try #require(try File.open(path).attribute("dt")?.number)
      return (path, "\(900 * dt)")
    }

    private func follow(
      _ recording: (path: String, warmup: String), _ more: [String], ranks: Int?, to model: String
    ) throws {
      try succeed(
        [
          "follow", recording.path, "--replay", "max", "-o", model, "--warmup", recording.warmup,
          "--lambda", "1e-2", "--alpha", "0.1",
        ] + more, ranks: ranks)
    }

    /// It begins with 899 transitions, and has grown past its room for 1000 at the end.
    @Test(arguments: [nil, 3]) func allTransitions(ranks: Int?) throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder)
      let (model, fit) = (folder.file("model.h5"), folder.file("fit.h5"))
      try follow(recording, ["--growing"], ranks: ranks, to: model)
      try succeed([
        "fit", recording.path, "-o", fit, "--scale", "none", "--alpha", "0.1", "--lambda", "1e-2",
        "--holdout", "0", "--precision", "double", "--tolerance", "1e-8", "--iterations", "2000",
      ])
      let own = entries(try readMatrix(model, "/W"))
      #expect(relativeError(own, entries(try readMatrix(fit, "/W"))) < 1e-4)
    }

    @Test func whatIsForgotten() throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder)
      let (model, log) = (folder.file("model.h5"), folder.file("run.jsonl"))
      try follow(recording, ["--forget", "300", "--log", log], ranks: nil, to: model)
      let ended = try #require(try event("ended", in: log))
      #expect(ended["sweep_frames"] == nil)
      #expect(try #require(ended["skill_1"] as? Double) > 0.5)
      let other = folder.file("other.h5")
      try follow(recording, ["--forget", "300"], ranks: 2, to: other)
      let one = entries(try readMatrix(model, "/W"))
      let two = entries(try readMatrix(other, "/W"))
      #expect(relativeError(two, one) < 1e-9)
      #expect(one.contains { $0 != 0 } && one.allSatisfy(\.isFinite))
    }

    /// What a small pulse would do is the same on ranks that share the cells.
    @Test func derivativesOnRanks() throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder)
      func derivatives(_ ranks: Int?, _ form: String) throws -> [[Double]] {
        let lines = folder.file("lines-\(ranks ?? 1)-\(form).jsonl")
        try follow(
          recording,
          [
            "--window", "100", "--form", form, "--read-out", "1,7", "--forecast-out", lines,
          ], ranks: ranks, to: folder.file("model.h5"))
        return try String(contentsOfFile: lines, encoding: .utf8).split(separator: "\n").map {
          let object = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
          return try #require(object?["sensitivity"] as? [Double])
        }
      }
      for form in ["primal", "dual"] {
        let one = try derivatives(nil, form)
        let three = try derivatives(3, form)
        #expect(one.count == 200 && one.allSatisfy { $0.count == 12 })
        for (a, b) in zip(one, three) { #expect(relativeError(b, a) < 1e-4) }
      }
    }

    @Test func onlyOneOfThem() throws {
      let folder = try TemporaryDirectory()
      for (words, says) in [
        (["--growing", "--window", "50"], "--window and --growing say differently"),
        (["--forget", "5"], "--forget is 5, expected 10 to 1e9"),
        (["--forget", "50", "--form", "dual"], "--form dual needs a window that slides"),
      ] {
        try expectRefusal(
          ["follow", "-", "--framed", "-o", folder.file("m.h5")] + words, 64, says, in: folder.path)
      }
    }
  }
}
