import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// `ganglion plan` on machines that are described by hand.
  @Suite struct PlanTests {
    private let machine = """
      {"ranks": 1, "hosts": 1, "threads": 1, "productRateFloat": 6e10, "shortSum": 1e-5,
      "productRateDouble": 3e10, "memoryBandwidth": 1e10, "longSum": 1e-2}
      """

    private func plan(
      _ machine: String, in folder: borrowing TemporaryDirectory, neurons: Int = 100,
      frames: Int = 200
    ) throws -> [String] {
      let path = folder.file("machine.json")
      try machine.write(toFile: path, atomically: true, encoding: .utf8)
      return [
        "plan", "--neurons", "\(neurons)", "--frames", "\(frames)", "--machine", path,
      ]
    }

    @Test(arguments: [
      ("\"hosts\": 1, ", "", "hosts is missing"),
      ("6e10", "-6e10", "productRateFloat is -60000000000.0, expected a number > 0"),
      ("\"threads\": 1", "\"threads\": 0", "threads is 0.0, expected a number > 0"),
      ("3e10", "\"fast\"", "productRateDouble is not a number"),
      ("}", "", "not valid JSON"),
    ]) func descriptionThatIsNone(part: String, instead: String, says: String) throws {
      let folder = try TemporaryDirectory()
      let wrong = machine.replacingOccurrences(of: part, with: instead)
      try expectRefusal(
        plan(wrong, in: folder), 65, "machine.json is no machine description", says,
        in: folder.path)
    }

    /// A strong ridge leaves fewer directions to look for: less work is foreseen.
    @Test func theRidgeIsPlannedWith() throws {
      let folder = try TemporaryDirectory()
      func seconds(_ lambda: String) throws -> Double {
        let text = try succeed(
          plan(machine, in: folder, neurons: 3000, frames: 2500) + ["--lambda", lambda])
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("solve") })
        return try #require(line.split(separator: " ").last.flatMap { Double($0) })
      }
      #expect(try seconds("1e-2") < 0.9 * seconds("1e-6"))
      try expectRefusal(
        plan(machine, in: folder) + ["--lambda", "inf"], 64, "--lambda is inf", in: folder.path)
    }

    /// A job file for a recording: its own sizes, what was planned with a margin, flags handed on.
    @Test func jobFile() throws {
      let folder = try TemporaryDirectory()
      let (recording, job) = (folder.file("a b.h5"), folder.file("job.sbatch"))
      try succeed([
        "generate", "chaotic", "--neurons", "9", "--frames", "99", "-o", recording, "--quiet",
      ])
      let words =
        try plan(machine, in: folder).filter {
          !["--neurons", "--frames", "100", "200"].contains($0)
        }
        + ["--recording", recording, "--nodes", "3", "--ranks-per-node", "2", "--threads", "4"]
        + ["--memory", "16", "--lambda", "1e-2"]
      let text = try succeed(words + ["--sbatch", job])
      #expect(text.contains("79 fitted transitions, 10 regressors"), "\(text)")
      #expect(text.contains("next: sbatch \(job)\n"), "\(text)")
      let file = try String(contentsOfFile: job, encoding: .utf8)
      for line in [
        "#SBATCH --nodes=3", "#SBATCH --ntasks-per-node=2", "#SBATCH --cpus-per-task=4",
        "#SBATCH --mem=3G", "#SBATCH --time=11",
        "  '\(recording)' '\(folder.file("a b-model.h5"))' --lambda 1e-2 \"$@\"",
      ] {
        #expect(file.split(separator: "\n").contains { $0 == line }, "\(line) is not in \(file)")
      }
      #expect(try launch(ranks: nil, command: ["bash", "-n", job]).status == 0)

      // It is never replaced, and what cannot be asked for is not written.
      try expectRefusal(
        words + ["--sbatch", job], 64, "job.sbatch exists and is not replaced", in: folder.path)
      #expect(try String(contentsOfFile: job, encoding: .utf8) == file)
      try expectRefusal(
        words.map { $0 == "16" ? "1" : $0 } + ["--sbatch", folder.file("new")], 64,
        "the job needs 3 GB a node with its margin, and --memory is 1", in: folder.path)
    }

    /// A plan asks what a fit asks, but for sizes that are given.
    @Test func jobOfAnOpenQuestion() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("x.h5")
      try writeSample(recording)
      try expectRefusal(
        ["plan", "--recording", recording], 64, "--time-axis", "give", in: folder.path)
      try expectRefusal(
        ["plan", "--frames", "99", "--neurons", "9", "--sbatch", folder.file("j")], 64,
        "--sbatch needs the --recording", in: folder.path)
    }

    /// The plan of a job over several nodes needs no such nodes, and says what it assumed.
    @Test func nodesThatAreNotThere() throws {
      let folder = try TemporaryDirectory()
      let text = try succeed(plan(machine, in: folder) + ["--nodes", "4", "--ranks-per-node", "2"])
      #expect(text.contains("PREDICTION") && text.contains("4 nodes × 2 ranks"))
      #expect(text.contains("assumed: 10 Gbit/s") && text.contains("predicted between nodes"))
      let alone = try succeed(plan(machine, in: folder))
      #expect(!alone.contains("between nodes"))
    }
  }
}
