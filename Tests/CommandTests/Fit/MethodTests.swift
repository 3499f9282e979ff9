import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// Rivals of the fit: what they refuse, write, and agree on.
  @Suite struct MethodTests {
    private func recording(in folder: borrowing TemporaryDirectory) throws -> String {
      let recording = folder.file("recording.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "7", "--frames", "90", "--inputs", "1", "--seed", "4",
        "-o", recording,
      ])
      return recording
    }

    /// The same weights on 1, 2, 3 and 5 ranks, and on more ranks than neurons.
    @Test(arguments: [
      "published", "newton", "adam --start random", "adam --minibatch 20 --loss squared",
      "cornn --start random",
    ])
    func ranksAgree(_ method: String) throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(in: folder)
      func weights(_ ranks: Int?) throws -> [[Double]] {
        let model = folder.file("model\(ranks ?? 1).h5")
        try succeed(
          [
            "fit", recording, "-o", model, "--lambda", "1e-2", "--iterations", "30", "--method",
          ] + method.split(separator: " ").map(String.init), ranks: ranks)
        let whole = try readMatrix(model, "/W")
        #expect((0..<7).allSatisfy { whole[$0, $0] == 0 })
        return [
          entries(whole), entries(try readMatrix(model, "/W_in")), try readVector(model, "/b"),
          try readVector(model, "/score/mse"),
        ]
      }
      let alone = try weights(nil)
      for ranks in [2, 3, 5, 9] {
        for (own, other) in zip(alone, try weights(ranks)) {
          let difference = relativeError(other, own)
          #expect(difference < 1e-8, "\(method): \(difference) on \(ranks) ranks")
        }
      }
    }

    /// The curve, whose last point is what the result and `evaluate` say.
    @Test(arguments: ["newton", "cornn --curve"]) func curveIsWritten(_ method: String) throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(in: folder)
      let model = folder.file("model.h5")
      let output = try succeed(
        [
          "fit", recording, "-o", model, "--lambda", "1e-2", "--tolerance", "1e-6", "--strict",
          "--method",
        ] + method.split(separator: " ").map(String.init), ranks: 2)
      #expect(output.contains("mse / persistence") && output.contains("r of W"), "\(output)")
      let iterations = try readVector(model, "/log/method/iteration")
      let objective = try readVector(model, "/log/method/objective")
      #expect(iterations.first == 0 && iterations.count >= 3 && objective.count == iterations.count)
      #expect(objective == objective.sorted(by: >))
      #expect(try readVector(model, "/log/method/seconds").allSatisfy { $0 >= 0 })
      let own = try readVector(model, "/score/mse").reduce(0, +)
      let persistence = try readVector(model, "/score/persistence_mse").reduce(0, +)
      let error = try #require(try readVector(model, "/log/method/error").last)
      #expect(abs(error - own / persistence) < 1e-9)
      let truth = try readMatrix(recording, "/truth/W")
      let fitted = try readMatrix(model, "/W")
      var pairs: ([Double], [Double]) = ([], [])
      for i in 0..<7 {
        for j in 0..<7 where j != i {
          pairs.0.append(fitted[i, j])
          pairs.1.append(truth[i, j])
        }
      }
      let r = try #require(try readVector(model, "/log/method/weight_correlation").last)
      #expect(abs(r - pearson(pairs.0, pairs.1)) < 1e-6)
    }

    /// A curve changes nothing about the fit, which has the constraints that it was given.
    @Test(arguments: ["--non-negative", "--signs"]) func curveKeepsConstraints(_ flag: String)
      throws
    {
      let folder = try TemporaryDirectory()
      let recording = try recording(in: folder)
      let signs = folder.file("signs.h5")
      let file = try File.create(signs)
      do {
        let dataset = try file.createDataset("/signs", shape: [7], of: Int.self)
        try dataset.write([1, -1, 1, -1, 1, -1, 1])
        try dataset.close()
      }
      try file.close()
      func weights(_ more: [String]) throws -> [Double] {
        let model = folder.file("model.h5")
        try succeed(
          ["fit", recording, "-o", model, "--lambda", "1e-2", "--tolerance", "1e-8"]
            + (flag == "--signs" ? [flag, signs + ":/signs"] : [flag]) + more)
        return entries(try readMatrix(model, "/W"))
      }
      let (plain, curve) = (try weights([]), try weights(["--curve"]))
      #expect(flag == "--signs" || curve.allSatisfy { $0 >= 0 })
      #expect(relativeError(curve, plain) < 1e-6)
    }

    /// A rival that was asked to stop leaves what it has, and does not end well.
    @Test func stopIsNoSuccess() throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(in: folder)
      _ = FileManager.default.createFile(atPath: folder.file("STOP"), contents: nil)
      let result = try launch(
        ranks: 2,
        command: [
          "env", "-C", folder.path, try #require(program), "fit", recording, "-o",
          folder.file("model.h5"), "--lambda", "1e-2", "--method", "adam", "--iterations", "1000",
        ], timeout: 60)
      #expect(result.status == 1, "\(result)")
      #expect(result.errors.contains("adam was stopped by the file STOP"), "\(result.errors)")
      let ending = try File.open(folder.file("model.h5")).attribute("method_ending")?.string
      #expect(ending == "stopped")
    }

    /// Nothing can be as close to the truth as was asked for where that is not known.
    @Test func untilNeedsTheTruth() throws {
      let folder = try TemporaryDirectory()
      let file = try File.create(folder.file("plain.h5"))
      do {
        var values = Matrix<Double>(rows: 60, columns: 3)
        for t in 0..<60 { for i in 0..<3 { values[t, i] = 0.5 * sin(0.37 * Double((i + 1) * t)) } }
        let rates = try file.createDataset("/rates", shape: [60, 3], of: Double.self)
        try rates.writeBlock(values)
        try rates.close()
      }
      try file.close()
      try expectRefusal(
        [
          "fit", folder.file("plain.h5"), "-o", folder.file("m.h5"), "--traces", "/rates",
          "--time-axis", "0", "--alpha",
          "0.1", "--lambda", "1e-2", "--method", "adam", "--until", "0.9",
        ], 64, "--until compares with true weights", "plain.h5 has no /truth/W", in: folder.path)
    }

    /// A rival that runs away says so, ends with its best weights, and with 1 under --strict.
    @Test func divergenceIsTold() throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(in: folder)
      let model = folder.file("model.h5")
      let words = [
        "fit", recording, "-o", model, "--lambda", "1e-2", "--method", "adam", "--learning-rate",
        "1e3",
      ]
      let output = try succeed(words)
      #expect(output.contains("warning: adam diverged"), "\(output)")
      let objective = try readVector(model, "/log/method/objective")
      #expect(objective.last ?? 0 > 10 * objective[0])
      let strict = try ganglion(words + ["--strict"], ranks: 3)
      #expect(strict.status == 1 && strict.errors.contains("adam diverged"), "\(strict)")
    }

    @Test func refusesByName() throws {
      let folder = try TemporaryDirectory()
      for (method, flag) in [
        ("--method newton", "--mask m.h5:/mask"), ("--method adam", "--signs m.h5:/signs"),
        ("--method published", "--non-negative"), ("--method adam", "--weights factored"),
        ("--method newton", "--form dual"), ("--method newton", "--precision float"),
        ("--method published", "--precision mixed"), ("--method adam", "--checkpoint c.h5"),
        ("--method newton", "--dry-run"), ("--start random", "--non-negative"),
        ("--curve", "--checkpoint c.h5"), ("--curve", "--max-time 1"),
        ("--start random", "--max-time 1"),
      ] {
        let words = "fit x.h5 -o m.h5 \(method) \(flag)".split(separator: " ").map(String.init)
        let name = flag.hasPrefix("--weights") || flag.hasPrefix("--form") ? flag : nil
        try expectRefusal(
          words, 64, method, name ?? String(flag.split(separator: " ")[0]), in: folder.path)
      }
      for method in ["cornn", "newton", "published"] {
        try expectRefusal(
          ["fit", "x.h5", "-o", "m.h5", "--loss", "squared", "--method", method], 64,
          "--loss squared is for --method adam", method, in: folder.path)
      }
    }
  }
}
