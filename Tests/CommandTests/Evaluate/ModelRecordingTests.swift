import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// A model on a recording that is not what it was fitted to: scores of what was asked for,
  /// or a refusal that says what differs.
  @Suite struct ModelRecordingTests {
    private static let neurons = 6
    private static let frames = 80

    private func value(_ t: Int, _ i: Int) -> Double {
      0.6 * sin(0.2 * Double(t) * (1 + 0.3 * Double(i)) + Double(i))
    }

    /// A table with names; `order` says which neuron each column is.
    private func writeTable(
      _ path: String, order: [Int] = Array(0..<6), names: ((Int) -> String)? = { "n\($0)" },
      change: Double = 0
    ) throws {
      var text = names.map { name in order.map(name).joined(separator: ",") + "\n" } ?? ""
      for t in 0..<Self.frames {
        let row = order.map { value(t, $0) + (t == 20 && $0 == 2 ? change : 0) }
        text += row.map { "\($0)" }.joined(separator: ",") + "\n"
      }
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func fit(_ recording: String, _ model: String, _ more: [String] = []) throws {
      try succeed(
        ["fit", recording, "-o", model, "--alpha", "0.3", "--lambda", "1e-3"] + more)
    }

    private func oneStep(_ arguments: [String]) throws -> [String: Any] {
      let text = try succeed(["evaluate"] + arguments + ["--json"])
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      var scores = try #require(object?["one_step"] as? [String: Any])
      scores["notes"] = object?["notes"]
      return scores
    }

    // MARK: - Stored scores

    /// The traces that are asked for are scored, as a model of them alone would be.
    @Test func scoresAreOfTheTracesThatWereAskedFor() throws {
      let folder = try TemporaryDirectory()
      let (both, other) = (folder.file("both.h5"), folder.file("other.h5"))
      func write(_ path: String, _ series: [(String, Double)]) throws {
        let file = try File.create(path)
        for (name, size) in series {
          var traces = Matrix<Double>(rows: Self.frames, columns: Self.neurons)
          for t in 0..<Self.frames {
            for i in 0..<Self.neurons { traces[t, i] = size * value(size < 1 ? 79 - t : t, i) }
          }
          let dataset = try file.createDataset(
            "/" + name, shape: [Self.frames, Self.neurons], of: Double.self)
          try dataset.writeBlock(traces)
          try dataset.close()
        }
        try file.close()
      }
      try write(both, [("A", 1), ("B", 0.9)])
      try write(other, [("B", 0.9)])
      let model = folder.file("model.h5")
      try fit(both, model, ["--traces", "/A", "--time-axis", "0"])
      let own = try oneStep([model])
      let same = try oneStep([model, "--traces", "/A"])
      let asked = try oneStep([model, "--traces", "/B"])
      let alone = try oneStep([model, "--recording", other, "--traces", "/B"])
      #expect(own["is_fitted_recording"] as? Bool == true)
      #expect(same["is_fitted_recording"] as? Bool == true)
      #expect(asked["is_fitted_recording"] as? Bool == false)
      let ratios = [own, same, asked, alone].compactMap { $0["mse_ratio"] as? Double }
      #expect(ratios.count == 4 && ratios[0] == ratios[1] && ratios[2] == ratios[3])
      #expect(abs(ratios[0] - ratios[2]) > 0.01)
      // Trials that the fit did not have leave transitions out.
      let starts = folder.file("starts.h5")
      try FileManager.default.copyItem(atPath: both, toPath: starts)
      let trials = try oneStep([model, "--recording", starts])
      #expect(trials["mse_ratio"] as? Double == ratios[0])
    }

    @Test func aReportRefusesScoresOfAnotherModel() throws {
      let folder = try TemporaryDirectory()
      let table = folder.file("a.csv")
      try writeTable(table)
      let (one, two) = (folder.file("one.h5"), folder.file("two.h5"))
      try fit(table, one, ["--time-axis", "0"])
      try fit(table, two, ["--time-axis", "0", "--detrend"])
      let (scores, page) = (folder.file("scores.h5"), folder.file("page.html"))
      try succeed(["evaluate", two, "-o", scores])
      let report = ["report", one, "-o", page, "--scores"]
      try expectRefusal(
        report + [scores], 65, "scores of another model", "two.h5", "one.h5", in: folder.path)
      try expectRefusal(report + [two], 65, "ganglion evaluate -o", in: folder.path)
      // A copy of the model is as good as the model.
      let copy = folder.file("copy.h5")
      try FileManager.default.copyItem(atPath: two, toPath: copy)
      try succeed(["report", copy, "-o", page, "--scores", scores])
    }

    // MARK: - Names, clocks and changed files

    @Test func otherOrdersAndNamesAreRefused() throws {
      let folder = try TemporaryDirectory()
      let (table, model) = (folder.file("a.csv"), folder.file("model.h5"))
      try writeTable(table)
      try fit(table, model, ["--time-axis", "0"])
      let (turned, renamed, bare) = (
        folder.file("turned.csv"), folder.file("renamed.csv"), folder.file("bare.csv")
      )
      try writeTable(turned, order: [5, 4, 3, 2, 1, 0])
      try writeTable(renamed, names: { "m\($0)" })
      try writeTable(bare, names: nil)
      let page = folder.file("out")
      for command in [
        ["evaluate", model], ["simulate", model, "-o", page], ["report", model, "-o", page],
        ["export", model, "-o", page, "--dt", "0.1"],
      ] {
        try expectRefusal(
          command + ["--recording", turned], 65, "turned.csv are in another order",
          "is n5 in the one and n0 in the other", "--by-position", in: folder.path)
      }
      try expectRefusal(
        ["evaluate", model, "--recording", renamed], 65, "named otherwise", "m0", "n0",
        in: folder.path)
      // Without names there is nothing to compare, which is said.
      let unnamed = try oneStep([model, "--recording", bare])
      #expect("\(unnamed["notes"] ?? "")".contains("taken by their place"))
      let placed = try oneStep([model, "--recording", turned, "--by-position"])
      #expect(placed["mse_ratio"] as? Double != unnamed["mse_ratio"] as? Double)
    }

    @Test func anotherClockIsRefused() throws {
      let folder = try TemporaryDirectory()
      let (table, model) = (folder.file("a.csv"), folder.file("model.h5"))
      try writeTable(table)
      try fit(table, model, ["--time-axis", "0", "--dt", "0.05"])
      for command in [["evaluate", model], ["simulate", model, "-o", folder.file("x.h5")]] {
        try expectRefusal(
          command + ["--recording", table, "--dt", "0.1"], 65, "a frame every 0.1",
          "fitted to one every 0.05", in: folder.path)
      }
      // The file's own clock counts, not the one that was given for another file.
      let slow = folder.file("slow.h5")
      let file = try File.create(slow)
      var traces = Matrix<Double>(rows: Self.frames, columns: Self.neurons)
      for t in 0..<Self.frames { for i in 0..<Self.neurons { traces[t, i] = value(t, i) } }
      do {
        let dataset = try file.createDataset(
          "/traces", shape: [Self.frames, Self.neurons], of: Double.self)
        try dataset.writeBlock(traces)
        try dataset.close()
        let time = try file.createDataset("/time", shape: [Self.frames], of: Double.self)
        try time.write((0..<Self.frames).map { 0.1 * Double($0) })
        try time.close()
      }
      try file.close()
      try expectRefusal(
        ["evaluate", model, "--recording", slow], 65, "a frame every 0.1", in: folder.path)
      #expect(try oneStep([model])["is_fitted_recording"] as? Bool == true)
    }

    @Test func aChangedFileIsTold() throws {
      let folder = try TemporaryDirectory()
      let (table, model) = (folder.file("a.csv"), folder.file("model.h5"))
      try writeTable(table)
      try fit(table, model, ["--time-axis", "0"])
      #expect(try oneStep([model])["notes"] == nil)
      try writeTable(table, change: 0.1)
      for command in [["evaluate", model], ["simulate", model, "-o", folder.file("x.h5")]] {
        let text = try succeed(command + ["--recording", table])
        #expect(text.contains("warning: \(table) has changed since the fit"), "\(command)")
      }
      let other = folder.file("b.csv")
      try writeTable(other, change: 0.2)
      #expect(
        try succeed(["evaluate", model, "--recording", other])
          .contains("b.csv is not the recording that was fitted"))
    }

    // MARK: - What the scores say

    /// A neuron that is missing in all held-out frames costs nobody else a score.
    @Test func aNeuronThatGoesMissingIsSaid() throws {
      let folder = try TemporaryDirectory()
      let (recording, model) = (folder.file("a.h5"), folder.file("model.h5"))
      try writeSample(recording, frames: 100) { t, i, value in i == 2 && t >= 80 ? .nan : value }
      let text = try succeed([
        "fit", recording, "-o", model, "--alpha", "0.3", "--lambda", "1e-3", "--time-axis", "0",
      ])
      #expect(text.contains("1 neuron is mostly missing in the held-out frames"))
      let scores = folder.file("scores.h5")
      for ranks in [nil, 3] {
        try succeed(["evaluate", model, "-o", scores], ranks: ranks)
        for name in ["mse", "persistence_mse", "linear_mse", "mean_mse", "skill"] {
          let (stored, computed) = (
            try readVector(model, "/score/\(name)"), try readVector(scores, "/score/\(name)")
          )
          #expect(stored.indices.filter { !stored[$0].isFinite } == [2], "\(name)")
          #expect(computed.indices.filter { !computed[$0].isFinite } == [2], "\(name)")
          let others = [0, 1, 3, 4, 5]
          #expect(
            relativeError(others.map { computed[$0] }, others.map { stored[$0] }) < 1e-9, "\(name)")
        }
      }
    }

    /// Fit, evaluation and page end in the same sentence.
    @Test func theVerdictIsTheSameEverywhere() throws {
      let folder = try TemporaryDirectory()
      let (table, model, page) = (
        folder.file("a.csv"), folder.file("model.h5"), folder.file("page.html")
      )
      try writeTable(table)
      let fitted = try succeed([
        "fit", table, "-o", model, "--alpha", "0.3", "--lambda", "1", "--time-axis", "0",
      ])
      let line = try #require(
        fitted.split(separator: "\n").first { $0.contains("predict") && $0.contains("held-out") })
      #expect(try succeed(["evaluate", model]).contains(line))
      try succeed(["report", model, "-o", page])
      let sentence = line.replacingOccurrences(of: "warning: ", with: "")
      #expect(line.hasPrefix("warning: "))
      #expect(try String(contentsOfFile: page, encoding: .utf8).contains(sentence))
    }

    /// Numbers that JSON cannot say would leave a result that does not tell how it was made.
    @Test(arguments: [
      ["--tolerance", "inf"], ["--loss", "robust", "--threshold", "inf"],
      ["--loss", "noise-aware", "--noise-ratio", "inf"],
    ]) func infiniteSettings(flags: [String]) throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("a.h5")
      try writeSample(recording)
      try expectRefusal(
        [
          "fit", recording, "-o", folder.file("m.h5"), "--alpha", "0.3", "--lambda", "1e-3",
          "--time-axis", "0",
        ] + flags, 64, flags[flags.count - 2], "inf", in: folder.path)
    }
  }
}
