import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `evaluate` and `simulate`.
  @Suite struct EvaluateTests {
    /// A recording and a model of it.
    private func fitted(
      _ folder: borrowing TemporaryDirectory, neurons: Int, frames: Int, _ more: [String] = [],
      ranks: Int? = nil
    ) throws -> (recording: String, model: String) {
      let recording = folder.file("recording.h5")
      let model = folder.file("model.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "\(neurons)", "--frames", "\(frames)", "--inputs", "2",
        "-o", recording,
      ])
      try succeed(
        ["fit", recording, "-o", model, "--lambda", "1e-3", "--iterations", "1000"] + more,
        ranks: ranks)
      return (recording, model)
    }

    private func json(_ text: String) throws -> [String: [String: Any]] {
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      return try #require(object).compactMapValues { $0 as? [String: Any] }
    }

    /// The scores that `fit` stored are those that `evaluate` computes from the written network.
    ///
    /// Two implementations, the linear model's included. The copy differs in a byte after its
    /// end, so it counts as another recording.
    @Test(arguments: [(12, 400), (40, 30)])
    func recomputedScoresAreTheStoredOnes(neurons: Int, frames: Int) throws {
      let folder = try TemporaryDirectory()
      let (recording, model) = try fitted(
        folder, neurons: neurons, frames: frames,
        ["--scale", "zscore-tanh", "--detrend", "--low-pass", "2"])
      let copy = folder.file("copy.h5")
      var bytes = try Data(contentsOf: URL(fileURLWithPath: recording))
      bytes.append(0)
      try bytes.write(to: URL(fileURLWithPath: copy))
      for ranks in [nil, 3] {
        let scores = folder.file("scores.h5")
        try succeed(
          ["evaluate", model, "--recording", copy, "-o", scores, "--horizon", "2"], ranks: ranks)
        for name in ["mse", "persistence_mse", "linear_mse", "r2", "skill"] {
          let stored = try readVector(model, "/score/\(name)")
          let computed = try readVector(scores, "/score/\(name)")
          #expect(relativeError(computed, stored) < 1e-6, "\(name)")
        }
        let starts = try readVector(scores, "/score/rollout_start")
        let persistence = try readVector(scores, "/score/rollout_persistence_mse")
        #expect(persistence.count == 2 && starts.allSatisfy { $0 >= Double(frames * 4 / 5) })
      }
    }

    /// The free runs that `fit` made, in the dual form without W, are those of the written W.
    @Test(arguments: [(12, 400, ""), (40, 60, ""), (40, 60, "mask")])
    func freeRunsOfTheFitAreThoseOfTheModel(neurons: Int, frames: Int, kind: String) throws {
      let folder = try TemporaryDirectory()
      var more = ["--rollout-starts", "7"]
      if kind == "mask" {
        let mask = folder.file("mask.h5")
        let file = try File.create(mask)
        var allowed = Matrix<Double>(rows: neurons, columns: neurons)
        for i in 0..<neurons { for j in 0..<neurons { allowed[i, j] = (i + j) % 3 == 0 ? 0 : 1 } }
        do {
          let dataset = try file.createDataset("/m", shape: [neurons, neurons], of: Double.self)
          try dataset.writeBlock(allowed)
          try dataset.close()
        }
        try file.close()
        more += ["--mask", mask + ":/m", "--form", "dual"]
      }
      for ranks in [nil, 3] {
        let (recording, model) = try fitted(
          folder, neurons: neurons, frames: frames, more, ranks: ranks)
        let scores = folder.file("scores.h5")
        let stored = try readVector(model, "/score/rollout_mse")
        try succeed([
          "evaluate", model, "--recording", recording, "-o", scores, "--starts", "7", "--horizon",
          "\(stored.count)",
        ])
        for name in ["mse", "persistence_mse", "linear_mse", "start"] {
          let own = try readVector(model, "/score/rollout_\(name)")
          let evaluated = try readVector(scores, "/score/rollout_\(name)")
          #expect(relativeError(own, evaluated) < 1e-5, "\(name)")
        }
      }
    }

    /// Attractor and fixed points: what is written, the same on any number of ranks.
    @Test func dynamicsAreDescribed() throws {
      let folder = try TemporaryDirectory()
      let (_, model) = try fitted(folder, neurons: 10, frames: 400)
      func describe(_ name: String, _ ranks: Int?) throws -> String {
        let path = folder.file(name)
        let text = try succeed(
          ["evaluate", model, "-o", path, "--fixed-points", "9"], ranks: ranks)
        #expect(text.contains("free run of 80 frames") && text.contains("of 9 starts ended"))
        return path
      }
      let one = try describe("1.h5", nil)
      let many = try describe("3.h5", 3)
      for name in ["wasserstein", "wasserstein_yardstick", "spectral_distance", "power_network"] {
        let values = try readVector(one, "/attractor/\(name)")
        #expect(relativeError(values, try readVector(many, "/attractor/\(name)")) < 1e-3, "\(name)")
        #expect(values.allSatisfy { $0 >= 0 })
      }
      let states = try readMatrix(one, "/fixed_points/state")
      let radius = try readVector(one, "/fixed_points/spectral_radius")
      #expect(states.columns == 10 && states.rows == radius.count)
      #expect(relativeError(radius, try readVector(many, "/fixed_points/spectral_radius")) < 1e-4)
      #expect(try readVector(one, "/fixed_points/residual").allSatisfy { $0 < 1e-9 })
    }

    /// One frame ahead from every held-out frame, free-running is one-step prediction.
    @Test func rolloutOfOneFrameIsOneStep() throws {
      let folder = try TemporaryDirectory()
      let (_, model) = try fitted(folder, neurons: 10, frames: 200)
      let text = try succeed(
        ["evaluate", model, "--horizon", "1", "--starts", "1000", "--json"], ranks: 2)
      let rollout = try #require(try json(text)["rollout"])
      for (name, stored) in [
        ("mse", "mse"), ("persistence_mse", "persistence_mse"), ("linear_mse", "linear_mse"),
      ] {
        let values = try readVector(model, "/score/\(stored)")
        let mean = values.reduce(0, +) / Double(values.count)
        let ahead = try #require(rollout[name] as? [Double])
        #expect(ahead.count == 1 && abs(ahead[0] / mean - 1) < 1e-6, "\(name)")
      }
    }

    /// A horizon beyond the held-out frames is said, and the rest is scored.
    @Test func horizonBeyondAllTrialsIsSaid() throws {
      let folder = try TemporaryDirectory()
      let (_, model) = try fitted(folder, neurons: 6, frames: 200)
      let text = try succeed(["evaluate", model, "--horizon", "100"], ranks: 2)
      #expect(text.contains("no held-out frame is followed by 100 frames of its trial"))
      #expect(text.contains("mse / persistence"))
    }

    /// The connectivity figures against those computed here from the two files.
    @Test func connectivity() throws {
      let folder = try TemporaryDirectory()
      let (recording, model) = try fitted(folder, neurons: 9, frames: 300)
      let fitted = try readMatrix(model, "/W")
      let truth = try readMatrix(recording, "/truth/W")
      var x: [Double] = []
      var y: [Double] = []
      for i in 0..<9 {
        for j in 0..<9 where j != i {
          x.append(fitted[i, j])
          y.append(truth[i, j])
        }
      }
      let inputs = entries(try readMatrix(model, "/W_in"))
      let trueInputs = entries(try readMatrix(recording, "/truth/W_in"))
      let squares = zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      for ranks in [nil, 2, 11] {
        let found = try #require(
          try json(succeed(["evaluate", model, "--json"], ranks: ranks))["connectivity"])
        func figure(_ name: String) -> Double { found[name] as? Double ?? .nan }
        #expect(found["weights"] as? Int == 72)
        #expect(abs(figure("pearson") - pearson(x, y)) < 1e-9)
        #expect(abs(figure("input_pearson") - pearson(inputs, trueInputs)) < 1e-9)
        #expect(abs(figure("rms_error") - (squares / 72).squareRoot()) < 1e-9)
      }
    }

    /// The written rates follow the equation, evaluated here entry by entry.
    @Test func simulateFollowsTheEquation() throws {
      let folder = try TemporaryDirectory()
      let (recording, model) = try fitted(folder, neurons: 7, frames: 120)
      let run = folder.file("run.h5")
      try succeed(
        [
          "simulate", model, "-o", run, "--recording", recording, "--start-frame", "30", "--steps",
          "20",
        ], ranks: 2)
      let rates = try readMatrix(run, "/rates")
      let recorded = try readMatrix(recording, "/rates")
      let inputs = try readMatrix(recording, "/inputs")
      let weights = try readMatrix(model, "/W")
      let inputWeights = try readMatrix(model, "/W_in")
      let bias = try readVector(model, "/b")
      #expect(rates.rows == 21 && rates.columns == 7)
      var state = (0..<7).map { recorded[30, $0] }
      for t in 0...20 {
        for i in 0..<7 { #expect(abs(rates[t, i] - state[i]) < 1e-5, "frame \(t)") }
        state = (0..<7).map { i in
          var current = bias[i]
          for j in 0..<7 { current += weights[i, j] * state[j] }
          for k in 0..<2 { current += inputWeights[i, k] * inputs[30 + t, k] }
          return 0.9 * state[i] + 0.1 * tanh(current)
        }
      }
      // A recording of the model itself is predicted without error.
      let scores = try json(succeed(["evaluate", model, "--recording", run, "--json"]))
      let ratio = try #require(scores["one_step"]?["mse_ratio"] as? Double)
      #expect(ratio < 1e-6)
      let truth = try #require(scores["connectivity"]?["pearson"] as? Double)
      #expect(truth > 0.999999)
      // Its fixed points are those of the model, whose cells have constant currents.
      #expect(relativeError(try readVector(run, "/truth/b"), bias) < 1e-6)
      #expect(bias.contains { abs($0) > 1e-3 })
      let points = folder.file("points.h5")
      try succeed(
        ["evaluate", model, "--recording", run, "--fixed-points", "9", "-o", points], ranks: 3)
      let distances = try readVector(points, "/matched_points/distance")
      #expect(!distances.isEmpty && distances.allSatisfy { $0 < 1e-3 }, "\(distances)")
    }

    /// Leaks of its own of each neuron are part of the truth.
    @Test func simulateKeepsTheLeaks() throws {
      let folder = try TemporaryDirectory()
      let (_, model) = try fitted(folder, neurons: 5, frames: 200, ["--alpha", "per-neuron"])
      let run = folder.file("run.h5")
      try succeed(["simulate", model, "-o", run, "--steps", "20"], ranks: 2)
      let leaks = try readVector(model, "/alpha")
      if Set(leaks).count > 1 {
        #expect(relativeError(try readVector(run, "/truth/alpha"), leaks) < 1e-6)
      } else {
        #expect(try File.open(run).kind(of: "/truth/alpha") != .dataset)
      }
    }

    /// The same file on any number of ranks, noise included, and another one with another seed.
    @Test func simulateIsReproducible() throws {
      let folder = try TemporaryDirectory()
      let (_, model) = try fitted(folder, neurons: 7, frames: 120)
      func rates(_ name: String, _ ranks: Int?, seed: String) throws -> [Double] {
        let path = folder.file(name)
        try succeed(
          [
            "simulate", model, "-o", path, "--steps", "30", "--input-noise", "0.1",
            "--output-noise", "0.01", "--seed", seed,
          ], ranks: ranks)
        return entries(try readMatrix(path, "/rates"))
      }
      let one = try rates("1.h5", nil, seed: "5")
      let many = try rates("2.h5", 9, seed: "5")
      let other = try rates("3.h5", nil, seed: "6")
      #expect(relativeError(many, one) < 1e-5)
      #expect(relativeError(other, one) > 0.01)
    }

    @Test func refusals() throws {
      let folder = try TemporaryDirectory()
      let (recording, model) = try fitted(folder, neurons: 7, frames: 120)
      let other = folder.file("other.h5")
      try succeed(["generate", "chaotic", "--neurons", "8", "--frames", "50", "-o", other])
      try expectRefusal(
        ["evaluate", model, "--recording", other], 65, "8 neurons", "has 7", in: folder.path)
      try expectRefusal(
        ["evaluate", model, "--truth", other], 65, "of 8 neurons", "has 7", in: folder.path)
      try expectRefusal(["evaluate", recording], 65, "holds no model", in: folder.path)
      try expectRefusal(["evaluate", model, "--truth", model], 65, "no /truth/W", in: folder.path)
      try expectRefusal(
        ["simulate", model, "-o", folder.file("x.h5"), "--recording", recording, "--steps", "500"],
        64, "500 steps", "120 frames", in: folder.path)
      try expectRefusal(
        ["simulate", model, "-o", folder.file("x.h5"), "--steps", "0"], 64, "--steps",
        in: folder.path)
    }
  }
}
