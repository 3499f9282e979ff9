import Foundation
import HDF5
import TestSupport
import Testing

extension CommandTests {
  /// Runs that are stopped from outside: what they say, leave and return.
  @Suite struct StopTests {
    /// An iteration of this training takes minutes; its first look is after a step of time.
    private func longTraining(_ folder: borrowing TemporaryDirectory) -> [String] {
      [
        "train", "double-reach", "--hidden", "200", "--batch", "128", "--tangents", "512",
        "--iterations", "200", "--held-out", "4", "--threads", "1", "-o", folder.file("run.h5"),
      ]
    }

    /// A fit that takes minutes: it iterates to the last digit.
    private func longFit(_ folder: borrowing TemporaryDirectory) throws -> [String] {
      let recording = folder.file("recording.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "400", "--frames", "1500", "-o", recording,
      ])
      return [
        "fit", recording, "-o", folder.file("model.h5"), "--alpha", "0.1", "--lambda", "1e-7",
        "--tolerance", "1e-15", "--iterations", "1000000", "--threads", "1",
        "--log", folder.file("run.jsonl"),
      ]
    }

    private func names(in folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    /// Starts the program alone, sends it signals once a file says so, and waits.
    private func signalled(
      _ arguments: [String], _ signals: [Int32], once isReady: () -> Bool
    ) throws -> LaunchResult {
      try launch(command: [try #require(program)] + arguments) { process in
        let deadline = ContinuousClock.now + .seconds(60)
        while !isReady(), kill(process, 0) == 0, ContinuousClock.now < deadline { usleep(20_000) }
        // What it is ready for it has begun by then.
        usleep(500_000)
        for signal in signals {
          kill(process, signal)
          usleep(20_000)
        }
      }
    }

    @Test(arguments: [SIGINT: 130, SIGTERM: 143])
    func fitWithoutCheckpoint(signal: Int32, code: Int32) throws {
      let folder = try TemporaryDirectory()
      let arguments = try longFit(folder)
      let log = folder.file("run.jsonl")
      let result = try signalled(arguments, [signal]) { hasLine("started", in: log) }
      #expect(result.status == code, "\(result)")
      #expect(result.errors.contains("there is no checkpoint"), "\(result.errors)")
      #expect(try names(in: folder.path) == ["recording.h5", "run.jsonl"])
    }

    @Test func fitWithCheckpoint() throws {
      let folder = try TemporaryDirectory()
      let checkpoint = folder.file("fit.checkpoint")
      let arguments = try longFit(folder) + ["--checkpoint", checkpoint]
      let log = folder.file("run.jsonl")
      let once = try signalled(arguments, [SIGINT]) { hasLine("started", in: log) }
      #expect(once.status == 75, "\(once)")
      #expect(once.errors.contains("because of Ctrl-C"), "\(once.errors)")
      #expect(FileManager.default.fileExists(atPath: checkpoint))
    }

    /// With result and exit code that say so.
    @Test(arguments: [(SIGINT, Int32(130), "Ctrl-C"), (SIGTERM, Int32(143), "a signal")])
    func trainWithoutCheckpoint(signal: Int32, code: Int32, cause: String) throws {
      let folder = try TemporaryDirectory()
      let log = folder.file("run.jsonl")
      let result = try signalled(longTraining(folder) + ["--log", log], [signal]) {
        FileManager.default.fileExists(atPath: log)
      }
      #expect(result.status == code, "\(result)")
      #expect(result.errors.contains("stopped by \(cause) after 0 of"), "\(result.errors)")
      #expect(result.errors.contains("without a checkpoint"), "\(result.errors)")
      // The parameters of the start are no result.
      #expect(try names(in: folder.path) == ["run.jsonl"])
    }

    /// Iterations of less than a second: some are done when the time is over, and none is evaluated
    /// before.
    @Test(arguments: [nil, 2]) func whatWasLearntIsKept(ranks: Int?) throws {
      let folder = try TemporaryDirectory()
      let result = try ganglion(
        [
          "train", "lorenz", "--hidden", "6", "--steps", "4", "--batch", "8", "--optimizer",
          "adam", "--learning-rate", "1e-4", "--iterations", "100000000", "--held-out", "10",
          "--eval-every", "100000000", "--threads", "1",
          "-o", folder.file("run.h5"), "--max-time", "0.03",
        ], ranks: ranks)
      #expect(result.status == 1, "\(result)")
      #expect(result.errors.contains("stopped by the time limit"), "\(result.errors)")
      #expect(!result.output.contains("nothing was learnt"), "\(result.output)")
      let file = try File.open(folder.file("run.h5"))
      #expect(try file.attribute("completed")?.number == 0)
      #expect(try file.attribute("ended")?.string?.contains("the time limit after") == true)
      let done = Double(try readVector(folder.file("run.h5"), "/log/loss").count)
      #expect(try readVector(folder.file("run.h5"), "/evaluation/iteration") == [0, done])
      #expect(try file.attribute("best_iteration")?.number == done)
    }

    /// A comparison, too; in its first run there is nothing to keep.
    @Test(arguments: [SIGINT: 130, SIGTERM: 143])
    func comparisonWithoutCheckpoint(signal: Int32, code: Int32) throws {
      let folder = try TemporaryDirectory()
      let log = folder.file("run.jsonl")
      let result = try signalled(
        [
          "train", "lorenz", "--hidden", "6", "--steps", "4", "--held-out", "10", "--against",
          "adam,muon", "--run-time", "600", "--threads", "1", "-o", folder.file("against.h5"),
          "--log", log,
        ], [signal]
      ) { FileManager.default.fileExists(atPath: log) }
      #expect(result.status == code, "\(result)")
      #expect(result.errors.contains("after 0 of at most 18 runs"), "\(result.errors)")
      #expect(result.errors.contains("there is no result"), "\(result.errors)")
      #expect(try names(in: folder.path) == ["run.jsonl"])
    }

    /// What is over is kept where a later run is stopped.
    @Test func runsThatAreOverAreKept() throws {
      let folder = try TemporaryDirectory()
      let result = try ganglion([
        "train", "lorenz", "--hidden", "6", "--steps", "4", "--batch", "8", "--held-out", "10",
        "--against", "adam", "--run-time", "0.3", "--tuning-time", "60", "--max-time", "0.03",
        "-o", folder.file("against.h5"),
      ])
      #expect(result.status == 1, "\(result)")
      #expect(result.errors.contains("against.h5 holds those that are over"), "\(result.errors)")
      #expect(try !readVector(folder.file("against.h5"), "/tuning/loss").isEmpty)
    }

    @Test func twoSignalsEndAtOnce() throws {
      let folder = try TemporaryDirectory()
      let log = folder.file("run.jsonl")
      let result = try signalled(longTraining(folder) + ["--log", log], [SIGINT, SIGINT]) {
        FileManager.default.fileExists(atPath: log)
      }
      #expect(result.status == 130, "\(result)")
      #expect(try names(in: folder.path) == ["run.jsonl"])
    }

    /// An iteration takes minutes, on any machine: what ends before it ended within it.
    @Test(arguments: [nil, 2]) func timeLimitWithinAnIteration(ranks: Int?) throws {
      let folder = try TemporaryDirectory()
      let limit = ["--max-time", "0.05"]
      let result = try ganglion(longTraining(folder) + limit, ranks: ranks, timeout: 100)
      #expect(result.errors.contains("the time limit after 0 of 200 iterations"), "\(result)")
      // What mpirun makes of several ranks' codes is the first one's.
      #expect(result.status == 1, "\(result)")
      let checkpoint = ["--checkpoint", folder.file("train.checkpoint")]
      let kept = try ganglion(
        longTraining(folder) + limit + checkpoint, ranks: ranks, timeout: 100)
      #expect(kept.status == 75, "\(kept)")
      #expect(FileManager.default.fileExists(atPath: checkpoint[1]))
    }

    /// mpirun hands SIGUSR1 on, and turns SIGINT and SIGTERM into SIGTERM.
    @Test func trainUnderMPIRun() throws {
      let folder = try TemporaryDirectory()
      let log = folder.file("run.jsonl")
      let checkpoint = folder.file("train.checkpoint")
      let result = try launch(
        ranks: 2,
        command: [try #require(program)] + longTraining(folder)
          + ["--log", log, "--checkpoint", checkpoint], timeout: 100
      ) { launcher in
        let deadline = ContinuousClock.now + .seconds(60)
        while !FileManager.default.fileExists(atPath: log), ContinuousClock.now < deadline {
          usleep(50_000)
        }
        usleep(500_000)
        kill(launcher, SIGUSR1)
      }
      #expect(result.status == 75, "\(result)")
      #expect(FileManager.default.fileExists(atPath: checkpoint))
      #expect(!FileManager.default.fileExists(atPath: folder.file("run.h5")))
    }

    /// Commands that keep nothing leave nothing.
    @Test(arguments: [SIGINT: 130, SIGTERM: 143])
    func generate(signal: Int32, code: Int32) throws {
      let folder = try TemporaryDirectory()
      let path = folder.path
      let result = try signalled(
        [
          "generate", "chaotic", "--neurons", "3000", "--frames", "100000", "--threads", "1",
          "-o", folder.file("recording.h5"),
        ], [signal]
      ) { (try? names(in: path).isEmpty) == false }
      #expect(result.status == code, "\(result)")
      #expect(result.errors.contains("ended before it was done"), "\(result.errors)")
      #expect(try names(in: folder.path).isEmpty)
    }

    /// Both commands have the same flags with the same values and defaults.
    @Test func theFlagsAreShared() throws {
      func section(_ command: String) throws -> String {
        let text = try succeed([command, "--help"])
        let start = try #require(text.range(of: "STOP AND GO ON:"))
        return String(text[start.upperBound...].prefix { _ in true })
          .components(separatedBy: "\n\n")[0]
      }
      let fit = try section("fit")
      #expect(try section("train") == fit)
      for flag in ["checkpoint", "checkpoint-every", "resume", "max-time", "watchdog"] {
        #expect(fit.contains("--\(flag) "), "\(fit)")
      }
    }

    @Test(arguments: [
      ["--resume", "auto"], ["--resume", "never"], ["--checkpoint-every", "5"],
    ]) func flagsThatDoNothingWithoutACheckpoint(flags: [String]) throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try writeSample(recording)
      try expectRefusal(
        ["fit", recording, "-o", folder.file("model.h5")] + flags, 64, flags[0], "--checkpoint",
        in: folder.path)
      try expectRefusal(
        ["train", "lorenz", "-o", folder.file("run.h5")] + flags, 64, flags[0], "--checkpoint",
        in: folder.path)
    }

    @Test(arguments: [
      ["--max-time", "0"], ["--max-time", "nan"], ["--max-time", "inf"], ["--max-time", "1e300"],
      ["--checkpoint-every", "-1"], ["--checkpoint-every", "1e300"], ["--watchdog", "1e300"],
    ]) func timesThatCannotBe(flags: [String]) throws {
      let folder = try TemporaryDirectory()
      try expectRefusal(
        [
          "train", "lorenz", "-o", folder.file("run.h5"), "--checkpoint", folder.file("c"),
        ] + flags, 64, flags[0], "expected", in: folder.path)
    }

    /// The table of phases is for those who ask.
    @Test func timingsOnlyWhereAskedFor() throws {
      let folder = try TemporaryDirectory()
      let train = [
        "train", "lorenz", "--hidden", "6", "--steps", "4", "--batch", "8", "--tangents", "5",
        "--iterations", "2", "--held-out", "10", "-o", folder.file("run.h5"),
      ]
      #expect(!(try succeed(train).contains("GEMM peak")))
      #expect(try succeed(train + ["--timings"]).contains("GEMM peak"))
      let recording = folder.file("recording.h5")
      try writeSample(recording)
      let fit = [
        "fit", recording, "--time-axis", "0", "--alpha", "0.5", "--lambda", "1e-3", "-o",
        folder.file("model.h5"),
      ]
      #expect(!(try succeed(fit).contains("GEMM peak")))
      #expect(try succeed(fit + ["--timings"]).contains("GEMM peak"))
    }

    /// Far above where it began, but finite.
    @Test func aTrainingThatRunsAway() throws {
      let folder = try TemporaryDirectory()
      let result = try ganglion([
        "train", "lorenz", "--hidden", "6", "--steps", "4", "--batch", "8", "--iterations", "20",
        "--held-out", "10", "--optimizer", "adam", "--learning-rate", "1000", "-o",
        folder.file("run.h5"),
      ])
      #expect(result.status == 1, "\(result)")
      #expect(result.errors.contains("the training diverged"), "\(result.errors)")
      #expect(result.errors.contains("smaller --learning-rate"), "\(result.errors)")
      let file = try File.open(folder.file("run.h5"))
      #expect(try file.attribute("diverged")?.number == 1)
      #expect(try file.attribute("completed")?.number == 0)
    }
  }
}

/// Whether a log holds an event.
func hasLine(_ event: String, in log: String) -> Bool {
  (try? String(contentsOfFile: log, encoding: .utf8))?.contains("\"event\":\"\(event)\"") == true
}
