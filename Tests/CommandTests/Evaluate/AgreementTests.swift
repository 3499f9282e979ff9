import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `evaluate --split-halves` and `--bootstrap`.
  @Suite struct AgreementTests {
    private func fitted(
      in folder: borrowing TemporaryDirectory, frames: String = "300", _ more: [String] = []
    ) throws -> String {
      let (recording, model) = (folder.file("recording.h5"), folder.file("model.h5"))
      try succeed([
        "generate", "chaotic", "--neurons", "7", "--frames", frames, "--input-noise", "0.2",
        "--output-noise", "0.05", "--seed", "3", "-o", recording,
      ])
      try succeed(["fit", recording, "-o", model, "--lambda", "1e-3"] + more)
      return model
    }

    /// The same numbers on 1, 2, 3 ranks and on more than neurons, and what the file has is what
    /// the attributes say.
    @Test func ranksAgree() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder)
      let names = ["first_half", "second_half", "same_sign", "deviation"]
      func evaluate(_ ranks: Int?) throws -> [[Double]] {
        let scores = folder.file("scores-\(ranks ?? 1).h5")
        let text = try succeed(
          ["evaluate", model, "--split-halves", "--bootstrap", "20", "-o", scores], ranks: ranks)
        #expect(text.contains("weights of the two halves") && text.contains("20 resamples"))
        let found = try names.map { entries(try readMatrix(scores, "/agreement/\($0)")) }
        let file = try File.open(scores)
        let known = found[0].indices.filter { found[0][$0].isFinite }
        #expect(known.count == 42)
        let (x, y) = (known.map { found[0][$0] }, known.map { found[1][$0] })
        let (mx, my) = (x.reduce(0, +) / 42, y.reduce(0, +) / 42)
        let both = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
        let squares =
          x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) } * y.reduce(0) { $0 + ($1 - my) * ($1 - my) }
        let pearson = try #require(try file.attribute("half_pearson")?.number)
        #expect(abs(pearson - both / squares.squareRoot()) < 1e-6)
        let sure = try #require(try file.attribute("bootstrap_sure")?.number)
        let counted = Double(known.count { found[2][$0] >= 0.95 - 1e-6 }) / 42
        #expect(abs(sure - counted) < 1e-9)
        return found.map { $0.filter(\.isFinite) }
      }
      let alone = try evaluate(nil)
      for ranks in [2, 3, 8] {
        for (own, other) in zip(alone, try evaluate(ranks)) {
          #expect(relativeError(other, own) < 1e-5, "\(ranks) ranks")
        }
      }
    }

    @Test func whatHasNoPartsIsRefused() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder, frames: "45")
      func refuse(_ more: [String], _ code: Int32, _ text: String) throws {
        try expectRefusal(["evaluate", model] + more, code, text, in: folder.path)
      }
      try refuse(["--bootstrap", "19"], 64, "--bootstrap is 19, expected at least 20")
      try refuse(["--bootstrap-seed", "2"], 64, "--bootstrap-seed does nothing here")
      try refuse(["--split-halves"], 64, "--split-halves takes at least 40 fitted transitions")
      let other = folder.file("other.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "7", "--frames", "200", "--seed", "4", "-o", other,
      ])
      try refuse(["--split-halves", "--recording", other], 65, "not what the model")
    }
  }
}
