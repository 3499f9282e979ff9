import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `ganglion train` as users start it: refusals, recoveries and what a run leaves.
  @Suite struct TrainTests {
    /// A run of a second on a small network; flags in `more` stand in for its own.
    private func train(
      _ folder: borrowing TemporaryDirectory, _ more: [String] = [], to name: String = "run.h5"
    ) -> [String] {
      var flags = [
        ("--hidden", "6"), ("--steps", "4"), ("--batch", "8"), ("--iterations", "4"),
        ("--eval-every", "2"), ("--held-out", "10"),
      ]
      if !more.contains("adam") { flags.append(("--tangents", "5")) }
      let own = flags.filter { !more.contains($0.0) }.flatMap { [$0.0, $0.1] }
      return ["train", "lorenz", "-o", folder.file(name)] + own + more
    }

    @Test func moreTangentsThanParameters() throws {
      let folder = try TemporaryDirectory()
      try expectRefusal(
        train(folder, ["--tangents", "5000"]), 78, "--tangents 5000", "51 free parameters",
        "use at most 51", in: folder.path)
      try expectRefusal(
        train(folder, ["--tangents", "5000", "--dry-run"]), 78, "use at most 51",
        in: folder.path)
    }

    /// A training that left the network as it was says so; one that taught it something does not.
    @Test func nothingLearnt() throws {
      let folder = try TemporaryDirectory()
      let still = try succeed(
        train(folder, ["--optimizer", "adam", "--learning-rate", "1e-30"]))
      #expect(still.contains("best held-out loss") && still.contains("at iteration 0"), "\(still)")
      #expect(still.contains("warning: nothing was learnt"), "\(still)")

      // Waves that are alike in every trial of 20 steps.
      let targets = folder.file("targets.h5")
      var waves = Matrix<Double>(rows: 400, columns: 1)
      for t in 0..<400 { waves[t, 0] = sin(2 * .pi * Double(t) / 20) }
      let file = try File.create(targets)
      try file.createDataset("/y", shape: [400, 1], of: Double.self).writeBlock(waves)
      try file.close()
      let taught = try succeed([
        "train", "teacher", "--targets", targets + ":/y", "--steps", "20", "--hidden", "12",
        "--batch", "8", "--optimizer", "adam", "--learning-rate", "1e-2", "--iterations", "100",
        "-o", folder.file("teacher.h5"),
      ])
      #expect(taught.contains("explained = 0.") && !taught.contains("learnt"), "\(taught)")
    }

    @Test func gridThatDoesNotFit() throws {
      let folder = try TemporaryDirectory()
      try expectRefusal(
        train(folder, ["--grid", "2x4"]), 78, "--grid 2x4 needs 8 ranks", in: folder.path)
      try expectRefusal(
        train(folder, ["--grid", "2x4", "--dry-run"]), 78, "--grid 2x4 needs 8 ranks",
        in: folder.path)
      try expectRefusal(train(folder, ["--grid", "2by4"]), 64, "--grid", in: folder.path)
      let result = try ganglion(train(folder, ["--grid", "1x3", "--batch", "2"]), ranks: 3)
      #expect(result.status == 78, "\(result.errors)")
      #expect(result.errors.contains("3 ranks cannot share a batch of 2"), "\(result.errors)")
      for plan in [[], ["--dry-run"]] {
        let adam = try ganglion(
          train(folder, ["--optimizer", "adam", "--batch", "2"] + plan), ranks: 3)
        #expect(adam.status == 78 && adam.errors.contains("--batch 2"), "\(adam.errors)")
      }
    }

    /// Ranks without a tangent take part, and the result is the same to rounding.
    @Test func fewerTangentsThanRanks() throws {
      let folder = try TemporaryDirectory()
      let more = ["--tangents", "2", "--precision", "double"]
      try succeed(train(folder, more, to: "alone.h5"))
      try succeed(train(folder, more + ["--grid", "3x1"]), ranks: 3)
      let alone = try readVector(folder.file("alone.h5"), "/log/loss")
      let shared = try readVector(folder.file("run.h5"), "/log/loss")
      #expect(alone.count == 4 && relativeError(shared, alone) < 1e-9)
    }

    /// Shorter trials would train the arm to wait, and nothing else.
    @Test func reachesThatNeverBegin() throws {
      let folder = try TemporaryDirectory()
      let output = ["-o", folder.file("run.h5")]
      try expectRefusal(
        ["train", "reach", "--steps", "200"] + output, 64, "--steps is 200", "at least 451",
        "951", in: folder.path)
      try expectRefusal(
        ["train", "double-reach", "--steps", "700"] + output, 64, "at least 751", in: folder.path)
      let text = try succeed(["train", "reach", "--steps", "600", "--dry-run"])
      #expect(text.contains("note: ") && text.contains("--steps 951"), "\(text)")
    }

    /// A time limit leaves what was learned until then, with scores, and a checkpoint to go on.
    @Test func scoresAtATimeLimit() throws {
      let folder = try TemporaryDirectory()
      let checkpoint = folder.file("run.checkpoint")
      let line = train(
        folder,
        [
          "--optimizer", "adam", "--iterations", "100000000", "--eval-every", "50", "--checkpoint",
          checkpoint, "--max-time", "0.03",
        ])
      for _ in 0..<2 {
        let result = try ganglion(line)
        #expect(result.status == 75, "\(result)")
        #expect(FileManager.default.fileExists(atPath: checkpoint))
        let file = try File.open(folder.file("run.h5"))
        #expect(try file.attribute("completed")?.number == 0)
        #expect(try file.attribute("ended")?.string?.contains("the time limit") == true)
        #expect(try readVector(folder.file("run.h5"), "/scores/loss").count == 1)
      }
    }

    /// Targets that a double holds and a float does not.
    @Test func lossThatIsNotFiniteAtTheStart() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("targets.h5")
      do {
        let file = try File.create(path)
        do {
          var targets = Matrix<Double>(rows: 12, columns: 2)
          for t in 0..<12 { targets[t, 0] = 1e300 }
          let data = try file.createDataset("/targets", shape: [12, 2], of: Double.self)
          try data.writeBlock(targets)
          try data.close()
        }
        try file.close()
      }
      try expectRefusal(
        [
          "train", "teacher", "--targets", path + ":/targets", "--steps", "4", "--hidden", "4",
          "--tangents", "3", "--batch", "3", "-o", folder.file("run.h5"),
        ], 65, "not finite at iteration 0", "before a step was taken", in: folder.path)
    }

    @Test func whatIsNoTargetIsRefused() throws {
      let folder = try TemporaryDirectory()
      let table = folder.file("table.csv")
      try "1,2\n3,4\n".write(toFile: table, atomically: true, encoding: .utf8)
      let row = folder.file("row.h5")
      do {
        let file = try File.create(row)
        try file.createDataset("/y", shape: [12], of: Double.self).close()
        try file.close()
      }
      for (targets, code, text) in [
        ("nothing.h5:/y", 66, "nothing.h5:/y: there is no file nothing.h5"),
        (table + ":/y", 65, "is not HDF5"), (row + ":/x", 66, "has no dataset /x"),
        (row + ":/y", 65, "has shape [12], expected (time, width)"),
        (row, 64, "expected FILE:PATH"),
      ] as [(String, Int32, String)] {
        try expectRefusal(
          ["train", "teacher", "--targets", targets, "-o", folder.file("run.h5")], code, text,
          in: folder.path)
      }
    }

    /// A single trial is trained on: nothing may say that it was held out.
    @Test(arguments: [12, 4]) func teacherSaysWhatIsHeldOut(steps: Int) throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("targets.h5")
      do {
        let file = try File.create(path)
        do {
          var targets = Matrix<Double>(rows: 12, columns: 2)
          for t in 0..<12 { targets[t, 0] = Double(t % 4) / 4 }
          let data = try file.createDataset("/targets", shape: [12, 2], of: Double.self)
          try data.writeBlock(targets)
          try data.close()
        }
        try file.close()
      }
      let text = try succeed([
        "train", "teacher", "--targets", path + ":/targets", "--steps", "\(steps)", "--hidden",
        "4", "--tangents", "3", "--batch", "3", "--iterations", "2", "-o", folder.file("run.h5"),
      ])
      #expect(text.contains("no trial is held out") == (steps == 12), "\(text)")
      let file = try File.open(folder.file("run.h5"))
      #expect(try file.attribute("held_out_trials")?.number == (steps == 12 ? 0 : 1))
      let meaning = try file.openDataset("/evaluation/loss").attribute("long_name")?.string ?? ""
      #expect(meaning.contains("held-out") == (steps == 4), "\(meaning)")
    }

    /// Adam runs away: the best parameters before that are kept, and the exit code tells.
    @Test(arguments: [nil, 3]) func learningRateThatDiverges(ranks: Int?) throws {
      let folder = try TemporaryDirectory()
      let result = try ganglion(
        train(folder, ["--optimizer", "adam", "--learning-rate", "1e20", "--iterations", "20"]),
        ranks: ranks)
      #expect(result.status == 1, "\(result.errors)")
      #expect(result.errors.contains("no longer finite"), "\(result.errors)")
      #expect(result.errors.contains("smaller --learning-rate"), "\(result.errors)")
      let weights = try readMatrix(folder.file("run.h5"), "/parameters/W")
      #expect(entries(weights).allSatisfy { $0.isFinite })
    }

    /// SOFO refuses every step that raises the loss, however large the rate.
    @Test(arguments: ["relative", "adaptive", "search"]) func ratesTooLargeForSOFO(
      rule: String
    ) throws {
      let folder = try TemporaryDirectory()
      for ranks in [nil, 3] {
        try succeed(
          train(folder, ["--learning-rate", "1e20", "--damping-rule", rule]), ranks: ranks)
        let losses = try readVector(folder.file("run.h5"), "/evaluation/loss")
        #expect(losses.count == 3 && losses.allSatisfy { $0.isFinite })
      }
    }

    @Test func outputThatCannotBeWritten() throws {
      let folder = try TemporaryDirectory()
      try expectRefusal(
        train(folder, to: "nowhere/run.h5"), 73, "nowhere", in: folder.path)
      try expectRefusal(train(folder, to: ""), 73, folder.path, in: folder.path)
    }

    @Test(arguments: [
      ["--tangents", "0"], ["--batch", "0"], ["--learning-rate", "-1"], ["--learning-rate", "nan"],
      ["--damping", "-1"], ["--damping", "2"], ["--iterations", "0"], ["--hidden", "0"],
      ["--steps", "1"], ["--eval-every", "0"], ["--held-out", "0"], ["--whitening", "-1"],
      ["--whitening", "1e-9"],
    ]) func numbersOutOfRange(flags: [String]) throws {
      let folder = try TemporaryDirectory()
      try expectRefusal(train(folder, flags), 64, flags[0], "expected", in: folder.path)
    }

    @Test func settingsThatExcludeEachOther() throws {
      let folder = try TemporaryDirectory()
      let addition = ["train", "delayed-addition", "--dry-run", "--first-steps"]
      for (more, steps) in [(["500"], 128), (["64", "--steps", "64"], 64)] {
        try expectRefusal(
          addition + more, 64, "--first-steps is \(more[0])", "fewer than the \(steps) steps",
          in: folder.path)
      }
      try expectRefusal(
        train(folder, ["--whitening", "0.1", "--orthonormal"]), 78, "--whitening 0.1",
        "leave one of them out", in: folder.path)
      try expectRefusal(
        ["train", "flipflop", "--optimizer", "force", "--trained", "all"], 64, "--trained all",
        "leave one out", in: folder.path)
    }

    /// On more ranks than cores, where the start of MPI takes longer than the run.
    @Test(arguments: [nil, 3]) func noRankIsInMPILongerThanTheRunLasts(ranks: Int?) throws {
      struct Timings: Decodable {
        let event: String
        let total_s: Double
        let communication_s: [Double]
      }
      let folder = try TemporaryDirectory()
      let log = folder.file("run.jsonl")
      try succeed(train(folder, ["--log", log]), ranks: ranks)
      let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
      let last = try JSONDecoder().decode(Timings.self, from: Data(try #require(lines.last).utf8))
      #expect(last.event == "timings" && last.communication_s.count == ranks ?? 1)
      #expect(last.communication_s.allSatisfy { $0 >= 0 && $0 <= last.total_s }, "\(last)")
    }

    @Test func aRunRerunsBitForBitAndToRoundingElsewhere() throws {
      let folder = try TemporaryDirectory()
      let double = ["--precision", "double"]
      for name in ["a.h5", "b.h5"] { try succeed(train(folder, double, to: name), ranks: 2) }
      try succeed(train(folder, double, to: "c.h5"), ranks: 3)
      let a = entries(try readMatrix(folder.file("a.h5"), "/parameters/C"))
      let b = entries(try readMatrix(folder.file("b.h5"), "/parameters/C"))
      let c = entries(try readMatrix(folder.file("c.h5"), "/parameters/C"))
      #expect(a == b)
      #expect(relativeError(c, a) < 1e-9)
    }
  }
}
