import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `evaluate --standard-errors`.
  @Suite struct StandardErrorTests {
    private func fitted(
      in folder: borrowing TemporaryDirectory, _ more: [String] = []
    ) throws -> String {
      let (recording, model) = (folder.file("recording.h5"), folder.file("model.h5"))
      if !FileManager.default.fileExists(atPath: recording) {
        try succeed([
          "generate", "chaotic", "--neurons", "7", "--frames", "300", "--input-noise", "0.2",
          "--output-noise", "0.05", "--seed", "3", "-o", recording,
        ])
      }
      try succeed(["fit", recording, "-o", model, "--lambda", "1e-3"] + more)
      return model
    }

    /// The same numbers on 1, 2, 3 ranks and on more than neurons; some rows are those of all.
    @Test func ranksAgree() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder)
      func evaluate(_ neurons: String, _ ranks: Int?) throws -> [[Double]] {
        let scores = folder.file("scores-\(neurons.count)-\(ranks ?? 1).h5")
        let text = try succeed(
          ["evaluate", model, "--standard-errors", neurons, "-o", scores], ranks: ranks)
        #expect(text.contains("what weights are worth at this ridge"))
        return try ["weight", "sampling_error", "ridge_bias"].map {
          entries(try readMatrix(scores, "/worth/\($0)"))
        }
      }
      let alone = try evaluate("all", nil)
      #expect(alone[0] == entries(try readMatrix(model, "/W")))
      for i in 0..<7 {
        for j in 0..<7 {
          #expect(alone[1][7 * i + j].isNaN == (i == j))
          #expect(i == j || (alone[1][7 * i + j] > 0 && alone[2][7 * i + j] >= 0))
        }
      }
      func known(_ values: [Double]) -> [Double] { values.filter(\.isFinite) }
      for ranks in [2, 3, 8] {
        for (own, other) in zip(alone, try evaluate("all", ranks)) {
          #expect(relativeError(known(other), known(own)) < 1e-9, "\(ranks) ranks")
        }
      }
      for (own, other) in zip(alone, try evaluate("5,1", 2)) {
        let expected = known(Array(own[7..<14] + own[35..<42]))
        #expect(relativeError(known(other), expected) < 1e-9)
      }
    }

    /// Sums by region are those of the rows, and the same on any ranks; a region of which no neuron
    /// was named has none.
    @Test func regionsAreSummed() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder)
      let file = try File.create(folder.file("regions.h5"))
      do {
        let regions = try file.createDataset("/region", shape: [7], of: Int.self)
        try regions.write([1, 1, 1, 2, 2, 2, 3])
        try regions.close()
      }
      try file.close()
      func evaluate(_ neurons: String, _ ranks: Int?) throws -> String {
        let scores = folder.file("sums-\(neurons.count)-\(ranks ?? 1).h5")
        let text = try succeed(
          [
            "evaluate", model, "--standard-errors", neurons, "--regions",
            folder.file("regions.h5") + ":/region", "-o", scores,
          ], ranks: ranks)
        #expect(text.contains("sums of the weights onto these neurons by region"))
        return scores
      }
      let alone = try evaluate("all", nil)
      let sums = try readMatrix(alone, "/worth/region_sum")
      let weights = try readMatrix(alone, "/worth/weight")
      for i in 0..<7 {
        for (region, members) in [[0, 1, 2], [3, 4, 5], [6]].enumerated() {
          let expected = members.reduce(0) { $0 + weights[i, $1] }
          #expect(abs(sums[i, region] - expected) < 1e-12)
        }
      }
      let pairs = try readMatrix(alone, "/worth/pair_sum")
      #expect(abs(pairs[1, 0] - (sums[3, 0] + sums[4, 0] + sums[5, 0])) < 1e-12)
      // Within the region of one neuron there is no weight; onto it alone the row is the pair.
      let errors = try readMatrix(alone, "/worth/pair_sampling_error")
      let rows = try readMatrix(alone, "/worth/region_sampling_error")
      #expect(pairs[2, 2] == 0 && abs(errors[2, 0] - rows[6, 0]) < 1e-12)
      for ranks in [3, 8] {
        let together = try evaluate("all", ranks)
        for name in ["sum", "sampling_error", "ridge_bias"] {
          let own = entries(try readMatrix(together, "/worth/pair_\(name)"))
          let other = entries(try readMatrix(alone, "/worth/pair_\(name)"))
          #expect(relativeError(own, other) < 1e-9)
        }
      }
      let some = try readMatrix(try evaluate("4,6", 2), "/worth/pair_sum")
      #expect(some[0, 0].isNaN && abs(some[1, 2] - sums[4, 2]) < 1e-12)
    }

    @Test func whatIsNotKnownIsRefused() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder)
      func refuse(_ neurons: String, _ code: Int32, _ text: String, _ more: [String] = []) throws {
        try expectRefusal(
          ["evaluate", model, "--standard-errors", neurons] + more, code, text, in: folder.path)
      }
      try refuse("nobody", 64, "has no neuron nobody")
      try refuse("1,2,1", 64, "names neuron 1 twice")
      let other = folder.file("other.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "7", "--frames", "200", "--seed", "4", "-o", other,
      ])
      try refuse("1", 65, "not what the model", ["--recording", other])
      _ = try fitted(in: folder, ["--loss", "robust"])
      try refuse("1", 64, "was fitted with the loss robust")
      _ = try fitted(in: folder, ["--non-negative"])
      try refuse("1", 64, "has weights with fixed signs")
    }
  }
}
