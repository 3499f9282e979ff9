import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// `follow` between senders that do not send and readers that do not read.
  @Suite struct FollowStallTests {
    private func frames(in log: String) throws -> Int? {
      guard FileManager.default.fileExists(atPath: log) else { return nil }
      return try event("status", in: log)?["frames"] as? Int
    }

    /// Frames that a model has taken.
    private func taken(by model: String) throws -> Double? {
      guard FileManager.default.fileExists(atPath: model) else { return nil }
      return try readVector(model, "/live/frames").first
    }

    private func quoted(_ words: [String]) -> String {
      words.map { "'\($0)'" }.joined(separator: " ")
    }

    /// Nobody reads forecasts, nor what is told, and both pipes are full: frames are taken all the
    /// same, and what was not read is counted.
    @Test func readersThatStall() throws {
      let folder = try TemporaryDirectory()
      let (pipe, log, model) = (
        folder.file("pipe"), folder.file("run.jsonl"), folder.file("model.h5")
      )
      let (output, errors) = (folder.file("output"), folder.file("errors"))
      let sender = try HeldPipe(pipe)
      let full = try HeldPipe(errors)
      let unread = try HeldPipe(output)
      let words =
        [
          try #require(program), "follow", pipe, "--framed", "-o", model, "--log", log,
          "--forecast-out", "-",
        ] + StreamSample.flags
      try sender.send(StreamSample.frames(0..<60))
      let result = try launch(
        command: ["sh", "-c", "exec \(quoted(words)) > '\(output)' 2> '\(errors)'"]
      ) { process in
        let hasBegun = eventually { hasLine("following", in: log) }
        #expect(hasBegun)
        full.fill()
        for first in stride(from: 60, to: 3000, by: 980) {
          try sender.send(StreamSample.frames(first..<(first + 980)))
        }
        let hasAll = try eventually { try self.frames(in: log) == 3000 }
        #expect(hasAll)
        // So that the last words can be said.
        full.drain()
        kill(process, SIGINT)
      }
      #expect(result.status == 75, "\(result)")
      #expect(try readVector(model, "/live/frames") == [3000])
      unread.drain()
      let ended = try #require(try event("ended", in: log))
      #expect(try #require(ended["forecasts_missed"] as? Int) > 1000, "\(ended)")
    }

    /// A sender that hangs before there is a network: that is told, and a file named STOP ends it.
    @Test(arguments: [nil, 2]) func aSenderThatHangsInTheWarmUp(ranks: Int?) throws {
      let folder = try TemporaryDirectory()
      let (pipe, log) = (folder.file("pipe"), folder.file("run.jsonl"))
      let sender = try HeldPipe(pipe)
      try sender.send(StreamSample.frames(0..<5))
      let words =
        [
          try #require(program), "follow", pipe, "--framed", "-o", folder.file("model.h5"),
          "--log", log,
        ] + StreamSample.flags
      let command = ["sh", "-c", "cd '\(folder.path)' && exec \(quoted(words))"]
      func stop(_ process: Int32) throws {
        let isTold = eventually { hasLine("warm-up", in: log) }
        #expect(isTold)
        _ = FileManager.default.createFile(atPath: folder.file("STOP"), contents: nil)
      }
      let result =
        if let ranks {
          try launch(ranks: ranks, command: command, watching: stop)
        } else {
          try launch(command: command, watching: stop)
        }
      #expect(result.status == 75, "\(result)")
      #expect(result.errors.contains("warm-up of 4 s: 5 frames, none for "), "\(result)")
      #expect(result.errors.contains("because of the file STOP after 5 frames"), "\(result)")
      #expect(!FileManager.default.fileExists(atPath: folder.file("model.h5")))
    }

    /// A sender that hangs within a frame: how long none came is told, and a signal ends it.
    @Test func aSenderThatHangsWithinAFrame() throws {
      let folder = try TemporaryDirectory()
      let (pipe, log, model) = (
        folder.file("pipe"), folder.file("run.jsonl"), folder.file("model.h5")
      )
      let sender = try HeldPipe(pipe)
      try sender.send(StreamSample.frames(0..<90) + StreamSample.frame(90).prefix(30))
      let result = try launch(
        command: [
          try #require(program), "follow", pipe, "-o", model, "--framed", "--log", log,
        ] + StreamSample.flags
      ) { process in
        let isSilent = try eventually {
          guard FileManager.default.fileExists(atPath: log) else { return false }
          return try event("status", in: log)?["silent_s"] as? Double ?? 0 > 6
        }
        #expect(isSilent)
        kill(process, SIGUSR1)
      }
      #expect(result.status == 75, "\(result)")
      #expect(result.errors.contains("; no frame for "), "\(result.errors)")
      #expect(try readVector(model, "/live/frames") == [90])
    }

    /// Log, forecasts and page on a disk that is full: told while it is, no half a line, and frames
    /// are followed on.
    @Test(.enabled(if: canMount, "only root, with the right to mount, can make a small disk"))
    func fullDiskOfWhatIsTold() throws {
      let folder = try TemporaryDirectory()
      let (disk, pipe, model) = (folder.file("disk"), folder.file("pipe"), folder.file("model.h5"))
      let sender = try HeldPipe(pipe)
      try withMount(at: disk, options: "size=256k") {
        let (log, lines, filler) = (
          disk + "/run.jsonl", disk + "/forecasts.jsonl", disk + "/filler"
        )
        let result = try launch(
          command: [
            try #require(program), "follow", pipe, "--framed", "-o", model, "--snapshot", "0.2",
            "--log", log, "--forecast-out", lines, "--page", disk + "/page.html",
          ] + StreamSample.flags
        ) { process in
          try sender.send(StreamSample.frames(0..<90))
          let hasBegun = try eventually { try self.frames(in: log) == 90 }
          #expect(hasBegun)
          _ = try run("dd", ["if=/dev/zero", "of=\(filler)", "bs=4096"])
          try sender.send(StreamSample.frames(90..<300))
          let isFull = try eventually { try self.taken(by: model) == 300 }
          #expect(isFull)
          // Long enough for a status that tells of it.
          usleep(2_500_000)
          try FileManager.default.removeItem(atPath: filler)
          try sender.send(StreamSample.frames(300..<330))
          let isFree = try eventually { try self.frames(in: log) == 330 }
          #expect(isFree)
          kill(process, SIGINT)
        }
        #expect(result.status == 75, "\(result)")
        #expect(
          result.errors.contains("not written: forecasts: No space left on device"), "\(result)")
        #expect(result.errors.contains("warning: no page: "), "\(result)")
        for path in [log, lines] {
          let text = try String(contentsOfFile: path, encoding: .utf8)
          #expect(text.hasSuffix("\n"))
          for line in text.split(separator: "\n") {
            _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
          }
        }
        #expect(try readVector(model, "/live/frames") == [330])
      }
    }
  }
}
