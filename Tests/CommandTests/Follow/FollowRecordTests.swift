import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `follow --record`: no frame that came is lost, whatever ends the run.
  @Suite struct FollowRecordTests {
    private func follow(
      _ stream: String, _ flags: [String], to model: String
    ) throws -> LaunchResult {
      let words = [try #require(program), "follow", "-", "--framed", "-o", model]
      let run = (words + StreamSample.flags + flags).map { "'\($0)'" }.joined(separator: " ")
      return try launch(ranks: nil, command: ["sh", "-c", "cat '\(stream)' | \(run)"])
    }

    private func frames(in log: String) throws -> Int? {
      try figure("frames", in: log)
    }

    /// A figure of the latest status.
    private func figure(_ name: String, in log: String) throws -> Int? {
      guard FileManager.default.fileExists(atPath: log) else { return nil }
      return try event("status", in: log)?[name] as? Int
    }

    private func data(_ path: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: path))
    }

    /// All that came, as it came, is a recording for other commands.
    @Test func aRecordIsARecording() throws {
      let folder = try TemporaryDirectory()
      let (stream, record) = (folder.file("stream"), folder.file("frames.gngf"))
      var numbers = Array(0..<150)
      numbers.remove(at: 60)
      numbers.insert(80, at: 80)
      numbers.swapAt(100, 101)
      let sent = StreamSample.frames(numbers) { $0 == 120 ? 2 : nil }
      try sent.write(to: URL(fileURLWithPath: stream))
      let result = try follow(stream, ["--record", record], to: folder.file("model.h5"))
      try #require(result.status == 0, "\(result)")
      #expect(try data(record) == sent)
      let text = try succeed(["inspect", record])
      #expect(text.contains("150 × 6") && text.contains("frames"), "\(text)")
      let fit = try succeed([
        "fit", record, "-o", folder.file("fit.h5"), "--scale", "none", "--alpha", "0.5",
        "--lambda", "0.01",
      ])
      #expect(fit.contains("149 frames") && fit.contains("2 trials"), "\(fit)")
      try expectRefusal(
        ["follow", "-", "--framed", "-o", folder.file("other.h5"), "--record", record], 64,
        "--resume goes on with it", in: folder.path)
    }

    /// A run that is killed and one that goes on end with what one alone ends with.
    @Test(arguments: [nil, 2]) func killedAndResumed(ranks: Int?) throws {
      let folder = try TemporaryDirectory()
      let (pipe, record, model, log) = (
        folder.file("pipe"), folder.file("frames.gngf"), folder.file("model.h5"),
        folder.file("run.jsonl")
      )
      let sender = try HeldPipe(pipe)
      let run =
        [
          try #require(program), "follow", pipe, "--framed", "-o", model, "--record", record,
          "--resume", "--snapshot", "0.2", "--log", log,
        ] + StreamSample.flags
      for (frames, signal) in [(0..<90, SIGKILL), (90..<120, SIGKILL), (120..<150, SIGUSR1)] {
        try sender.send(StreamSample.frames(frames))
        func watch(_ process: Int32) throws {
          let hasAll = try eventually { try self.frames(in: log) == frames.upperBound }
          #expect(hasAll)
          kill(process, signal)
        }
        let isLast = signal != SIGKILL
        let result =
          if isLast, let ranks {
            try launch(ranks: ranks, command: run, watching: watch)
          } else {
            try launch(command: run, watching: watch)
          }
        #expect(!isLast || result.status == 75, "\(result)")
      }
      #expect(try data(record) == StreamSample.frames(0..<150))
      #expect(try readVector(model, "/live/frames") == [150])
      let (stream, whole) = (folder.file("stream"), folder.file("whole.h5"))
      try StreamSample.frames(0..<150).write(to: URL(fileURLWithPath: stream))
      try #require(try follow(stream, [], to: whole).status == 0)
      let weights = try [model, whole].map { entries(try readMatrix($0, "/W")) }
      #expect(relativeError(weights[0], weights[1]) < 1e-4)
    }

    /// Half a frame may be left in the pipe by a reader that was killed, and in the record.
    @Test func resumedWithinAFrame() throws {
      let folder = try TemporaryDirectory()
      let (stream, record, log) = (
        folder.file("stream"), folder.file("frames.gngf"), folder.file("run.jsonl")
      )
      try (StreamSample.frames(0..<90) + StreamSample.frame(90).prefix(30))
        .write(to: URL(fileURLWithPath: record))
      try (StreamSample.frame(90).suffix(18) + StreamSample.frames(91..<120))
        .write(to: URL(fileURLWithPath: stream))
      let result = try follow(
        stream, ["--record", record, "--resume", "--log", log], to: folder.file("model.h5"))
      try #require(result.status == 0, "\(result)")
      #expect(try data(record) == StreamSample.frames(Array(0..<90) + Array(91..<120)))
      let ended = try #require(try event("ended", in: log))
      #expect(ended["lost"] as? Int == 1 && ended["frames"] as? Int == 119, "\(ended)")
    }

    /// What grows is gone on with after the frames that were taken.
    @Test func aTableIsResumed() throws {
      let folder = try TemporaryDirectory()
      let (table, record, model) = (
        folder.file("cells.csv"), folder.file("frames.gngf"), folder.file("model.h5")
      )
      func write(_ count: Int) throws {
        let lines = (0..<count).map { t in
          (0..<StreamSample.cells).map { "\(StreamSample.value(t, $0))" }.joined(separator: ",")
        }
        try (lines.joined(separator: "\n") + "\n").write(
          toFile: table, atomically: false, encoding: .utf8)
      }
      for count in [80, 120] {
        try write(count)
        try succeed(
          [
            "follow", table, "--rate", "10", "-o", model, "--record", record, "--resume",
            "--duration", "0.5",
          ] + StreamSample.flags)
        #expect(try readVector(model, "/live/frames") == [Double(count)])
      }
      let (sent, recorded) = (StreamSample.frames(0..<120), try data(record))
      #expect(recorded.count == sent.count)
    }

    /// Frames are followed on while a disk is full, what was written stays, and what there is room
    /// for again is written.
    @Test(.enabled(if: canMount, "only root, with the right to mount, can make a small disk"))
    func fullDisk() throws {
      let folder = try TemporaryDirectory()
      let (disk, pipe, log) = (
        folder.file("disk"), folder.file("pipe"), folder.file("run.jsonl")
      )
      let sender = try HeldPipe(pipe)
      try withMount(at: disk, options: "size=1m") {
        let (model, record, filler) = (
          disk + "/model.h5", disk + "/frames.gngf", disk + "/filler"
        )
        try sender.send(StreamSample.frames(0..<90))
        let result = try launch(
          command: [
            try #require(program), "follow", pipe, "--framed", "-o", model, "--record", record,
            "--snapshot", "0.2", "--log", log,
          ] + StreamSample.flags
        ) { process in
          #expect(eventually { FileManager.default.fileExists(atPath: model) })
          _ = try run("dd", ["if=/dev/zero", "of=\(filler)", "bs=4096"])
          // More than the rest of the page that the record has.
          try sender.send(StreamSample.frames(90..<300))
          let isFull = try eventually {
            let failures = try self.figure("snapshot_failures", in: log) ?? 0
            return try self.frames(in: log) == 300 && failures > 0
          }
          #expect(isFull)
          #expect(entries(try readMatrix(model, "/W")).allSatisfy(\.isFinite))
          try FileManager.default.removeItem(atPath: filler)
          try sender.send(StreamSample.frames(300..<330))
          let isFree = try eventually { try self.frames(in: log) == 330 }
          #expect(isFree)
          kill(process, SIGINT)
        }
        #expect(result.status == 75, "\(result)")
        #expect(result.errors.contains("No space left on device: frames are followed"), "\(result)")
        #expect(result.errors.contains("recorded again"), "\(result)")
        let ended = try #require(try event("ended", in: log))
        let failures = try #require(ended["record_failures"] as? Int)
        #expect(failures > 0 && ended["recorded"] as? Int == 330 - failures, "\(ended)")
        #expect(ended["lost"] as? Int == 0, "followed all the same")
        #expect(try readVector(model, "/live/frames") == [330])
        #expect(try data(record).suffix(48) == StreamSample.frame(329))
      }
    }

    @Test func refusals() throws {
      let folder = try TemporaryDirectory()
      let (record, model) = (folder.file("frames.gngf"), folder.file("model.h5"))
      try StreamSample.frames(0..<90).write(to: URL(fileURLWithPath: record))
      try "words".write(toFile: folder.file("text"), atomically: true, encoding: .utf8)
      for (words, code, says) in [
        (["--framed", "--resume"], Int32(64), "--resume needs --record"),
        (["--replay", "max", "--record", record], 64, "--record is for streams"),
        (["--framed", "--record", record], 64, "exists and is not replaced"),
        (
          ["--framed", "--record", folder.file("text"), "--resume"], 64,
          "is not a record of `ganglion follow`"
        ),
        (
          ["--cells", "7", "--rate", "3", "--record", record, "--resume"], 64,
          "--cells is 7, and the frames of"
        ),
      ] {
        try expectRefusal(["follow", "-", "-o", model] + words, code, says, in: folder.path)
      }
      let descriptor = open(record, O_RDWR)
      defer { close(descriptor) }
      try #require(flock(descriptor, LOCK_EX) == 0)
      try expectRefusal(
        ["follow", "-", "-o", model, "--framed", "--record", record, "--resume"], 73,
        "another run is writing it", in: folder.path)
    }
  }
}
