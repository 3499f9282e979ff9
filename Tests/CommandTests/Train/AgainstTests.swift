import Foundation
import HDF5
import TestSupport
import Testing

extension CommandTests {
  /// The rivals of SOFO, alone and side by side, as users start them.
  @Suite struct AgainstTests {
    private let small = [
      "train", "lorenz", "--hidden", "6", "--steps", "4", "--batch", "8", "--held-out", "10",
    ]

    private func compare(
      _ folder: borrowing TemporaryDirectory, _ methods: String, _ more: [String] = [],
      runTime: String = "0.2"
    ) -> [String] {
      small + ["--against", methods, "--run-time", runTime, "--seeds", "2"] + more
        + ["-o", folder.file("against.h5")]
    }

    /// Every rival learns the same on any number of ranks.
    @Test(arguments: [
      ["--optimizer", "adamw"], ["--optimizer", "soap"], ["--optimizer", "muon"],
      ["--optimizer", "eggroll", "--population", "8"],
    ]) func rivalsAgreeOnRanks(flags: [String]) throws {
      let folder = try TemporaryDirectory()
      let schedule = ["--schedule", "cosine", "--warmup", "0.2", "--clip", "1"]
      let own = small + ["--iterations", "12", "--precision", "double"] + flags + schedule
      func parameters(ranks: Int?) throws -> [Double] {
        try succeed(own + ["-o", folder.file("run.h5")], ranks: ranks)
        let losses = try readVector(folder.file("run.h5"), "/log/loss")
        #expect(losses.count == 12 && (losses.last ?? 0) < losses[0])
        return entries(try readMatrix(folder.file("run.h5"), "/parameters/C"))
      }
      let alone = try parameters(ranks: nil)
      for ranks in [2, 3] {
        #expect(relativeError(try parameters(ranks: ranks), alone) < 1e-8, "\(ranks) ranks")
      }
    }

