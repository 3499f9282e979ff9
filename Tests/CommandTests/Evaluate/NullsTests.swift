import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `evaluate --nulls`.
  @Suite struct NullsTests {
    /// A recording of seven neurons in regions of three, three and one, and a model of it.
    private func fitted(
      in folder: borrowing TemporaryDirectory, _ more: [String] = []
    ) throws -> String {
      let (recording, model) = (folder.file("recording.h5"), folder.file("model.h5"))
      if !FileManager.default.fileExists(atPath: recording) {
        try succeed([
          "generate", "chaotic", "--neurons", "7", "--frames", "300", "--input-noise", "0.2",
          "--output-noise", "0.05", "--seed", "3", "-o", recording,
        ])
        let file = try File.create(folder.file("regions.h5"))
        do {
          let regions = try file.createDataset("/region", shape: [7], of: Int.self)
          try regions.write([1, 1, 1, 2, 2, 2, 3])
          try regions.close()
        }
        try file.close()
      }
      try succeed(["fit", recording, "-o", model, "--lambda", "1e-3"] + more)
      return model
    }

    /// The same numbers on 1, 2, 3 ranks and on more than neurons.
    @Test func ranksAgree() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder)
      let matrices = ["weight", "p", "pooled_p", "q", "region_p", "region_q", "region_rms_weight"]
      func evaluate(_ ranks: Int?) throws -> [[Double]] {
        let scores = folder.file("scores-\(ranks ?? 1).h5")
        let text = try succeed(
          [
            "evaluate", model, "--nulls", "20", "--regions", folder.file("regions.h5") + ":/region",
            "--components", "1", "-o", scores,
          ], ranks: ranks)
        #expect(text.contains("weights compared                        42"))
        #expect(text.contains("note: region 3 has one neuron, 6:"))
        return try matrices.map { entries(try readMatrix(scores, "/nulls/\($0)")) }
      }
      let alone = try evaluate(nil)
      for i in 0..<7 {
        for j in 0..<7 {
          #expect(alone[1][7 * i + j].isNaN == (i == j))
          #expect(i == j || (alone[1][7 * i + j] >= 1 / 21 - 1e-6 && alone[3][7 * i + j] <= 1))
        }
      }
      #expect(alone[4][8].isNaN && !alone[4][7].isNaN)
      func known(_ values: [Double]) -> [Double] { values.filter(\.isFinite) }
      for ranks in [2, 3, 8] {
        for (own, other) in zip(alone, try evaluate(ranks)) {
          #expect(relativeError(known(other), known(own)) < 1e-6, "\(ranks) ranks")
        }
      }
    }

    /// A drive that neurons share is warned of where no component is taken.
    @Test func sharedDriveIsWarnedOf() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      var memory = [Double](repeating: 0, count: 13)
      var state: UInt64 = 7
      func noise() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / Double(1 << 53) - 0.5
      }
      try writeSample(recording, frames: 300, neurons: 12) { _, i, _ in
        if i == 0 { for k in memory.indices { memory[k] = 0.8 * memory[k] + noise() } }
        return 0.3 * (memory[i] + 2 * memory[12])
      }
      let model = folder.file("model.h5")
      try succeed([
        "fit", recording, "-o", model, "--time-axis", "0", "--alpha", "0.5", "--lambda", "0.1",
      ])
      func evaluate(_ more: String...) throws -> String {
        try succeed(["evaluate", model, "--nulls", "20"] + more)
      }
      let none = try evaluate("--components", "0")
      #expect(none.contains("warning: 1 component of the population is beyond chance"))
      #expect(!none.contains("auto takes nulls without them as well"))
      let given = try evaluate("--components", "2")
      #expect(given.contains("of each neuron, with 2 components of the population as regressors\n"))
      #expect(given.contains("--components auto takes nulls without them as well"))
      #expect(!given.contains("warning: 1 component") && !given.contains("intersection-union"))
      let both = try evaluate("--null", "shift")
      #expect(both.contains("nulls: two tests, without and with 2 components of the population"))
      #expect(
        both.contains(
          "without and with 2 components of the population as regressors: p is the larger of both"
            + " (intersection-union test)"))
      #expect(!both.contains("warning: 1 component") && !both.contains("auto takes nulls"))
      #expect(both.contains("warning: the ridge was given") && !given.contains("ridge was given"))
      let json = try JSONSerialization.jsonObject(with: Data(evaluate("--json").utf8))
      let nulls = try #require((json as? [String: Any])?["nulls"] as? [String: Any])
      let tests = try #require(nulls["tests"] as? [[String: Any]])
      #expect(nulls["components"] as? Int == 2)
      #expect(tests.map { $0["components"] as? Int } == [0, 2])
      let shares = tests.compactMap { $0["share_beyond_chance"] as? Double }
      let share = try #require(nulls["share_beyond_chance"] as? Double)
      #expect(shares.count == 2 && shares.allSatisfy { $0 >= share })
      try succeed([
        "fit", recording, "-o", model, "--time-axis", "0", "--alpha", "0.5", "--lambda", "auto",
      ])
      #expect(try !evaluate().contains("the ridge was given"))
    }

    /// By the rule the numbers of a file are the larger of those with `--components 0` and with as many
    /// as the rule takes, on any number of ranks.
    @Test func ruleTakesTheLargerOfBoth() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder)
      let matrices = ["p", "pooled_p", "region_p"]
      func evaluate(_ components: String, ranks: Int? = nil) throws -> [[Double]] {
        let scores = folder.file("scores.h5")
        try succeed(
          [
            "evaluate", model, "--nulls", "20", "--regions", folder.file("regions.h5") + ":/region",
            "--components", components, "-o", scores,
          ], ranks: ranks)
        return try matrices.map { entries(try readMatrix(scores, "/nulls/\($0)")) }
      }
      // Of seven neurons one component is looked for, and it is beyond chance.
      let (without, with) = (try evaluate("0"), try evaluate("1"))
      for ranks in [nil, 2, 3] {
        for (place, both) in try evaluate("auto", ranks: ranks).enumerated() {
          for (k, p) in both.enumerated() {
            let larger = max(without[place][k], with[place][k])
            #expect(
              p.isNaN ? without[place][k].isNaN : abs(p - larger) < 1e-6,
              "\(matrices[place]) \(k) on \(ranks ?? 1) ranks")
          }
        }
      }
      let pairs = zip(without[0], with[0])
      #expect(pairs.contains { $0 < $1 } && pairs.contains { $0 > $1 })
    }

    /// Where a network explains nearly all, nulls are larger than its weights, which is said.
    @Test func nullsWithoutPowerAreNoted() throws {
      let folder = try TemporaryDirectory()
      let (recording, model) = (folder.file("recording.h5"), folder.file("model.h5"))
      func evaluate(noise: String) throws -> String {
        try succeed([
          "generate", "chaotic", "--neurons", "12", "--frames", "400", "--input-noise", noise,
          "--seed", "3", "-o", recording,
        ])
        try succeed(["fit", recording, "-o", model, "--lambda", "1e-5"])
        return try succeed(["evaluate", model, "--nulls", "20"])
      }
      #expect(try evaluate(noise: "0").contains("what is not found may be there"))
      #expect(try !evaluate(noise: "3").contains("what is not found may be there"))
    }

    @Test func whatHasNoNullsIsRefused() throws {
      let folder = try TemporaryDirectory()
      let model = try fitted(in: folder)
      func refuse(_ more: [String], _ code: Int32, _ text: String) throws {
        try expectRefusal(["evaluate", model] + more, code, text, in: folder.path)
      }
      try refuse(["--nulls", "19"], 64, "--nulls is 19, expected at least 20")
      try refuse(["--nulls", "20", "--components", "9"], 64, "at most 1 are taken")
      try refuse(["--nulls", "500", "--null", "shift"], 64, "or take --null phase")
      try refuse(["--null", "shift"], 64, "--null does nothing here")
      try refuse(["--regions", "regions.h5:/region"], 64, "--regions does nothing here")
      _ = try fitted(in: folder, ["--non-negative"])
      try refuse(["--nulls", "20"], 64, "has weights with fixed signs")
      _ = try fitted(in: folder, ["--loss", "weighted"])
      try refuse(["--nulls", "20"], 64, "which is not convex")
      _ = try fitted(in: folder, ["--form", "dual", "--weights", "factored"])
      try refuse(["--nulls", "20"], 65, "Scripts/expand-weights")
    }

    /// Weights that a mask forbids are not compared.
    @Test func masksHold() throws {
      let folder = try TemporaryDirectory()
      _ = try fitted(in: folder)
      let regions = folder.file("regions.h5") + ":/region"
      let model = try fitted(
        in: folder, ["--regions", regions, "--region-mask", "1>1,2>2,2>1,3>*"])
      let scores = folder.file("scores.h5")
      let text = try succeed(["evaluate", model, "--nulls", "20", "-o", scores])
      #expect(text.contains("pairs of regions against the same nulls"))
      let p = try readMatrix(scores, "/nulls/p")
      #expect(p[3, 0].isNaN && p[0, 6].isFinite && p[0, 3].isFinite && p[6, 3].isNaN)
    }
  }
}
