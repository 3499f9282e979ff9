import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `follow` on recordings that are replayed.
  @Suite struct FollowTests {
    static let neurons = 20

    /// A recording of rates, and seconds of 40 of its frames.
    private func recording(
      _ folder: borrowing TemporaryDirectory, frames: Int = 240, _ more: [String] = []
    ) throws -> (path: String, warmup: String) {
      let path = folder.file("recording.h5")
      try succeed(
        [
          "generate", "chaotic", "--neurons", "\(Self.neurons)", "--frames", "\(frames)", "-o",
          path,
        ]
          + more)
      let dt = try #require(try File.open(path).attribute("dt")?.number)
      return (path, "\(40 * dt)")
    }

    @discardableResult
    private func follow(
      _ recording: (path: String, warmup: String), window: Int, _ more: [String] = [],
      ranks: Int? = nil, to model: String
    ) throws -> String {
      try succeed(
        [
          "follow", recording.path, "--replay", "max", "-o", model, "--warmup", recording.warmup,
          "--window", "\(window)", "--lambda", "1e-2",
        ] + more, ranks: ranks)
    }

    /// What the batch fit makes of the last frames alone.
    private func fitOfLatest(
      _ frames: Int, of recording: String, in folder: borrowing TemporaryDirectory
    ) throws -> String {
      let (part, model) = (folder.file("part.h5"), folder.file("fit.h5"))
      let rates = try readMatrix(recording, "/rates")
      let file = try File.create(part)
      try file.createDataset("/traces", shape: [frames, Self.neurons], of: Double.self)
        .writeBlock(rates.copy(rows: (rates.rows - frames)..<rates.rows))
      try file.close()
      try succeed([
        "fit", part, "-o", model, "--time-axis", "0", "--scale", "none", "--alpha", "0.1",
        "--lambda", "1e-2", "--holdout", "0", "--precision", "double", "--tolerance", "1e-8",
        "--iterations", "2000",
      ])
      return model
    }

    private func requireSame(_ model: String, as fit: String, within bound: Double = 1e-4) throws {
      for name in ["/W"] {
        let own = entries(try readMatrix(model, name))
        #expect(relativeError(own, entries(try readMatrix(fit, name))) < bound, "\(name)")
      }
      #expect(relativeError(try readVector(model, "/b"), try readVector(fit, "/b")) < bound)
    }

    /// The primal form, whose window is longer than the neurons are many, and the dual one.
    @Test(arguments: [(60, "primal"), (12, "dual"), (60, "dual")])
    func endsWithTheFitOfItsWindow(window: Int, form: String) throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder)
      let model = folder.file("model.h5")
      try follow(recording, window: window, ["--form", form], to: model)
      try requireSame(
        model, as: try fitOfLatest(window + 1, of: recording.path, in: folder))
      #expect(try readVector(model, "/live/frames") == [240])
    }

    /// With inputs, all of it in the warm-up: then scales are those of a fit, too.
    @Test func withInputs() throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder, frames: 90, ["--inputs", "2"])
      let (model, fit) = (folder.file("model.h5"), folder.file("fit.h5"))
      try follow((recording.path, "1000"), window: 89, to: model)
      try succeed([
        "fit", recording.path, "-o", fit, "--lambda", "1e-2", "--holdout", "0", "--precision",
        "double", "--tolerance", "1e-8", "--iterations", "2000",
      ])
      try requireSame(model, as: fit)
      let own = entries(try readMatrix(model, "/W_in"))
      #expect(relativeError(own, entries(try readMatrix(fit, "/W_in"))) < 1e-4)
    }

    /// Ranks share neurons, more ranks than some of them have; what they do is the same.
    @Test(arguments: ["primal", "dual"]) func sameOnAnyRanks(form: String) throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder, frames: 120)
      func run(_ ranks: Int?) throws -> (weights: [Double], forecasts: [[Double]]) {
        let name = "\(ranks ?? 1)"
        let (model, lines) = (folder.file(name + ".h5"), folder.file(name + ".jsonl"))
        try follow(
          recording, window: 30, ["--form", form, "--forecast-out", lines, "--horizon", "3"],
          ranks: ranks, to: model)
        return (entries(try readMatrix(model, "/W")), try forecasts(in: lines))
      }
      let alone = try run(nil)
      #expect(alone.forecasts.count == 80)
      for ranks in [2, 3] {
        let shared = try run(ranks)
        #expect(relativeError(shared.weights, alone.weights) < 1e-8)
        for (own, other) in zip(shared.forecasts, alone.forecasts) {
          #expect(relativeError(own, other) < 1e-5)
        }
      }
    }

    /// More ranks than neurons.
    @Test func moreRanksThanNeurons() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("recording.h5")
      try writeSample(path, neurons: 2)
      try succeed(
        [
          "follow", path, "--replay", "max", "--rate", "10", "--time-axis", "0", "-o",
          folder.file("model.h5"), "--warmup", "3", "--window", "20", "--alpha", "0.5", "--lambda",
          "0.1",
        ], ranks: 4)
      #expect(try readMatrix(folder.file("model.h5"), "/W").rows == 2)
    }

    private func forecasts(in path: String) throws -> [[Double]] {
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        let rows = try #require(object?["values"] as? [[Double]])
        return rows.flatMap { $0 }
      }
    }

    /// Standard output has forecasts alone: of the cells that were asked for, in the units of the
    /// recording.
    @Test func forecastsOnStandardOutput() throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder, frames: 100)
      let output = try follow(
        recording, window: 30,
        ["--forecast-out", "-", "--cells-out", "3,17", "--horizon", "2", "--scale", "zscore-tanh"],
        to: folder.file("model.h5"))
      let rates = try readMatrix(recording.path, "/rates")
      let lines = output.split(separator: "\n")
      #expect(lines.count == 60)
      var error = 0.0
      var persistence = 0.0
      for (k, line) in lines.enumerated() {
        let object = try #require(
          try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let values = try #require(object["values"] as? [[Double]])
        #expect(object["frame"] as? Int == 40 + k)
        #expect(object["cells"] as? [Int] == [3, 17])
        #expect(values.count == 2 && values.allSatisfy { $0.count == 2 })
        guard k + 1 < lines.count else { break }
        for (place, cell) in [3, 17].enumerated() {
          error += pow(values[0][place] - rates[41 + k, cell], 2)
          persistence += pow(rates[40 + k, cell] - rates[41 + k, cell], 2)
        }
      }
      #expect(error < 2 * persistence, "the units of the recording: \(error) \(persistence)")
    }

    /// A model that other commands take, with what the run says of itself.
    @Test func otherCommandsTakeTheModel() throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder, frames: 400)
      let (model, log) = (folder.file("model.h5"), folder.file("run.jsonl"))
      try follow(recording, window: 100, ["--log", log], to: model)
      try succeed(["simulate", model, "-o", folder.file("run.h5"), "--steps", "20"])
      try succeed(["report", model, "-o", folder.file("report.html")])
      let text = try succeed(["evaluate", model, "--truth", recording.path])
      #expect(text.contains("earson"), "\(text)")
      let skill = try readVector(model, "/live/skill_1")
      let mse = try readVector(model, "/score/mse")
      let persistence = try readVector(model, "/score/persistence_mse")
      let pooled = 1 - mse.reduce(0, +) / persistence.reduce(0, +)
      #expect(abs(skill[0] - pooled) < 1e-9)
      let ended = try #require(try event("ended", in: log))
      #expect(ended["frames"] as? Int == 400 && ended["gaps"] as? Int == 0)
      // Foundation reads some decimals of JSON one unit in the last place off.
      let told = try #require(ended["skill_1"] as? Double)
      #expect(abs(told - skill[0]) <= 2 * skill[0].ulp)
    }
  }
}

/// The last event of a name in a log.
func event(_ name: String, in log: String) throws -> [String: Any]? {
  try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap {
    try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
  }.last { $0["event"] as? String == name }
}
