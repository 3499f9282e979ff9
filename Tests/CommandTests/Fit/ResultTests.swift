import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// What a fit writes, on any number of ranks.
  @Suite struct ResultTests {
    /// The same W on 1, 2, 3, 4 ranks, and on more ranks than neurons; diagonal exactly 0.
    @Test(arguments: [("dual", 60, [2, 3, 4]), ("primal", 300, [2, 3, 4]), ("auto", 40, [7])])
    func ranksAgree(_ form: String, frames: Int, ranks: [Int]) throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      let neurons = form == "auto" ? 5 : 31
      try succeed([
        "generate", "chaotic", "--neurons", "\(neurons)", "--frames", "\(frames)", "--inputs", "2",
        "--seed", "4", "-o", recording,
      ])
      func weights(_ ranks: Int?) throws -> [[Double]] {
        let model = folder.file("model\(ranks ?? 1).h5")
        try succeed(
          [
            "fit", recording, "-o", model, "--lambda", "1e-3", "--form", form, "--tolerance",
            "1e-9", "--iterations", "2000", "--strict",
          ], ranks: ranks)
        let whole = try readMatrix(model, "/W")
        #expect((0..<neurons).allSatisfy { whole[$0, $0] == 0 })
        return [
          entries(whole), entries(try readMatrix(model, "/W_in")), try readVector(model, "/b"),
          try readVector(model, "/score/mse"), try readVector(model, "/score/linear_mse"),
        ]
      }
      let alone = try weights(nil)
      for ranks in ranks {
        for (own, other) in zip(alone, try weights(ranks)) {
          let difference = relativeError(other, own)
          #expect(difference < 1e-6, "\(difference) on \(ranks) ranks")
        }
      }
    }

    /// The figure of the published comparison: Pearson of W off the diagonal, where the
    /// published map reaches about 0.6.
    @Test func connectivityIsRecovered() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      let model = folder.file("model.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "500", "--frames", "5000", "--seed", "1", "-o",
        recording,
      ])
      try succeed(
        [
          "fit", recording, "-o", model, "--alpha", "0.1", "--loss", "crossentropy", "--lambda",
          "1e-5", "--scale", "none", "--holdout", "0",
        ], ranks: 2, timeout: 120)
      let fitted = try readMatrix(model, "/W")
      let truth = try readMatrix(recording, "/truth/W")
      var x: [Double] = []
      var y: [Double] = []
      for i in 0..<500 {
        #expect(fitted[i, i] == 0)
        for j in 0..<500 where j != i {
          x.append(fitted[i, j])
          y.append(truth[i, j])
        }
      }
      let expected = pearson(x, y)
      #expect(expected >= 0.93)
      // `evaluate` says the same, and that nothing was held out.
      let output = try succeed(["evaluate", model], ranks: 2)
      #expect(output.contains(String(format: "%.4f", expected)), "\(output)")
      #expect(output.contains("no frame was held out"))
    }

    @Test(.enabled(if: userData != nil, "no folder of real recordings (GANGLION_DATA)"))
    func realRecordingsFit() throws {
      let folder = try TemporaryDirectory()
      let data = try #require(userData)
      let worms = try FileManager.default.contentsOfDirectory(atPath: data + "/celegans_dag2023")
        .filter { $0.hasSuffix(".h5") }
      #expect(worms.count == 4)
      var jobs = worms.map { name in
        [
          data + "/celegans_dag2023/" + name, "--traces", "/gcamp/trace_array", "--time-axis", "0",
          "--timestamps", "/timing/timestamp_confocal",
        ]
      }
      jobs.append([
        data + "/zebrafish_triplett2018/zf_20151104-f1_activity_matrix.csv", "--time-axis", "1",
      ])
      for job in jobs {
        let model = folder.file("model.h5")
        try succeed(
          ["fit"] + job
            + ["-o", model, "--scale", "zscore-tanh", "--alpha", "0.2", "--lambda", "0.1"],
          ranks: 2)
        let weights = try readMatrix(model, "/W")
        #expect((0..<weights.rows).allSatisfy { weights[$0, $0] == 0 })
        #expect(entries(weights).allSatisfy { $0.isFinite })
        for name in ["/score/mse", "/score/persistence_mse", "/score/linear_mse", "/score/skill"] {
          let values = try readVector(model, name)
          #expect(values.count == weights.rows)
          #expect(values.count { $0.isFinite } > weights.rows / 2)
        }
        let clipped = try readVector(model, "/diagnostics/clipped")
        #expect(clipped.allSatisfy { !($0 < 0 || $0 > 1) })
        let alpha = try File.open(model).attribute("alpha")?.number
        #expect(alpha == 0.2)
        if hasPython { try expectOpensInXarray(model, neurons: weights.rows) }
      }
    }

    @Test(.enabled(if: hasPython, "no Python environment: Scripts/python needs the network once"))
    func opensInXarray() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      let model = folder.file("model.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "9", "--frames", "80", "--inputs", "1", "-o", recording,
      ])
      try succeed(["fit", recording, "-o", model], ranks: 2)
      try expectOpensInXarray(model, neurons: 9)
    }

    private func expectOpensInXarray(_ model: String, neurons: Int) throws {
      let script = """
        import sys, xarray
        d = xarray.open_dataset(sys.argv[1], engine="h5netcdf")
        assert d.W.dims == ("neuron", "presyn") and d.W.shape == (int(sys.argv[2]),) * 2, d.W
        assert len(d.neuron) == len(d.presyn) == int(sys.argv[2]) and d.b.dims == ("neuron",)
        s = xarray.open_dataset(sys.argv[1], engine="h5netcdf", group="score")
        assert {"mse", "persistence_mse", "linear_mse", "r2", "skill"} <= set(s), s
        """
      let result = try run(checkout + "/Scripts/python", ["-c", script, model, "\(neurons)"])
      #expect(result.status == 0, "\(result.output)")
    }
  }
}

/// Pearson's correlation, with the means taken out first.
func pearson(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count, "\(x.count) values against \(y.count)")
  let meanX = x.reduce(0, +) / Double(x.count)
  let meanY = y.reduce(0, +) / Double(y.count)
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for (a, b) in zip(x, y) {
    xx += (a - meanX) * (a - meanX)
    yy += (b - meanY) * (b - meanY)
    xy += (a - meanX) * (b - meanY)
  }
  return xy / (xx * yy).squareRoot()
}
