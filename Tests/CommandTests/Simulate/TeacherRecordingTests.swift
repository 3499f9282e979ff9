import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// Recordings of trained networks: what they say of the network is what they were made by.
  @Suite struct TeacherRecordingTests {
    /// The words that train a small teacher of a kind, a second or two.
    private static func training(_ kind: String) -> [String] {
      let task =
        kind == "rate"
        ? ["flipflop", "--cell", "rate", "--steps", "20", "--leak", "0.6"]
        : ["timed-response", "--steps", "60"]
      return ["train"] + task + [
        "--hidden", "14", "--optimizer", "adam", "--iterations", "3", "--batch", "4",
        "--held-out", "4", "--seed", "5", "-o",
      ]
    }

    /// Without noise every frame follows from the one before, by the truth in the file, as
    /// recomputed here in double precision.
    @Test(arguments: ["rate", "current"], [[], ["--alpha-spread", "0.03"]])
    func framesFollowFromTheTruth(kind: String, flags: [String]) throws {
      let folder = try TemporaryDirectory()
      let run = folder.file("run.h5")
      let recording = folder.file("recording.h5")
      try succeed(Self.training(kind) + [run])
      try succeed(["simulate", run, "-o", recording, "--trial-count", "3"] + flags)
      let rates = try readMatrix(recording, "/rates")
      let inputs = try readMatrix(recording, "/inputs")
      let weights = try readMatrix(recording, "/truth/W")
      let inputWeights = try readMatrix(recording, "/truth/W_in")
      let alpha = try readVector(recording, "/truth/alpha")
      #expect(Set(alpha).count == (flags.isEmpty ? 1 : 14))
      let starts = try readVector(recording, "/trial_start").map { Int($0) }
      let length = rates.rows / 3
      #expect(starts == [0, length, 2 * length] && length == (kind == "rate" ? 21 : 61))
      let recurrent = product(rates.view, weights.view.transposed)
      let external = product(inputs.view, inputWeights.view.transposed)
      var largest = 0.0
      for t in 0..<(rates.rows - 1) where !starts.contains(t + 1) {
        for i in 0..<14 {
          let current = recurrent[t, i] + external[t, i]
          let a = alpha[i]
          let next =
            kind == "rate"
            ? (1 - a) * rates[t, i] + a * tanh(current)
            : tanh((1 - a) * atanh(rates[t, i]) + a * current)
          largest = max(largest, abs(next - rates[t + 1, i]))
        }
      }
      // Rates are 32-bit floats.
      #expect(largest < 2e-6, "\(largest)")
      // The last frame of a trial has nothing after it, so no input.
      #expect(starts.map { entries(inputs)[($0 + length - 1) * inputs.columns] } == [0, 0, 0])
    }

    /// W of the run is (presynaptic, neuron), that of the recording (neuron, presyn).
    @Test func truthIsThatOfTheRunForTheCellsThatAreSeen() throws {
      let folder = try TemporaryDirectory()
      let run = folder.file("run.h5")
      let recording = folder.file("recording.h5")
      try succeed(Self.training("rate") + [run])
      try succeed(["simulate", run, "-o", recording, "--cell-count", "5", "--trial-count", "2"])
      let trained = try readMatrix(run, "/parameters/W")
      let readout = try readMatrix(run, "/parameters/W_out")
      let cells = try readVector(recording, "/truth/cell").map { Int($0) }
      let weights = try readMatrix(recording, "/truth/W")
      let seen = try readMatrix(recording, "/truth/W_out")
      #expect(cells.count == 5 && cells == Array(Set(cells)).sorted() && (cells.max() ?? 14) < 14)
      for (i, cell) in cells.enumerated() {
        for (j, other) in cells.enumerated() {
          #expect(weights[i, j] == Double(Float(trained[other, cell])))
        }
        for k in 0..<3 { #expect(seen[k, i] == Double(Float(readout[cell, k]))) }
      }
      let file = try File.open(recording)
      #expect(try file.openDataset("/neuron").readStrings() == cells.map(String.init))
      #expect(try file.attribute("truth_cells")?.number == 14)
      // Another seed draws other trials of the same cells; another network seed other cells.
      let other = folder.file("other.h5")
      try succeed([
        "simulate", run, "-o", other, "--cell-count", "5", "--trial-count", "2", "--seed", "2",
      ])
      #expect(try readVector(other, "/truth/cell").map { Int($0) } == cells)
      #expect(
        try entries(readMatrix(other, "/inputs")) != entries(readMatrix(recording, "/inputs")))
      try succeed([
        "simulate", run, "-o", other, "--cell-count", "0.36", "--network-seed", "2",
      ])
      let drawn = try readVector(other, "/truth/cell").map { Int($0) }
      #expect(drawn.count == 5 && drawn != cells)
    }

    @Test(arguments: ["rate", "current"]) func theSameOnAnyRanks(kind: String) throws {
      let folder = try TemporaryDirectory()
      let run = folder.file("run.h5")
      try succeed(Self.training(kind) + [run])
      let simulate = [
        "simulate", run, "--trial-count", "2", "--cell-count", "9", "--alpha-spread", "0.02",
        "--input-noise", "0.1", "--input-noise-kind", "laplace", "--output-noise", "0.01",
        "--noise-smoothing", "5x3", "-o",
      ]
      let alone = folder.file("alone.h5")
      try succeed(simulate + [alone])
      for ranks in [2, 3, 17] {
        let ranked = folder.file("\(ranks).h5")
        try succeed(simulate + [ranked], ranks: ranks)
        for path in ["/rates", "/inputs", "/truth/W", "/truth/W_in", "/truth/outputs"] {
          #expect(
            entries(try readMatrix(ranked, path)) == entries(try readMatrix(alone, path)),
            "\(path) on \(ranks) ranks")
        }
      }
    }

    /// Held against the same trials without it: nothing before the pulse, something after.
    @Test func aDistractorIsASecondPulse() throws {
      let folder = try TemporaryDirectory()
      let run = folder.file("run.h5")
      try succeed(Self.training("current") + [run])
      let simulate = ["simulate", run, "--trial-count", "1", "-o"]
      try succeed(simulate + [folder.file("plain.h5")])
      try succeed(simulate + [folder.file("other.h5"), "--distractor", "10@24-28"])
      let plain = try readMatrix(folder.file("plain.h5"), "/inputs")
      let other = try readMatrix(folder.file("other.h5"), "/inputs")
      #expect(entries(plain) == (0..<61).map { $0 < 6 ? 1 : 0 })
      #expect(
        zip(entries(other), entries(plain)).map { $0 - $1 }
          == (0..<61).map { (24..<28).contains($0) ? 10 : 0 })
      let before = try readMatrix(folder.file("plain.h5"), "/rates")
      let after = try readMatrix(folder.file("other.h5"), "/rates")
      #expect((0...24).allSatisfy { t in (0..<14).allSatisfy { before[t, $0] == after[t, $0] } })
      #expect(before[25, 0] != after[25, 0])
      try expectRefusal(
        simulate + [folder.file("x.h5"), "--distractor", "10@50-70"], 64, "10@50-70",
        "60 steps", in: folder.path)
      try expectRefusal(
        simulate + [folder.file("x.h5"), "--steps", "70"], 64, "--steps does nothing here",
        in: folder.path)
      try expectRefusal(
        simulate + [folder.file("x.h5"), "--cell-count", "15"], 64, "--cell-count is 15",
        "14 cells", in: folder.path)
    }

    @Test func whatCannotBeSimulatedIsRefused() throws {
      let folder = try TemporaryDirectory()
      let run = folder.file("run.h5")
      try succeed([
        "train", "flipflop", "--hidden", "6", "--steps", "8", "--batch", "4", "--tangents", "4",
        "--iterations", "2", "--held-out", "4", "-o", run,
      ])
      try expectRefusal(
        ["simulate", run, "-o", folder.file("x.h5")], 65, "a run of flipflop",
        "train flipflop --cell rate", in: folder.path)
      let (_, model, fit) = try sampleFit(in: folder)
      try succeed(fit)
      try expectRefusal(
        ["simulate", model, "-o", folder.file("x.h5"), "--trial-count", "3"], 64,
        "--trial-count does nothing here", "no run", in: folder.path)
    }

    /// The truth of a recording without noise runs as was recorded: two implementations.
    @Test(arguments: ["rate", "current"]) func theTruthIsTheYardstickOfEvaluate(
      kind: String
    ) throws {
      let folder = try TemporaryDirectory()
      let run = folder.file("run.h5")
      try succeed(Self.training(kind) + [run])
      let noisy = folder.file("noisy.h5")
      let clean = folder.file("clean.h5")
      let model = folder.file("model.h5")
      let scores = folder.file("scores.h5")
      try succeed([
        "simulate", run, "-o", noisy, "--trial-count", "10", "--input-noise", "0.3",
      ])
      try succeed(["simulate", run, "-o", clean, "--trial-count", "4", "--seed", "2"])
      try succeed(["fit", noisy, "-o", model, "--lambda", "1e-4", "--self-connections"])
      for ranks in [nil, 3] {
        let text = try succeed(
          [
            "evaluate", model, "--recording", clean, "--truth", noisy, "--fixed-points", "6", "-o",
            scores,
          ], ranks: ranks)
        #expect(text.contains("free runs of 4 trials"), "\(text)")
        let file = try File.open(scores)
        #expect(try file.attribute("trial_runs")?.number == 4)
        for name in ["rates_r2", "readout_r2", "readout_pearson"] {
          let truth = try #require(try file.attribute("trial_run_\(name)_truth")?.number)
          let own = try #require(try file.attribute("trial_run_\(name)")?.number)
          #expect(abs(truth - 1) < 1e-6 && own <= 1, "\(name): \(own), \(truth)")
        }
        // The network of leaking currents starts where no point is near.
        guard kind == "rate" else { continue }
        let points = try readVector(scores, "/teacher_fixed_points/residual")
        #expect(!points.isEmpty && points.allSatisfy { $0 < 1e-8 })
      }
      let page = folder.file("page.html")
      try succeed(["report", model, "--scores", scores, "-o", page])
      #expect(
        try String(contentsOfFile: page, encoding: .utf8).contains("Against the true network"))
    }

    /// The first evaluation that finds the loss ends the training; a loss out of reach is told.
    @Test func aTrainingEndsAtItsLoss() throws {
      let folder = try TemporaryDirectory()
      let run = folder.file("run.h5")
      let train = [
        "train", "flipflop", "--cell", "rate", "--hidden", "14", "--steps", "20", "--optimizer",
        "adam", "--learning-rate", "0.01", "--batch", "8", "--held-out", "16", "--eval-every", "5",
        "--iterations", "60",
      ]
      try succeed(train + ["-o", folder.file("whole.h5")])
      let losses = try readVector(folder.file("whole.h5"), "/evaluation/loss")
      let goal = losses[6] * 1.000001
      let place = try #require(losses.firstIndex { $0 <= goal })
      let text = try succeed(train + ["--until", "\(goal)", "-o", run])
      #expect(text.contains("ended at a held-out loss of"), "\(text)")
      #expect(try readVector(run, "/evaluation/loss") == Array(losses[...place]))
      #expect(try readVector(run, "/log/loss").count == 5 * place)
      let file = try File.open(run)
      #expect(try file.attribute("goal_reached")?.number == 1)
      #expect(try file.attribute("completed")?.number == 1)
      let missed = try ganglion(train + ["--until", "1e-9", "-o", folder.file("missed.h5")])
      #expect(missed.status == 1 && missed.errors.contains("--until is 1e-"), "\(missed)")
      #expect(try File.open(folder.file("missed.h5")).attribute("completed")?.number == 0)
    }
  }
}