    @Test func aComparisonOnTwoRanks() throws {
      let folder = try TemporaryDirectory()
      let output = try succeed(
        compare(folder, "adam,muon,sofo", ["--tangents", "5", "--tuning-time", "0.4"]), ranks: 2)
      #expect(output.contains("is first") && output.contains("is first after 0.2 s"), "\(output)")
      #expect(output.contains("at most 12 runs of 0.2 s"), "\(output)")
      let path = folder.file("against.h5")
      let file = try File.open(path)
      let names = try file.openDataset("/comparison/optimizer").readStrings()
      #expect(names == ["adam", "muon", "sofo", "adam", "muon", "sofo"])
      #expect(try readVector(path, "/comparison/seed") == [1, 1, 1, 2, 2, 2])
      let seconds = try readVector(path, "/comparison/seconds")
      #expect(seconds.allSatisfy { $0 >= 0.2 })
      let run = try readVector(path, "/curve/run")
      let loss = try readVector(path, "/curve/loss")
      let lowest = try readVector(path, "/comparison/loss")
      for i in 0..<6 {
        #expect(zip(run, loss).filter { $0.0 == Double(i) }.map(\.1).min() == lowest[i])
      }
      #expect(try readVector(path, "/tuning/chosen").reduce(0, +) == 3)
      #expect(try readVector(path, "/tuning/seed").allSatisfy { $0 == 1_000_002 })
      try succeed(["report", path, "-o", folder.file("page.html")])
      let page = try String(contentsOfFile: folder.file("page.html"), encoding: .utf8)
      for name in ["adam", "muon", "sofo"] { #expect(page.contains("<h3>\(name)</h3>")) }
      #expect(page.contains("optimisers at equal time"))
    }

    /// Stopped between and within runs, the same command goes on to the end.
    @Test func aComparisonGoesOn() throws {
      let folder = try TemporaryDirectory()
      let flags = [
        "--tuning-time", "0.5", "--checkpoint", folder.file("c.h5"), "--max-time", "0.02",
      ]
      let command = compare(folder, "adam,muon", flags, runTime: "0.5")
      var statuses: [Int32] = []
      repeat {
        statuses.append(try ganglion(command).status)
      } while statuses.last == 75
        && statuses.count < 20
      #expect(statuses.last == 0 && statuses.count > 1, "\(statuses)")
      #expect(try readVector(folder.file("against.h5"), "/comparison/loss").count == 4)
      #expect(!FileManager.default.fileExists(atPath: folder.file("c.h5")))
    }

    /// What methods do not share is recorded of each, and a checkpoint goes by it.
    @Test func settingsOfEachMethod() throws {
      let folder = try TemporaryDirectory()
      let output = folder.file("against.h5")
      func command(_ runTime: String, _ more: [String] = []) -> [String] {
        [
          "train", "lorenz", "--hidden", "6", "--steps", "4", "--held-out", "10", "--tangents", "5",
          "--against", "adam,sofo", "--seeds", "1", "--run-time", runTime, "--tuning-time", runTime,
          "-o", output,
        ] + more
      }
      try succeed(command("0.1"))
      let settings = try #require(try File.open(output).attribute("configuration")?.string)
      for part in [
        #""adam.batch":128"#, #""sofo.batch":256"#, #""adam.schedule":"cosine""#,
        #""sofo.schedule":"constant""#, #""tangents":5"#, #""damping":0.001"#,
        #""learning-rate":"tuned""#, #""optimizer":"adam,sofo""#, #""clip":1"#,
      ] {
        #expect(settings.contains(part), "\(part) in \(settings)")
      }
      let kept = ["--checkpoint", folder.file("c.h5"), "--max-time", "0.01"]
      let stopped = try ganglion(command("60", kept + ["--whitening", "0.1"]))
      #expect(stopped.status == 75, "\(stopped)")
      let other = try ganglion(command("60", kept + ["--whitening", "0.3"]))
      #expect(other.status == 78, "\(other)")
      #expect(other.errors.contains("whitening was 0.1, is 0.3"), "\(other.errors)")
    }

    /// Weights that a decay blows up: it is told, the best is kept, and --strict ends with 1.
    @Test func runsThatDivergeAreTold() throws {
      let folder = try TemporaryDirectory()
      let flags = ["--weight-decay", "1e6", "--tuning-time", "0.2"]
      let told = try succeed(compare(folder, "adamw", flags))
      #expect(told.contains("2 diverged"), "\(told)")
      let result = try ganglion(compare(folder, "adamw", flags + ["--strict"]))
      #expect(result.status == 1 && result.errors.contains("2 runs that counted diverged"))
      #expect(try readVector(folder.file("against.h5"), "/comparison/diverged") == [1, 1])
      #expect(try readVector(folder.file("against.h5"), "/comparison/loss").allSatisfy(\.isFinite))
    }

    @Test func whatIsAskedForInVain() throws {
      let folder = try TemporaryDirectory()
      func refuse(_ arguments: [String], _ code: Int32, _ text: String) throws {
        let result = try ganglion(arguments)
        #expect(result.status == code, "\(arguments): \(result.errors)")
        #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
      }
      try refuse(
        compare(folder, "adam", ["--tuning-time", "0.1"]), 64, "too short for one tuning run")
      let grid = ["--tangents", "5", "--grid", "2x2"]
      for plan in [[], ["--dry-run"]] {
        try refuse(compare(folder, "adam,sofo", grid + plan), 78, "needs 4 ranks, there are 1")
      }
      try refuse(
        compare(folder, "adam", ["--tuning-time", "1e300"]), 64,
        "expected at most 1000000 runs")
      try refuse(
        small + ["--against", "adam", "--seeds", "9000000000000000000", "--dry-run"], 64,
        "--seeds is 9000000000000000000, expected 1 to 1000000")
      // 0.3 / 0.1 is less than 3.
      let tuned = try succeed(
        compare(folder, "adam", ["--tuning-time", "0.3", "--dry-run"], runTime: "0.1"))
      #expect(tuned.contains("tuned by at most 3 runs"), "\(tuned)")
      try refuse(compare(folder, "adam,adan"), 64, "'adan'")
      try refuse(compare(folder, "adam,adam"), 64, "adam twice")
      try refuse(compare(folder, "adam,force"), 78, "readout")
      try refuse(compare(folder, "adam", ["--optimizer", "adam"]), 64, "--optimizer does nothing")
      try refuse(compare(folder, "adam", ["--learning-rate", "1"]), 64, "tunes it")
      try refuse(compare(folder, "adam", ["--tangents", "3"]), 64, "--tangents does nothing")
      let out = ["-o", folder.file("x.h5")]
      try refuse(small + out + ["--seeds", "3"], 64, "belongs to --against")
      try refuse(small + out + ["--clip", "1"], 64, "--clip does nothing")
      try refuse(
        small + out + ["--optimizer", "adam", "--weight-decay", "0.1"], 64, "adamw")
      try refuse(small + out + ["--optimizer", "muon", "--population", "4"], 64, "eggroll")
      try refuse(
        small + out + ["--optimizer", "eggroll", "--population", "3"], 64, "even number")
      try refuse(small + out + ["--optimizer", "muon", "--warmup", "1"], 64, "--warmup is 1")
      let plan = try succeed(compare(folder, "all", ["--tangents", "5", "--dry-run"]))
      #expect(plan.contains("at most 64 runs of 0.2 s") && !plan.contains("force"), "\(plan)")
    }
  }
}
