import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `follow` where something goes wrong, or the network changes.
  @Suite struct FollowFaultTests {
    private func recording(
      _ folder: borrowing TemporaryDirectory, _ name: String, neurons: Int, frames: Int, seed: Int
    ) throws -> String {
      let path = folder.file(name)
      try succeed([
        "generate", "chaotic", "--neurons", "\(neurons)", "--frames", "\(frames)", "--seed",
        "\(seed)", "-o", path,
      ])
      return path
    }

    /// Whatever ends the process, the model on disk is whole, and the next run takes its place.
    @Test func killedAtAnyTime() throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder, "recording.h5", neurons: 30, frames: 3000, seed: 1)
      let model = folder.file("model.h5")
      let words = [
        "follow", recording, "--replay", "500", "-o", model, "--warmup", "0.4", "--window", "50",
        "--lambda", "0.01", "--snapshot", "0.01", "--scale", "none",
      ]
      for delay in [300_000, 333_000, 377_000] {
        let result = try launch(command: [try #require(program)] + words) { process in
          let deadline = ContinuousClock.now + .seconds(30)
          while !FileManager.default.fileExists(atPath: model), ContinuousClock.now < deadline {
            usleep(5_000)
          }
          usleep(UInt32(delay))
          kill(process, SIGKILL)
        }
        #expect(result.status != 0)
        #expect(entries(try readMatrix(model, "/W")).allSatisfy(\.isFinite))
        #expect(try readVector(model, "/live/frames")[0] >= 20)
      }
      try succeed(words + ["--duration", "0.5"])
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(!left.contains { $0.hasSuffix(".partial") }, "\(left)")
    }

    /// Frames are followed on; each snapshot that fails is told, and the last one ends the run.
    @Test(.enabled(if: canMount, "only root, with the right to mount, can make a small disk"))
    func fullDisk() throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder, "recording.h5", neurons: 300, frames: 120, seed: 1)
      let (disk, log) = (folder.file("disk"), folder.file("run.jsonl"))
      try withMount(at: disk, options: "size=512k") {
        let result = try ganglion([
          "follow", recording, "--replay", "50", "-o", disk + "/model.h5", "--warmup", "0.6",
          "--window", "30", "--lambda", "0.1", "--snapshot", "0.3", "--log", log,
        ])
        #expect(result.status == 74, "\(result)")
        #expect(result.errors.contains("warning: no snapshot: "), "\(result.errors)")
        #expect(result.errors.contains("No space left on device"), "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk).isEmpty)
      }
      let told = try #require(try event("status", in: log))
      #expect(told["frames"] as? Int == 120)
      #expect(try #require(told["snapshot_failures"] as? Int) >= 1)
    }

    /// After all weights have changed there is an alarm, once, and what was before is forgotten.
    @Test func aChangeOfTheNetwork() throws {
      let folder = try TemporaryDirectory()
      var traces = Matrix<Double>(rows: 1400, columns: 20)
      for (seed, first) in [(3, 0), (4, 700)] {
        let part = try readMatrix(
          recording(folder, "\(seed).h5", neurons: 20, frames: 700, seed: seed), "/rates")
        for t in 0..<700 { for i in 0..<20 { traces[first + t, i] = part[t, i] } }
      }
      let whole = folder.file("whole.h5")
      let file = try File.create(whole)
      try file.createDataset("/traces", shape: [1400, 20], of: Double.self).writeBlock(traces)
      try file.close()
      for cuts in [0, 1] {
        let log = folder.file("\(cuts).jsonl")
        try succeed(
          [
            "follow", whole, "--replay", "max", "--time-axis", "0", "--rate", "10", "-o",
            folder.file("model.h5"), "--warmup", "10", "--window", "600", "--alpha", "0.1",
            "--lambda", "1e-3", "--scale", "none", "--log", log,
          ] + (cuts == 1 ? ["--cut-on-change"] : []))
        let ended = try #require(try event("ended", in: log))
        #expect(ended["alarms"] as? Int == 1 && ended["cuts"] as? Int == cuts, "\(ended)")
      }
    }

    /// A reader of forecasts that is gone ends the run as it ends any program; the model stays.
    @Test func aReaderThatIsGone() throws {
      let folder = try TemporaryDirectory()
      let recording = try recording(folder, "recording.h5", neurons: 20, frames: 600, seed: 1)
      let model = folder.file("model.h5")
      let run = [
        try #require(program), "follow", recording, "--replay", "200", "-o", model, "--warmup",
        "0.5", "--window", "50", "--lambda", "0.01", "--snapshot", "0.05", "--forecast-out", "-",
      ].joined(separator: " ")
      let result = try launch(ranks: nil, command: ["bash", "-c", "\(run) | head -400 | wc -l"])
      #expect(result.output.contains("400"), "\(result)")
      #expect(entries(try readMatrix(model, "/W")).allSatisfy(\.isFinite))
    }
  }
}
