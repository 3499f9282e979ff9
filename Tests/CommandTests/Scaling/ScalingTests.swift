import Foundation
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// Scaling studies that run here.
  @Suite struct ScalingTests {
    private struct Report: Decodable {
      struct Row: Decodable {
        struct Point: Decodable {
          let ranks: Int
          let threads: Int
        }
        let point: Point
        let runs: Int
        let seconds: Double
        let isOversubscribed: Bool
      }
      let kind: String
      let measured: [Row]
    }

    private func report(_ study: String) throws -> Report {
      let data = try Data(contentsOf: URL(fileURLWithPath: study + "/report.json"))
      return try JSONDecoder().decode(Report.self, from: data)
    }

    private func logs(_ study: String) throws -> [String: Date] {
      let files = FileManager.default
      let names = try files.contentsOfDirectory(atPath: study).filter { $0.contains("-run-") }
      return try Dictionary(
        uniqueKeysWithValues: names.map { name in
          let attributes = try files.attributesOfItem(atPath: study + "/" + name)
          return (name, try #require(attributes[.modificationDate] as? Date))
        })
    }

    /// A study, and the same again after a part of it got lost: only that is done anew.
    @Test func aStudyAndItsResumption() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try writeSample(recording)
      let study = folder.file("study")
      let arguments = [
        "scaling", study, "--ranks", "1,2", "--runs", "2", "--launcher", "mpirun", "--", "fit",
        recording, "--time-axis", "0", "--alpha", "0.5", "--lambda", "1e-3",
      ]
      let text = try succeed(arguments, timeout: 120)
      #expect(text.contains("MEASURED") && text.contains("fewer than 3 runs"), "\(text)")
      let first = try report(study)
      #expect(first.kind == "strong")
      #expect(first.measured.map(\.point.ranks) == [1, 2])
      #expect(first.measured.allSatisfy { $0.runs == 2 && $0.seconds > 0 })
      for name in ["report.txt", "report.md", "time.svg", "efficiency.svg", "phases.svg"] {
        #expect(FileManager.default.fileExists(atPath: study + "/" + name), "\(name)")
      }
      let before = try logs(study)
      #expect(before.count == 6, "2 shapes, a warm-up and 2 runs: \(before.keys.sorted())")

      let lost = "ranks-2-threads-1-run-2.jsonl"
      // A run that was killed leaves a part of a log.
      try FileManager.default.moveItem(
        atPath: "\(study)/\(lost)", toPath: "\(study)/\(lost).part")
      let again = try succeed(arguments, timeout: 60)
      #expect(again.contains("2×1, run 2") && !again.contains("run 1"), "\(again)")
      let after = try logs(study)
      #expect(Set(after.keys) == Set(before.keys))
      for (name, date) in after where name != lost { #expect(date == before[name], "\(name)") }
      #expect(try report(study).measured.map(\.runs) == [2, 2])

      // Under a launcher one process reports for all.
      let collected = try succeed(["scaling", study, "--collect"], ranks: 2)
      #expect(collected.components(separatedBy: "MEASURED").count == 2, "\(collected)")
      // The folder holds this study and no other.
      let other = try ganglion(["scaling", study, "--", "train", "lorenz"])
      #expect(other.status == 78 && other.errors.contains("holds another study"))
    }

    /// The recording grows with the cores, and crowded ranks are called so.
    @Test func weakScaling() throws {
      let cores = ProcessInfo.processInfo.activeProcessorCount
      let ranks = cores < 8 ? [1, cores + 1] : [1, 2]
      let folder = try TemporaryDirectory()
      let study = folder.file("study")
      let text = try succeed(
        [
          "scaling", study, "--weak", "--runs", "1", "--launcher", "mpirun", "--ranks",
          ranks.map(String.init).joined(separator: ","), "--generate",
          "chaotic --neurons {20} --frames 100", "--", "fit", "{recording}", "--lambda", "1e-3",
        ], timeout: 120)
      for count in ranks {
        let rates = try readMatrix("\(study)/recording-\(count).h5", "/rates")
        #expect(rates.columns == 20 * count)
      }
      let report = try report(study)
      #expect(report.kind == "weak")
      #expect(report.measured.map(\.isOversubscribed) == [false, ranks[1] > cores])
      #expect(text.contains("no scaling evidence") == (ranks[1] > cores), "\(text)")
    }

    @Test func mistakes() throws {
      let folder = try TemporaryDirectory()
      let empty = try ganglion(["scaling", folder.file("a")])
      #expect(empty.status == 64 && empty.errors.contains("holds no study"), "\(empty)")
      let absent = try ganglion(
        ["scaling", folder.file("b"), "--ranks", "1", "--", "fit", folder.file("absent.h5")])
      #expect(absent.status == 66 && absent.errors.contains("absent.h5"), "\(absent)")
      #expect(absent.output.contains("no run of this study has finished yet"), "\(absent)")
      #expect(!FileManager.default.fileExists(atPath: folder.file("b/report.md")))
      let growing = try ganglion(
        ["scaling", folder.file("c"), "--", "train", "lorenz", "--batch", "{8}"])
      #expect(growing.status == 64 && growing.errors.contains("--weak"), "\(growing)")
      let log = try ganglion(["scaling", folder.file("d"), "--", "train", "lorenz", "--log", "x"])
      #expect(log.status == 64 && log.errors.contains("--log"), "\(log)")
    }
  }
}
