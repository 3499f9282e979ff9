import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `ganglion refine`.
  @Suite struct RefineTests {
    /// A recording with an input, and a fit; without more words one whose leak is far too large.
    private func fitted(
      in folder: borrowing TemporaryDirectory, alpha: String = "0.8", _ more: [String] = []
    ) throws -> String {
      let (recording, model) = (folder.file("recording.h5"), folder.file("model.h5"))
      try succeed([
        "generate", "chaotic", "--neurons", "7", "--frames", "300", "--inputs", "1", "--seed", "3",
        "-o", recording,
      ])
      try succeed(
        ["fit", recording, "-o", model, "--alpha", alpha, "--lambda", "1e-2"] + more)
      return model
    }

    private var quick: [String] {
      ["--horizon", "8", "--iterations", "40", "--learning-rate", "1e-2"]
    }

    /// The same network on 1 and 3 ranks and on more than neurons; other commands read it, and a
    /// mask is kept.
    @Test func ranksRefineAlike() throws {
      let folder = try TemporaryDirectory()
      let mask = folder.file("mask.h5")
      try writeMask(mask)
      let model = try fitted(in: folder, ["--mask", "\(mask):/mask"])
      func refine(_ ranks: Int?) throws -> String {
        let refined = folder.file("refined\(ranks ?? 1).h5")
        let output = try succeed(["refine", model, "-o", refined] + quick, ranks: ranks)
        #expect(output.contains("refined by "))
        return refined
      }
      let alone = try refine(nil)
      let weights = entries(try readMatrix(alone, "/W"))
      for ranks in [3, 8] {
        let together = try refine(ranks)
        #expect(relativeError(entries(try readMatrix(together, "/W")), weights) < 1e-5)
        #expect(
          relativeError(try readVector(together, "/alpha"), try readVector(alone, "/alpha")) < 1e-5)
      }
      for (k, value) in weights.enumerated() {
        if k / 7 == k % 7 || k % 7 == 4 { #expect(value == 0) }
      }
      let errors = try readVector(alone, "/refinement/error")
      let file = try File.open(alone)
      let iterations = Int(try #require(try file.attribute("refinement_iterations")?.number))
      #expect(errors.count == 41 && iterations > 0 && errors[iterations] < errors[0])
      #expect(errors[iterations] == errors.min())
      #expect(entries(try readMatrix(model, "/W")) != weights)
      try succeed(["evaluate", alone, "-o", folder.file("scores.h5")])
      try succeed(["report", alone, "-o", folder.file("page.html")])
      try succeed(["simulate", alone, "-o", folder.file("run.h5"), "--steps", "20"])
    }

    /// Gauss-Newton steps refine alike on any ranks, and keep a mask.
    @Test func subspacesRefineAlike() throws {
      let folder = try TemporaryDirectory()
      let mask = folder.file("mask.h5")
      try writeMask(mask)
      let model = try fitted(in: folder, ["--mask", "\(mask):/mask"])
      func refine(_ ranks: Int?) throws -> [Double] {
        let refined = folder.file("refined\(ranks ?? 1).h5")
        let output = try succeed(
          [
            "refine", model, "-o", refined, "--horizon", "8", "--method", "gauss-newton",
            "--iterations", "4",
          ],
          ranks: ranks)
        #expect(output.contains("refined by "), "\(output)")
        let errors = try readVector(refined, "/refinement/error")
        #expect(errors.count == 5 && errors[4] < errors[0])
        return entries(try readMatrix(refined, "/W"))
      }
      let alone = try refine(nil)
      for ranks in [3, 8] { #expect(relativeError(try refine(ranks), alone) < 1e-4) }
      for (k, value) in alone.enumerated() where k / 7 == k % 7 || k % 7 == 4 {
        #expect(value == 0)
      }
    }

    /// Where nothing helps, the model is written as it was, and the output says so.
    @Test func whatDoesNotHelpIsNotDone() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder, alpha: "0.1")
      let same = folder.file("same.h5")
      let output = try succeed([
        "refine", model, "-o", same, "--horizon", "8", "--iterations", "3", "--learning-rate", "5",
      ])
      #expect(output.contains("not refined: no number of iterations lowers"))
      for name in ["/W", "/W_in"] {
        let (own, other) = try (
          entries(readMatrix(same, name)), entries(readMatrix(model, name))
        )
        #expect(relativeError(own, other) < 1e-15)
      }
      for name in ["/b", "/alpha", "/diagnostics/optimality"] {
        #expect(try readVector(same, name) == readVector(model, name))
      }
      #expect(
        relativeError(
          try readVector(same, "/score/mse"), try readVector(model, "/score/mse")) < 1e-12)
      #expect(try File.open(same).attribute("refinement_iterations")?.number == 0)
    }

    @Test func whatCannotBeRefinedIsRefused() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder)
      let (recording, refined) = (folder.file("recording.h5"), folder.file("refined.h5"))
      let refine = ["refine", model, "-o", refined]
      try expectRefusal(refine + ["--horizon", "90"], 64, "--horizon is 90", in: folder.path)
      try expectRefusal(refine + ["--horizon", "0"], 64, "--horizon is 0", in: folder.path)
      try expectRefusal(refine + ["--pull", "-1"], 64, "--pull is -1", in: folder.path)
      try expectRefusal(
        refine + ["--learning-rate", "0"], 64, "--learning-rate is 0", in: folder.path)
      try expectRefusal(
        refine + ["--method", "gauss-newton", "--learning-rate", "2"], 64,
        "--learning-rate is 2, expected the share", in: folder.path)
      try expectRefusal(["refine", model, "-o", model], 64, "model.h5", in: folder.path)
      let factored = folder.file("factored.h5")
      let fit = ["fit", recording, "--alpha", "0.8", "--lambda", "1e-2", "-o"]
      try succeed(fit + [factored, "--weights", "factored", "--form", "dual"])
      try expectRefusal(
        ["refine", factored, "-o", refined], 65, "stored as its factors", in: folder.path)
      let rival = folder.file("rival.h5")
      try succeed(fit + [rival, "--method", "adam", "--iterations", "3"])
      try expectRefusal(
        ["refine", rival, "-o", refined], 64, "fitted by --method adam", in: folder.path)
      let other = folder.file("other.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "7", "--frames", "300", "--inputs", "1", "--seed", "4",
        "-o", other,
      ])
      try expectRefusal(
        refine + ["--recording", other], 65, "not what the model", in: folder.path)
    }

    /// A refined model names the recording where it is now, and is not refined again.
    @Test func aRefinedModelIsRefinedOnce() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder)
      let (recording, moved) = (folder.file("recording.h5"), folder.file("moved.h5"))
      try FileManager.default.moveItem(atPath: recording, toPath: moved)
      let refined = folder.file("refined.h5")
      try succeed(["refine", model, "-o", refined, "--recording", moved] + quick)
      try succeed(["evaluate", refined, "-o", folder.file("scores.h5")])
      try expectRefusal(
        ["refine", refined, "-o", folder.file("again.h5")] + quick, 64, "was refined already",
        in: folder.path)
    }

    /// Nothing reaches out from neuron 4.
    private func writeMask(_ path: String) throws {
      var mask = Matrix<Double>(rows: 7, columns: 7)
      for i in 0..<7 { for j in 0..<7 where j != 4 { mask[i, j] = 1 } }
      let file = try File.create(path)
      do {
        let dataset = try file.createDataset("/mask", shape: [7, 7], of: Double.self)
        try dataset.writeBlock(mask)
        try dataset.close()
      }
      try file.close()
    }
  }
}
