import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// Many recordings, each with a fit of its own.
  @Suite struct AnimalsTests {
    private static let flags = ["--alpha", "0.5", "--lambda", "1", "--dt", "1", "--time-axis", "0"]

    /// A table of named cells: slow sines, of another phase in each animal.
    private func writeAnimal(_ path: String, _ cells: [String], phase: Double) throws {
      var lines = [cells.joined(separator: ",")]
      for t in 0..<80 {
        lines.append(
          cells.indices.map { i in
            "\(0.6 * sin(0.2 * Double(t) * (1 + 0.3 * Double(i)) + Double(i) + phase))"
          }.joined(separator: ","))
      }
      try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Three animals of which one is broken, and the folder of the results.
    private func animals(
      in folder: borrowing TemporaryDirectory
    ) throws -> (files: [String], output: String) {
      let files = ["one", "two", "broken"].map { folder.file($0 + ".csv") }
      try writeAnimal(files[0], ["AVA", "AVB", "AVD", "RIM"], phase: 0)
      try writeAnimal(files[1], ["AIB", "AVA", "AVB", "RIM", "RIV"], phase: 0.4)
      try "AVA,AVB\n1,2\n3\n".write(toFile: files[2], atomically: true, encoding: .utf8)
      return (files, folder.file("models"))
    }

    @Test func othersAreFittedAndTheTableSaysWhy() throws {
      let folder = try TemporaryDirectory()
      let (files, output) = try animals(in: folder)
      let command = ["animals"] + files + ["-o", output]
      let result = try ganglion(command + Self.flags, ranks: 2)
      #expect(result.status == 65, "\(result)")
      // Why is said once, on the way.
      #expect(result.output.split(separator: "broken: not fitted: ").count == 2, "\(result)")
      #expect(
        result.errors.contains("1 of 3 animals could not be fitted, first broken, as"), "\(result)")
      let table = try File.open(output + "/animals.h5")
      #expect(try table.openDataset("/animal").readStrings() == ["one", "two", "broken"])
      let failures = try table.openDataset("/failure").readStrings()
      #expect(failures[0].isEmpty && failures[1].isEmpty && failures[2].contains("broken.csv"))
      let neurons = try readVector(output + "/animals.h5", "/score/neurons")
      #expect(neurons[0] == 4 && neurons[1] == 5 && neurons[2].isNaN)
      // The agreement, from the two models by hand: AVA, AVB and RIM are in both.
      let first = try readMatrix(output + "/one-model.h5", "/W")
      let second = try readMatrix(output + "/two-model.h5", "/W")
      let (own, other) = ([0, 1, 3], [1, 2, 3])
      var pairs: [(Double, Double)] = []
      for i in 0..<3 {
        for j in 0..<3 where i != j {
          pairs.append((first[own[i], own[j]], second[other[i], other[j]]))
        }
      }
      let found = try readVector(output + "/animals.h5", "/agreement/correlation")
      #expect(abs(found[0] - pearson(pairs)) < 1e-9 && found.count == 1)
      #expect(try readVector(output + "/animals.h5", "/agreement/neurons") == [3])
      let mse = try readVector(output + "/one-model.h5", "/score/mse").reduce(0, +)
      #expect(abs(try readVector(output + "/animals.h5", "/score/mse")[0] - mse) < 1e-12)
      let page = try String(contentsOfFile: output + "/animals.html", encoding: .utf8)
      #expect(page.contains("broken: not fitted") && page.contains("Agreement of weights"))
    }

    private func pearson(_ pairs: [(Double, Double)]) -> Double {
      let count = Double(pairs.count)
      let (x, y) = (pairs.reduce(0) { $0 + $1.0 } / count, pairs.reduce(0) { $0 + $1.1 } / count)
      let both = pairs.reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) }
      let squares =
        pairs.reduce(0) { $0 + pow($1.0 - x, 2) } * pairs.reduce(0) { $0 + pow($1.1 - y, 2) }
      return both / squares.squareRoot()
    }

    /// What is fitted stays, unless flags or data are others; what failed is tried again.
    @Test func nothingIsFittedTwice() throws {
      let folder = try TemporaryDirectory()
      let (files, output) = try animals(in: folder)
      let command = ["animals"] + files + ["-o", output]
      #expect(try ganglion(command + Self.flags).status == 65)
      let again = try ganglion(command + Self.flags, ranks: 2)
      #expect(again.status == 65, "what failed has failed again")
      #expect(
        again.output.contains("one: fitted already") && again.output.contains("two: fitted already")
      )
      try writeAnimal(files[1], ["AIB", "AVA", "AVB", "RIM", "RIV"], phase: 0.5)
      try writeAnimal(files[2], ["AVA", "AVB", "RIM"], phase: 0.2)
      let changed = try succeed(command + Self.flags)
      #expect(changed.contains("one: fitted already") && !changed.contains("two: fitted already"))
      #expect(!changed.contains("not fitted"), "\(changed)")
      let other = try succeed(
        command + ["--alpha", "0.4", "--lambda", "1", "--dt", "1", "--time-axis", "0"])
      #expect(!other.contains("fitted already"))
    }

    /// Tasks of a job array make what one command makes, on any ranks.
    @Test func tasksAndOneCommandAgree() throws {
      let folder = try TemporaryDirectory()
      let (files, output) = try animals(in: folder)
      #expect(try ganglion(["animals"] + files + ["-o", output] + Self.flags).status == 65)
      let shared = folder.file("shared")
      let command = ["animals"] + files + ["-o", shared]
      for (task, ranks) in [(1, 3), (2, 8)] {
        try succeed(command + ["--task", "\(task)"] + Self.flags, ranks: ranks)
      }
      let broken = try ganglion(command + ["--task", "3"] + Self.flags)
      #expect(broken.status == 65 && broken.errors.contains("broken.csv"), "\(broken)")
      #expect(!FileManager.default.fileExists(atPath: shared + "/animals.h5"))
      try succeed(command + ["--collect"], ranks: 2)
      for name in ["score/mse", "score/neurons", "agreement/correlation"] {
        let values = try [output, shared].map {
          try readVector($0 + "/animals.h5", "/" + name).filter(\.isFinite)
        }
        #expect(relativeError(values[1], values[0]) < 1e-9)
      }
      let failures = try File.open(shared + "/animals.h5").openDataset("/failure").readStrings()
      #expect(failures[2].contains("broken.csv"))
    }

    /// A rival fits as `fit` does by it; a time that is over stops before the next animal, and the
    /// same command goes on.
    @Test func rivalsFitAndTimeEnds() throws {
      let folder = try TemporaryDirectory()
      let (files, output) = try animals(in: folder)
      let rival = ["--method", "adam", "--iterations", "20"]
      try succeed(["animals", files[0], "-o", output] + Self.flags + rival)
      let alone = folder.file("alone.h5")
      try succeed(["fit", files[0], "-o", alone] + Self.flags + rival)
      #expect(
        entries(try readMatrix(output + "/one-model.h5", "/W"))
          == entries(try readMatrix(alone, "/W")))
      let stopped = folder.file("stopped")
      let command = ["animals", files[0], files[1], "-o", stopped] + Self.flags
      let early = try ganglion(command + ["--max-time", "1e-7"], ranks: 2)
      #expect(early.status == 75 && early.errors.contains("the same command"), "\(early)")
      #expect(!FileManager.default.fileExists(atPath: stopped + "/animals.h5"))
      try succeed(command + ["--max-time", "10"])
      #expect(try succeed(command).contains("one: fitted already"))
    }

    /// A fit that was stopped counts as not ended, whatever model is there, and one by other flags begins
    /// anew where it kept its checkpoint.
    @Test func aStoppedFitIsNoFit() throws {
      let folder = try TemporaryDirectory()
      let (files, output) = try animals(in: folder)
      let command = ["animals", files[0], files[1], "-o", output]
      try succeed(command + Self.flags)
      let others = ["--alpha", "0.4", "--lambda", "1", "--dt", "1", "--time-axis", "0"]
      // A file of this name in the working directory stops it.
      _ = FileManager.default.createFile(atPath: folder.file("STOP"), contents: nil)
      let program = try #require(program)
      let stopped = try launch(
        ranks: nil, command: ["env", "-C", folder.path, program] + command + others, timeout: 60)
      #expect(stopped.status == 75, "\(stopped)")
      #expect(FileManager.default.fileExists(atPath: output + "/one-model.h5.checkpoint"))
      let table = try succeed(command + ["--collect"])
      #expect(table.contains("one: not fitted: its last fit has not ended"), "\(table)")
      try succeed(command + Self.flags)
      #expect(try succeed(command + Self.flags).contains("one: fitted already"))
      // A rival writes what it has, which is no fit either, and the next one does not begin.
      let rivals = ["animals", files[0], files[1], "-o", folder.file("rivals"), "--method", "adam"]
      let cut = try launch(
        ranks: nil, command: ["env", "-C", folder.path, program] + rivals + Self.flags, timeout: 60)
      #expect(cut.status == 1 && !cut.output.contains("two:"), "\(cut)")
      try succeed(rivals + Self.flags)
      #expect(try succeed(rivals + Self.flags).contains("one: fitted already"))
    }

    @Test func whatMakesNoTableIsRefused() throws {
      let folder = try TemporaryDirectory()
      let (files, _) = try animals(in: folder)
      let output = folder.file("models")
      try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
      func refuse(_ words: [String], _ code: Int32, _ text: String) throws {
        try expectRefusal(["animals"] + words + ["-o", output], code, text, in: folder.path)
      }
      try refuse([files[2]], 65, "the only animal is not fitted")
      try refuse([folder.file("nowhere.csv")], 66, "the only animal is not fitted")
      try refuse([files[0], "--collect"], 65, "not fitted yet")
      try refuse([files[0], files[0]], 64, "given twice")
      try refuse([files[0], "--task", "2"], 64, "there are 1 animals")
      try expectRefusal(
        ["animals", files[0], "-o", folder.file("none"), "--alpha", "7"], 64, "--alpha",
        in: folder.path)
      try refuse([files[0], "--collect", "--alpha", "0.5"], 64, "--collect fits none")
      try refuse([files[0], "--max-time", "0"], 64, "--max-time is 0, expected minutes > 0")
    }
  }
}
