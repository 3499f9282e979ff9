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
      #expect(file.contains("# Machine: described by \(folder.file("machine.json"))."))
      // The recording says its own leak.
      #expect(file.contains("# Chosen by the fit: nothing, as all of it is given.\n"), "\(file)")
      #expect(try launch(ranks: nil, command: ["bash", "-n", job]).status == 0)

      // It is never replaced, and what cannot be asked for is not written.
      try expectRefusal(
        words + ["--sbatch", job], 64, "job.sbatch exists and is not replaced", in: folder.path)
      #expect(try String(contentsOfFile: job, encoding: .utf8) == file)
      try expectRefusal(
        words.map { $0 == "16" ? "1" : $0 } + ["--sbatch", folder.file("new")], 64,
        "the job needs 3 GB a node with its margin, and --memory is 1", in: folder.path)
    }

    /// On a machine without the folder that the plan named, the job files of the program on the
    /// PATH are taken; without any it says so.
    @Test func jobOnAnotherMachine() throws {
      let folder = try TemporaryDirectory()
      let (job, there) = (folder.file("job.sbatch"), folder.file("there.sbatch"))
      try succeed(
        plan(machine, in: folder) + ["--recording", "/far/a.h5", "--sbatch", job])
      let planned = try String(contentsOfFile: job, encoding: .utf8)
      #expect(planned.contains("# Chosen by the fit: alpha, lambda, which takes "), "\(planned)")
      let jobs = folder.file("prefix/share/ganglion/Jobs")
      let program = folder.file("prefix/bin/ganglion")
      for path in [jobs, folder.file("prefix/bin")] {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      }
      try "#!/bin/sh\n".write(toFile: program, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
      try "echo \"$GANGLION_JOBS fits $1 with $4\"\n".write(
        toFile: jobs + "/fit-recording.sbatch", atomically: true, encoding: .utf8)
      try planned.replacing(#/\$GANGLION_JOBS" \S+/#, with: "$GANGLION_JOBS\" /nowhere").write(
        toFile: there, atomically: true, encoding: .utf8)

      func start(_ path: String) throws -> LaunchResult {
        try launch(
          ranks: nil,
          command: [
            "env", "-u", "GANGLION_JOBS", "-u", "GANGLION", "PATH=\(path)", "bash", there, "--seed",
            "7",
          ])
      }
      let found = try start(folder.file("prefix/bin") + ":/usr/bin:/bin")
      #expect(found.output == "\(jobs) fits /far/a.h5 with 7\n", "\(found)")
      let lost = try start("/usr/bin:/bin")
      #expect(lost.status == 66 && lost.errors.contains("GANGLION_JOBS names"), "\(lost)")
    }

    /// What a fit chooses where nothing is given is planned as the fit plans it.
    @Test func whatIsChosenIsPlanned() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("x.csv")
      let header = (0..<30).map { "cell\($0)" }.joined(separator: ",")
      let lines = (0..<400).map { t in
        (0..<30).map { "\(sin(0.01 * Double(t * ($0 + 1))))" }.joined(separator: ",")
      }
      try ([header] + lines).joined(separator: "\n").write(
        toFile: recording, atomically: true, encoding: .utf8)
      // Operations and bytes of each phase; seconds are another machine's.
      func work(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter {
          ["select", "gram", "solve", "score"].contains($0.prefix { $0 != " " })
        }.map { $0.split(separator: " ").prefix(3).joined(separator: " ")[...] }
      }
      let reading = ["--rate", "10", "--time-axis", "0"]
      for flags in [[], ["--loss", "auto"], ["--alpha", "0.2", "--lambda", "1e-3"]] {
        let planned = try succeed(
          ["plan", "fit", "--recording", recording, "--ranks-per-node", "1"] + reading + flags)
        let fitted = try succeed(["fit", recording, "--dry-run"] + reading + flags)
        // What is given needs no phase of its own.
        let phases = flags.count < 4 ? 4 : 3
        #expect(work(planned) == work(fitted), "\(planned)\(fitted)")
        #expect(work(planned).count == phases, "\(planned)")
      }
      // What free runs cost is said, too.
      let runs = try succeed(
        ["plan", "fit", "--recording", recording, "--select", "both", "--horizon", "5"] + reading)
      #expect(runs.contains("free runs of 5 frames"), "\(runs)")
      try expectRefusal(
        ["plan", "--neurons", "9", "--frames", "99", "--horizon", "5"], 64,
        "--horizon does nothing here", in: folder.path)
    }

    /// Without a description the machine is the one at hand, which plan and job say.
    @Test func theMachineAtHand() throws {
      let folder = try TemporaryDirectory()
      let job = folder.file("job.sbatch")
      let result = try launch(
        ranks: nil,
        command: [
          try #require(program), "plan", "--neurons", "9", "--frames", "99", "--recording",
          "/far/a.h5", "--sbatch", job,
        ])
      #expect(result.status == 0, "\(result)")
      #expect(result.output.contains("machine: measured here, on "), "\(result)")
      #expect(result.errors.contains("for other nodes give --machine"), "\(result)")
      let text = try String(contentsOfFile: job, encoding: .utf8)
      #expect(text.contains("# Machine: measured here, on "), "\(text)")
    }

    /// A plan asks what a fit asks, but for sizes that are given; a job of a recording that is at
    /// hand is asked in any case, and has the answer.
    @Test func jobOfAnOpenQuestion() throws {
      let folder = try TemporaryDirectory()
      let (recording, job) = (folder.file("x.h5"), folder.file("j"))
      try writeSample(recording)
      let sizes = ["--frames", "99", "--neurons", "9"]
      try expectRefusal(
        ["plan", "--recording", recording], 64, "--time-axis", "give", in: folder.path)
      try expectRefusal(
        ["plan", "--recording", recording, "--sbatch", job] + sizes, 64, "--time-axis",
        in: folder.path)
      try succeed(
        plan(machine, in: folder) + [
          "--recording", recording, "--time-axis", "0", "--scale", "max", "--sbatch", job,
        ])
      let text = try String(contentsOfFile: job, encoding: .utf8)
      #expect(text.contains(" --time-axis 0 --scale max \"$@\""), "\(text)")
      try expectRefusal(
        ["plan", "--time-axis", "0"] + sizes, 64, "--time-axis does nothing here", in: folder.path)
      try expectRefusal(
        ["plan", "--scale", "max", "--recording", recording], 64, "--scale does nothing here",
        in: folder.path)
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
