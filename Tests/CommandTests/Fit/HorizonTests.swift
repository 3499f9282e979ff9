import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// Leak and ridge chosen by free runs, and targets beyond ±1.
  @Suite struct HorizonTests {
    /// The same candidates, choice and network on 1, 2 and 3 ranks, with inputs and trials; all of it
    /// in the result.
    @Test func ranksChooseAlike() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "7", "--frames", "260", "--inputs", "1", "--seed", "3",
        "-o", recording,
      ])
      func fit(_ ranks: Int?) throws -> [[Double]] {
        let model = folder.file("model\(ranks ?? 1).h5")
        let output = try succeed(
          [
            "fit", recording, "-o", model, "--alpha", "auto", "--select", "both", "--horizon", "5",
          ], ranks: ranks)
        #expect(output.contains("chosen by free runs of 1 to 5 frames"))
        let columns = ["free_run", "at_horizon", "one_step", "slow", "pull", "lambda"]
        return try columns.map { try readVector(model, "/selection/horizon/\($0)") } + [
          try readVector(model, "/alpha"), entries(try readMatrix(model, "/W")),
        ]
      }
      let alone = try fit(nil)
      for ranks in [2, 3] {
        let together = try fit(ranks)
        for (own, other) in zip(alone, together).dropFirst(3) {
          #expect(relativeError(other, own) < 1e-5, "\(ranks) ranks")
        }
        // Candidates are solved to 2e-4, and those far from the best are not even that.
        let least = alone[2].min() ?? .nan
        let near = alone[2].indices.filter { alone[2][$0] < 1.1 * least }
        for (own, other) in zip(alone, together).prefix(3) {
          let error = relativeError(near.map { other[$0] }, near.map { own[$0] })
          #expect(error < 0.02, "\(ranks) ranks")
        }
      }
      let file = try File.open(folder.file("model1.h5"))
      let place = Int(try #require(try file.attribute("selection_horizon_chosen")?.number))
      #expect(try file.attribute("targets")?.string == "unclipped")
      #expect(try file.attribute("lambda")?.number == alone[5][place])
      // Of those whose error one frame ahead is within 1 % of the least, or no more than that of the
      // leak and ridge that one frame ahead chose, the best free runs.
      func chosen(_ name: String) throws -> Double? {
        try file.openDataset("/selection/\(name)/candidate").attribute("chosen")?.number
      }
      let (alpha, lambda) = (try #require(try chosen("alpha")), try #require(try chosen("lambda")))
      let plain = try #require(
        alone[0].indices.first {
          alone[3][$0] == alpha && alone[4][$0] == 1 && alone[5][$0] == lambda
        })
      let bound = max(1.01 * (alone[2].min() ?? .nan), alone[2][plain])
      let allowed = alone[0].indices.filter { alone[2][$0] <= bound }
      #expect(place == allowed.min { alone[0][$0] < alone[0][$1] })
    }

    /// Poisson noise makes impulses of targets, and one frame ahead says: better clamped.
    @Test func impulsesAreClamped() throws {
      let folder = try TemporaryDirectory()
      let (recording, model) = (folder.file("recording.h5"), folder.file("model.h5"))
      try succeed([
        "generate", "chaotic", "--neurons", "30", "--frames", "600", "--noise", "poisson", "--seed",
        "2", "-o", recording,
      ])
      let fit = ["fit", recording, "-o", model, "--select", "both", "--horizon", "5"]
      #expect(try succeed(fit).contains("targets beyond ±1 clamped"))
      #expect(try File.open(model).attribute("targets")?.string == "clamped")
      let other = folder.file("unclipped.h5")
      try succeed(fit.map { $0 == model ? other : $0 } + ["--targets", "unclipped"])
      #expect(try File.open(other).attribute("targets")?.string == "unclipped")
      func least(_ path: String) throws -> Double {
        try readVector(path, "/selection/lambda/error").filter(\.isFinite).min() ?? .nan
      }
      #expect(try least(model) < 0.99 * least(other))
    }

    @Test func whatCannotBeIsRefused() throws {
      let folder = try TemporaryDirectory()
      let (recording, model) = (folder.file("recording.h5"), folder.file("model.h5"))
      try writeSample(recording, frames: 100)
      let fit = ["fit", recording, "-o", model, "--time-axis", "0"]
      try expectRefusal(
        fit + ["--select", "rollout", "--horizon", "30"], 64, "--horizon is 30", "at most 20",
        in: folder.path)
      try expectRefusal(
        fit + ["--select", "both", "--alpha", "0.5", "--lambda", "1"], 64,
        "--select rollout or both has nothing to choose", in: folder.path)
      try expectRefusal(
        fit + ["--select", "both", "--horizon", "0"], 64, "--horizon is 0", in: folder.path)
      try expectRefusal(
        fit + ["--targets", "unclipped", "--loss", "robust"], 64,
        "--targets unclipped needs --loss crossentropy", in: folder.path)
      try expectRefusal(
        fit + ["--targets", "unclipped", "--method", "published"], 64, "--method cornn, newton",
        in: folder.path)
    }

    /// Targets are as asked for, and the result says which; the warning is for those who can act.
    @Test func targetsAreWhatIsAskedFor() throws {
      let folder = try TemporaryDirectory()
      let (recording, model) = (folder.file("recording.h5"), folder.file("model.h5"))
      try writeSample(recording, amplitude: 0.95)
      let fit = [
        "fit", recording, "--time-axis", "0", "--scale", "none", "--alpha", "0.05", "--lambda",
        "0.1", "-o",
      ]
      let clamped = try succeed(fit + [model])
      #expect(clamped.contains("clipped targets") && clamped.contains("targets lie beyond ±1"))
      let other = folder.file("unclipped.h5")
      let unclipped = try succeed(fit + [other, "--targets", "unclipped"])
      #expect(unclipped.contains("targets beyond +-1"))
      #expect(!unclipped.contains("targets lie beyond ±1"))
      #expect(try File.open(model).attribute("targets")?.string == "clamped")
      #expect(try File.open(other).attribute("targets")?.string == "unclipped")
      #expect(
        try readVector(model, "/diagnostics/clipped")
          == readVector(other, "/diagnostics/clipped"))
      #expect(try entries(readMatrix(model, "/W")) != entries(readMatrix(other, "/W")))
    }

    @Test func costsAreSaidBeforehand() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try writeSample(recording)
      let output = try succeed([
        "fit", recording, "--time-axis", "0", "--select", "both", "--horizon", "5", "--dry-run",
      ])
      #expect(output.contains("selection by free runs, before the fit: up to 240 fits"))
    }
  }
}
