import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// Runs that stop and go on, on other numbers of ranks too.
  @Suite struct RestartTests {
    /// Killed once a checkpoint is there, and gone on with 1, 2 and 3 ranks.
    @Test func fitOnOtherRanks() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "600", "--frames", "250", "--seed", "3", "-o",
        recording,
      ])
      let checkpoint = folder.file("fit.checkpoint")
      func arguments(_ output: String) -> [String] {
        [
          "fit", recording, "--alpha", "0.1", "--lambda", "1e-4", "--threads", "1", "--tolerance",
          "1e-9", "-o", folder.file(output), "--checkpoint", checkpoint, "--checkpoint-every",
          "1e-6",
        ]
      }
      try succeed(arguments("whole.h5"))
      let whole = try readMatrix(folder.file("whole.h5"), "/W")
      _ = try launch(
        ranks: 1, command: [try #require(program)] + arguments("model.h5"), timeout: 60
      ) { launcher in
        while kill(launcher, 0) == 0, !FileManager.default.fileExists(atPath: checkpoint) {
          usleep(10_000)
        }
        for rank in ganglionChildren(of: launcher) { kill(rank, SIGKILL) }
      }
      #expect(!FileManager.default.fileExists(atPath: folder.file("model.h5")))
      try #require(FileManager.default.fileExists(atPath: checkpoint))
      let stored = try Data(contentsOf: URL(fileURLWithPath: checkpoint))
      for ranks in [1, 2, 3] {
        try stored.write(to: URL(fileURLWithPath: checkpoint))
        let text = try succeed(arguments("model.h5"), ranks: ranks)
        #expect(text.contains("resumed from"), "\(text)")
        let error = relativeError(
          entries(try readMatrix(folder.file("model.h5"), "/W")), entries(whole))
        #expect(error < 1e-6, "on \(ranks) ranks: \(error)")
        #expect(!FileManager.default.fileExists(atPath: checkpoint), "kept after the end")
      }
    }

    /// Stopped twice before anything is done, a run says that this has no end.
    @Test func noProgressIsNotRepeatedForEver() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try writeSample(recording)
      let arguments = [
        "fit", recording, "--time-axis", "0", "--alpha", "0.5", "--lambda", "1e-3", "-o",
        folder.file("model.h5"), "--checkpoint", folder.file("fit.checkpoint"),
      ]
      let hurry = arguments + ["--max-time", "1e-9"]
      for ranks in [nil, 2] {
        let first = try ganglion(hurry, ranks: ranks)
        #expect(first.status == 75, "\(first)")
        let second = try ganglion(hurry, ranks: ranks)
        #expect(second.status == 78 && second.errors.contains("more time"), "\(second)")
        // With more time it goes on as if nothing had been.
        try succeed(arguments, ranks: ranks)
      }
    }

    /// A training goes on from its checkpoint, from the one before where that is damaged,
    /// and on more ranks.
    @Test func train() throws {
      let folder = try TemporaryDirectory()
      let checkpoint = folder.file("train.checkpoint")
      func arguments(_ output: String) -> [String] {
        [
          "train", "flipflop", "--hidden", "12", "--steps", "30", "--batch", "6", "--tangents", "6",
          "--iterations", "8", "--precision", "double", "--threads", "1", "-o",
          folder.file(output), "--checkpoint", checkpoint, "--checkpoint-every", "1e-9",
        ]
      }
      try succeed(arguments("whole.h5"))
      // One iteration a run, as each stops at once; two leave a checkpoint and the one before.
      for _ in 0..<3 {
        #expect(try ganglion(arguments("run.h5") + ["--max-time", "1e-9"]).status == 75)
      }
      let stored = try [checkpoint, checkpoint + ".previous"].map {
        try Data(contentsOf: URL(fileURLWithPath: $0))
      }
      for (ranks, isDamaged) in [(nil, false), (nil, true), (2, false), (3, true)] {
        let newest = isDamaged ? stored[0].prefix(stored[0].count / 2) : stored[0]
        try newest.write(to: URL(fileURLWithPath: checkpoint))
        try stored[1].write(to: URL(fileURLWithPath: checkpoint + ".previous"))
        let text = try succeed(arguments("run.h5"), ranks: ranks)
        #expect(text.contains("resuming"), "\(text)")
        #expect(text.contains("is damaged") == isDamaged, "\(text)")
        let error = relativeError(
          try parameters(folder.file("run.h5")), try parameters(folder.file("whole.h5")))
        #expect(error <= (ranks == nil ? 0 : 1e-6), "on \(ranks ?? 1) ranks: \(error)")
        #expect(!FileManager.default.fileExists(atPath: checkpoint))
      }
    }

    /// All parameters of a run, one after the other.
    private func parameters(_ path: String) throws -> [Double] {
      let file = try File.open(path)
      return try file.openGroup("parameters").names().flatMap { name in
        let dataset = try file.openDataset("parameters/" + name)
        return dataset.shape.count == 1
          ? try dataset.read(Double.self)
          : entries(
            try dataset.readBlock(rows: 0..<dataset.shape[0], columns: 0..<dataset.shape[1]))
      }
    }
  }
}
