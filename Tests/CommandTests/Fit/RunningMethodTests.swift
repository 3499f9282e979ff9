import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// FORCE and backpropagation through time: methods whose ranks talk in every step.
  @Suite struct RunningMethodTests {
    private func recording(in folder: borrowing TemporaryDirectory) throws -> String {
      let recording = folder.file("recording.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "7", "--frames", "90", "--inputs", "1", "--seed", "4",
        "--alpha", "0.5", "-o", recording,
      ])
      return recording
    }

    /// The same network on 1, 2, 3 and 5 ranks, and on more ranks than neurons.
    @Test(arguments: [
      "force-rates --force-gain 1 --iterations 3",
      "force-currents --free-run --free-run-noise 0.05 --force-stride 2 --iterations 2",
      "bptt --start random --window 10 --teacher-forcing 0.3 --iterations 20",
      "bptt --loss squared --teacher-forcing 1 --self-connections --iterations 20",
    ])
    func ranksAgree(_ method: String) throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(in: folder)
      func network(_ ranks: Int?) throws -> [[Double]] {
        let model = folder.file("model\(ranks ?? 1).h5")
        let words = "fit \(recording) -o \(model) --lambda 1e-2 --method \(method)"
        try succeed(words.split(separator: " ").map(String.init), ranks: ranks)
        return [
          entries(try readMatrix(model, "/W")), entries(try readMatrix(model, "/W_in")),
          try readVector(model, "/b"), try readVector(model, "/log/method/objective"),
        ]
      }
      let alone = try network(nil)
      for ranks in [2, 3, 5, 9] {
        for (own, other) in zip(alone, try network(ranks)) {
          let difference = relativeError(other, own)
          #expect(difference < 1e-8, "\(method): \(difference) on \(ranks) ranks")
        }
      }
    }

    @Test func refusesByName() throws {
      let folder = try TemporaryDirectory()
      for (words, told) in [
        ("--method force-rates --loss robust", "--loss robust"),
        ("--method bptt --loss weighted", "--loss weighted"),
        ("--method force-currents --mask m.h5:/mask", "--mask"),
        ("--method bptt --signs m.h5:/signs", "--signs"),
        ("--method force-rates --force-gain 0", "--force-gain is 0"),
        ("--method force-rates --force-stride 0", "--force-stride is 0"),
        ("--method force-currents --force-margin 1", "--force-margin is 1"),
        ("--method force-rates --force-margin 0.1", "--force-margin does nothing here"),
        ("--method force-rates --free-run --free-run-noise -1", "--free-run-noise is -1"),
        ("--method bptt --window 0", "--window is 0"),
        ("--method bptt --teacher-forcing 1.5", "--teacher-forcing is 1.5"),
        ("--method adam --window 5", "--window does nothing here"),
        ("--method bptt --force-gain 2", "--force-gain does nothing here"),
        ("--method force-rates --free-run-noise 0.1", "--free-run-noise does nothing here"),
        ("--method bptt --teacher-forcing 1 --method-seed 3", "--method-seed does nothing here"),
        ("--method force-rates --learning-rate 0.1", "--learning-rate does nothing here"),
      ] {
        let line = "fit x.h5 -o m.h5 \(words)".split(separator: " ").map(String.init)
        try expectRefusal(line, 64, told, in: folder.path)
      }
    }
  }
}
