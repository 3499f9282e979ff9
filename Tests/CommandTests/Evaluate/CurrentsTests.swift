import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `evaluate --currents` of three regions that `generate` made.
  @Suite struct CurrentsTests {
    @Test func ranksAgree() throws {
      let folder = try TemporaryDirectory()
      let (recording, model) = (folder.file("recording.h5"), folder.file("model.h5"))
      try succeed(
        [
          "generate", "three-regions", "--neurons", "18", "--frames", "240", "--dt", "0.01",
          "--input-noise", "0.1", "-o", recording,
        ], ranks: 2)
      try succeed(["fit", recording, "-o", model, "--lambda", "1e-3"])
      // Currents are at the times of their frames.
      let late = folder.file("late.h5")
      try FileManager.default.copyItem(atPath: recording, toPath: late)
      let shifted = try File.open(late, writable: true)
      do {
        let times = try shifted.openDataset("/time")
        let own: [Double] = try times.read()
        try times.write(own.map { $0 + 120 })
        try times.close()
      }
      try shifted.close()
      let lateScores = folder.file("late-scores.h5")
      try succeed([
        "evaluate", model, "--recording", late, "--timestamps", "/time", "--currents", "-o",
        lateScores,
      ])
      #expect(try readVector(lateScores, "/current_time").first == 120)
      // The regions of the recording are the fit's, as if they had been given.
      let regions = try File.open(recording).openDataset("/region").readStrings()
      #expect(try File.open(model).openDataset("/region").readStrings() == regions)
      let names = ["variance", "share", "component_share", "pearson"]
      func evaluate(_ ranks: Int?) throws -> [[Double]] {
        let scores = folder.file("scores-\(ranks ?? 1).h5")
        let text = try succeed(["evaluate", model, "--currents", "-o", scores], ranks: ranks)
        #expect(text.contains("currents between regions"))
        let file = try File.open(scores)
        for name in ["mean", "rms", "component"] {
          #expect(try file.openDataset("/currents/\(name)").shape == [3, 3, 240])
        }
        // Between regions of six cells there may be no connection, and no correlation.
        return try names.map {
          entries(try readMatrix(scores, "/currents/\($0)")).filter(\.isFinite)
        }
      }
      let alone = try evaluate(nil)
      for ranks in [2, 3, 20] {
        for (own, other) in zip(alone, try evaluate(ranks)) {
          #expect(relativeError(other, own) < 1e-4, "\(ranks) ranks")
        }
      }
      let lonely = folder.file("lonely.h5")
      let file = try File.create(lonely)
      do {
        let labels = try file.createDataset("/region", shape: [18], of: Int.self)
        try labels.write([7] + [Int](repeating: 8, count: 17))
        try labels.close()
      }
      try file.close()
      let text = try succeed(["evaluate", model, "--currents", "--regions", lonely + ":/region"])
      #expect(text.contains("note: region 7 has one neuron") && !text.contains("region 8 has"))
      let unlabelled = folder.file("chaotic.h5")
      try succeed(["generate", "chaotic", "--neurons", "18", "--frames", "240", "-o", unlabelled])
      try succeed(["fit", unlabelled, "-o", model, "--lambda", "1e-3"])
      try expectRefusal(
        ["evaluate", model, "--currents"], 64, "give --regions FILE:PATH", in: folder.path)
      try expectRefusal(
        ["generate", "three-regions", "--neurons", "10", "-o", folder.file("no.h5")], 64,
        "expected a multiple of 3", in: folder.path)
    }
  }
}
