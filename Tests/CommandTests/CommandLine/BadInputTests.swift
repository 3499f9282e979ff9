import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// Input that cannot be fitted, and flags that make no sense.
  @Suite struct BadInputTests {
    /// The flags that fit a sample.
    private func fit(
      _ recording: String, _ folder: borrowing TemporaryDirectory, _ more: [String] = []
    )
      -> [String]
    {
      ["fit", recording, "-o", folder.file("model.h5"), "--time-axis", "0", "--alpha", "0.5"] + more
    }

    @Test func missingFile() throws {
      let folder = try TemporaryDirectory()
      try expectRefusal(
        fit(folder.file("nowhere.h5"), folder), 66, "nowhere.h5", "no such file", in: folder.path)
      try expectRefusal(
        ["evaluate", folder.file("nowhere.h5")], 66, "nowhere.h5: no such file", in: folder.path)
      try expectRefusal(
        ["simulate", folder.file("nowhere.h5"), "-o", folder.file("x.h5")], 66,
        "nowhere.h5: no such file", in: folder.path)
    }

    /// A model is no recording, and no command replaces what it reads.
    @Test func resultsAreKept() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      let model = folder.file("model.h5")
      try writeSample(recording)
      try succeed(fit(recording, folder, ["--lambda", "0.1"]))
      let before = try Data(contentsOf: URL(fileURLWithPath: model))
      try expectRefusal(
        fit(model, folder), 64, "would replace", "choose another name", in: folder.path)
      try expectRefusal(
        ["fit", model, "-o", folder.file("other.h5")], 65, "not a recording", "ganglion report",
        in: folder.path)
      try expectRefusal(
        ["inspect", model], 65, "nothing that could be fitted", "not a recording",
        in: folder.path)
      for command in ["report", "export", "evaluate"] {
        try expectRefusal(
          [command, model, "-o", folder.path + "/./model.h5"], 64, "would replace",
          in: folder.path)
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == before)
    }

    @Test func notHDF5() throws {
      let folder = try TemporaryDirectory()
      let bytes = Data((0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 128) })
      try bytes.write(to: URL(fileURLWithPath: folder.file("junk.h5")))
      try expectRefusal(
        fit(folder.file("junk.h5"), folder), 65, "junk.h5", "reads HDF5", in: folder.path)
      try expectRefusal(
        ["evaluate", folder.file("junk.h5")], 65, "junk.h5: not HDF5", in: folder.path)
    }

    @Test func truncated() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("recording.h5")
      try writeSample(path)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      try whole.prefix(whole.count - 500).write(to: URL(fileURLWithPath: path))
      try expectRefusal(fit(path, folder), 65, "recording.h5", "cut short", in: folder.path)
    }

    @Test func missingDatasetListsCandidates() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("recording.h5")
      try writeSample(path)
      try expectRefusal(
        fit(path, folder, ["--traces", "/nothing"]), 66, "no dataset /nothing",
        "/traces (60 × 6) float64", in: folder.path)
    }

    @Test func wrongRankAndType() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("recording.h5")
      do {
        let file = try File.create(path)
        do {
          let cube = try file.createDataset("/cube", shape: [4, 20, 5], of: Float.self)
          try cube.close()
          let names = try file.createStrings("/names", (0..<20).map { "n\($0)" })
          try names.close()
        }
        try file.close()
      }
      try expectRefusal(
        fit(path, folder, ["--traces", "/cube"]), 65, "/cube", "[4, 20, 5]", "(time, neuron)",
        in: folder.path)
      try expectRefusal(
        fit(path, folder, ["--traces", "/names"]), 65, "/names", "not numbers", in: folder.path)
    }

    @Test func ambiguousTimeAxis() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("recording.h5")
      try writeSample(path)
      try expectRefusal(
        ["fit", path, "-o", folder.file("model.h5"), "--alpha", "0.5"], 64, "60 × 6",
        "--time-axis 0", in: folder.path)
    }

    @Test func tooFewFrames() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("recording.h5")
      try writeSample(path, frames: 9, neurons: 12)
      try expectRefusal(
        fit(path, folder, ["--traces", "/traces"]), 65, "9 frames", "at least 10", in: folder.path)
    }

    @Test func ratesBeyondOne() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("recording.h5")
      try writeSample(path, amplitude: 4)
      try expectRefusal(
        fit(path, folder, ["--scale", "none"]), 65, "(-1, 1)", "--scale zscore-tanh",
        in: folder.path)
    }

    /// Impulses carry many rates beyond 1: refused unless the user says that these are rates.
    @Test func frequentImpulses() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("recording.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "12", "--frames", "300", "--noise", "poisson",
        "--output-noise", "0.1", "-o", path,
      ])
      try expectRefusal(
        fit(path, folder), 65, "(-1, 1)", "or --scale none if these are rates with impulses",
        in: folder.path)
      let output = try succeed(fit(path, folder, ["--scale", "none", "--lambda", "1e-3"]))
      #expect(output.contains("beyond +-1; fitted as they are"), "\(output)")
    }

    @Test(arguments: ["0", "1.5", "-0.1", "nan"]) func alpha(_ alpha: String) throws {
      let folder = try TemporaryDirectory()
      try expectRefusal(
        ["fit", "x.h5", "-o", folder.file("m.h5"), "--alpha", alpha], 64, "--alpha", "(0, 1]",
        in: folder.path)
    }

    @Test(arguments: ["-1", "0", "nan", "inf"]) func lambda(_ lambda: String) throws {
      let folder = try TemporaryDirectory()
      try expectRefusal(
        ["fit", "x.h5", "-o", folder.file("m.h5"), "--alpha", "0.1", "--lambda", lambda], 64,
        "--lambda is \(lambda)", in: folder.path)
    }

    @Test func unknownFlagAndNoOutput() throws {
      let folder = try TemporaryDirectory()
      try expectRefusal(
        ["fit", "x.h5", "-o", folder.file("m.h5"), "--lamda", "1"], 64, "--lamda", in: folder.path)
      try expectRefusal(["fit", "x.h5"], 64, "-o FILE", in: folder.path)
    }

    /// NaN and infinite values cost transitions, which are counted; a neuron that is never
    /// there, and one that never changes, are left out by name.
    @Test func missingAndConstantValues() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("recording.h5")
      try writeSample(path) { t, i, value in
        switch (t, i) {
        case (10, 2): .nan
        case (20, 3): .infinity
        case (_, 1): .nan
        case (_, 4): 0.25
        default: value
        }
      }
      for ranks in [nil, 3] {
        let output = try succeed(
          fit(path, folder, ["--holdout", "0", "--lambda", "0.1"]), ranks: ranks)
        #expect(output.contains(/transitions fitted +57\n/), "\(output)")
        #expect(output.contains("2 transitions start at a frame with a missing value"), "\(output)")
        #expect(output.contains("left out of the fit: 1, 4"), "\(output)")
        let outcome = try readVector(folder.file("model.h5"), "/diagnostics/outcome")
        #expect(outcome.map { $0 == 3 } == [false, true, false, false, true, false])
        let dropped = try readVector(folder.file("model.h5"), "/diagnostics/dropped")
        // Of 57 transitions, the one into the missing frame has no target.
        #expect(abs(dropped[2] - 1.0 / 57) < 1e-12 && abs(dropped[3] - 1.0 / 57) < 1e-12)
        let weights = try readMatrix(folder.file("model.h5"), "/W")
        #expect((0..<6).allSatisfy { weights[1, $0] == 0 && weights[$0, 4] == 0 })
        #expect(entries(weights).allSatisfy { $0.isFinite })
      }
      // What is asked of all neurons is asked of those that were fitted.
      let (model, scores) = (folder.file("model.h5"), folder.file("scores.h5"))
      try succeed(["evaluate", model, "--standard-errors", "all", "-o", scores], ranks: 3)
      let errors = try readMatrix(scores, "/worth/sampling_error")
      #expect(errors.rows == 4)
      for i in 0..<4 { for j in [1, 4] { #expect(errors[i, j].isNaN) } }
      try expectRefusal(
        ["evaluate", model, "--standard-errors", "0,4"], 64, "neuron 4 was left out",
        in: folder.path)
    }

    @Test func nothingButMissingValues() throws {
      let folder = try TemporaryDirectory()
      let path = folder.file("recording.h5")
      try writeSample(path) { _, _, _ in .nan }
      try expectRefusal(fit(path, folder), 65, "no neuron is left", in: folder.path)
    }
  }
}
