import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `fit A B`: several recordings of the same neurons.
  @Suite struct SeveralRecordingsTests {
    private let frames = 120
    private let neurons = 9

    /// Frames of a recording with inputs as a file, its frame time in the attributes.
    private func write(
      _ path: String, _ rates: borrowing Matrix<Double>, _ inputs: borrowing Matrix<Double>,
      _ range: Range<Int>, trialStarts: [Double] = [], dt: Double = 0.1
    ) throws {
      let file = try File.create(path)
      do {
        let traces = try file.createDataset(
          "/traces", shape: [range.count, rates.columns], of: Double.self)
        try traces.writeBlock(rates.view.rows(range).copy())
        try traces.close()
        let drive = try file.createDataset(
          "/drive", shape: [range.count, inputs.columns], of: Double.self)
        try drive.writeBlock(inputs.view.rows(range).copy())
        try drive.close()
        if !trialStarts.isEmpty {
          let starts = try file.createDataset(
            "/starts", shape: [trialStarts.count], of: Double.self)
          try starts.write(trialStarts)
          try starts.close()
        }
      }
      try file.close()
    }

    private let reading = [
      "--traces", "/traces", "--time-axis", "0", "--dt", "0.1", "--inputs", "/drive", "--alpha",
      "0.1", "--lambda", "1e-3", "--tolerance", "1e-9", "--iterations", "2000", "--scale",
      "zscore-tanh",
    ]

    /// Two halves give what the whole with a trial boundary gives, on 1 and 3 ranks.
    @Test func twoHalvesAreTheWholeWithABoundary() throws {
      let folder = try TemporaryDirectory()
      let source = folder.file("source.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "\(neurons)", "--frames", "\(frames)", "--inputs", "2",
        "-o", source,
      ])
      let rates = try readMatrix(source, "/rates")
      let inputs = try readMatrix(source, "/inputs")
      let halves = (folder.file("a.h5"), folder.file("b.h5"))
      let whole = folder.file("whole.h5")
      try write(halves.0, rates, inputs, 0..<50)
      try write(halves.1, rates, inputs, 50..<frames)
      try write(whole, rates, inputs, 0..<frames, trialStarts: [0, 50])
      let expected = folder.file("expected.h5")
      try succeed(["fit", whole, "-o", expected, "--trials", "/starts"] + reading)
      for ranks in [nil, 3] {
        let model = folder.file("model.h5")
        try succeed(["fit", halves.0, halves.1, "-o", model] + reading, ranks: ranks)
        for name in ["/W", "/W_in"] {
          let own = entries(try readMatrix(model, name))
          #expect(relativeError(own, entries(try readMatrix(expected, name))) < 1e-6, "\(name)")
        }
        for name in ["/b", "/score/mse", "/score/linear_mse", "/preprocessing/scale"] {
          let own = try readVector(model, name)
          #expect(relativeError(own, try readVector(expected, name)) < 1e-6, "\(name)")
        }
        let time = try readVector(model, "/time")
        #expect(time.count == frames && zip(time, time.dropFirst()).allSatisfy { $0 < $1 })
        // Both files are named with their digests, and found again.
        let file = try File.open(model)
        let digests = try #require(try file.attribute("input_sha256")?.string)
        let paths = try #require(try file.attribute("input_file")?.string)
        #expect(paths == "\(halves.0)\n\(halves.1)")
        #expect(
          digests.split(separator: "\n").map(String.init)
            == [halves.0, halves.1].map { sha256sum($0) })
      }
      let text = try succeed(["evaluate", folder.file("model.h5"), "--json"], ranks: 2)
      #expect(text.contains("\"is_fitted_recording\" : true"))
    }

    private func sha256sum(_ path: String) -> String {
      let result = try? launch(ranks: nil, command: ["/usr/bin/sha256sum", path], timeout: 20)
      return String(result?.output.prefix(64) ?? "")
    }

    @Test func refusesRecordingsOfOtherNeurons() throws {
      let folder = try TemporaryDirectory()
      let (a, b) = (folder.file("a.h5"), folder.file("b.h5"))
      try writeSample(a, neurons: 6)
      try writeSample(b, neurons: 5)
      try expectRefusal(
        ["fit", a, b, "-o", folder.file("m.h5"), "--time-axis", "0"], 65, "6 against 5 neurons",
        in: folder.path)
    }
  }
}
