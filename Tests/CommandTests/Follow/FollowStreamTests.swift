import Foundation
import HDF5
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `follow` on streams: with headers, without, in disorder, and rubbish.
  @Suite struct FollowStreamTests {
    private func write(
      _ numbers: [Int], isFramed: Bool = true, then rest: Data = Data(), to path: String,
      missing: (Int) -> Int? = { _ in nil }
    ) throws {
      let data = StreamSample.frames(numbers, isFramed: isFramed, missing: missing)
      try (data + rest).write(to: URL(fileURLWithPath: path))
    }

    /// Follows what a file holds, as a pipe brings it.
    private func follow(
      _ stream: String, _ flags: [String], to model: String, ranks: Int? = nil
    ) throws -> LaunchResult {
      let program = try #require(program)
      let words = [program, "follow", "-", "-o", model] + StreamSample.flags + flags
      let run = words.map { "'\($0)'" }.joined(separator: " ")
      return try launch(ranks: ranks, command: ["sh", "-c", "cat '\(stream)' | \(run)"])
    }

    /// Raw frames, framed ones and a recording of the same values end with the same network.
    @Test func streamsEndAsReplaysDo() throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try writeSample(recording, frames: 150) { t, i, _ in Double(StreamSample.value(t, i)) }
      try succeed(
        [
          "follow", recording, "--replay", "max", "--time-axis", "0", "--rate", "10", "-o",
          folder.file("replay.h5"),
        ] + StreamSample.flags)
      let expected = entries(try readMatrix(folder.file("replay.h5"), "/W"))
      for isFramed in [false, true] {
        let (stream, model) = (folder.file("stream"), folder.file("\(isFramed).h5"))
        try write(Array(0..<150), isFramed: isFramed, to: stream)
        let flags = isFramed ? ["--framed"] : ["--cells", "6", "--rate", "10"]
        let result = try follow(stream, flags, to: model)
        try #require(result.status == 0, "\(result)")
        #expect(relativeError(entries(try readMatrix(model, "/W")), expected) < 1e-4)
        #expect(result.errors.contains("frame 149"), "\(result.errors)")
      }
    }

    /// A cell that is not there before frame 60 is fitted from frame 92 on, with its 33rd value of
    /// the latest 41, as many as the warm-up of 4 s has; a window later the network is that of the whole stream.
    @Test func aCellThatAppearsIsFitted() throws {
      let folder = try TemporaryDirectory()
      let (stream, model, log) = (
        folder.file("stream"), folder.file("model.h5"), folder.file("run.jsonl")
      )
      var networks: [[Double]] = []
      for appears in [0, 60] {
        try write(Array(0..<150), to: stream) { $0 < appears ? 2 : nil }
        let result = try follow(stream, ["--framed", "--log", log], to: model)
        try #require(result.status == 0, "\(result)")
        networks.append(entries(try readMatrix(model, "/W")))
      }
      #expect(relativeError(networks[1], networks[0]) < 1e-4)
      let admitted = try #require(try event("admitted", in: log))
      #expect(admitted["cells"] as? [Int] == [2])
      #expect(admitted["frames"] as? Int == 92)
    }

    @Test func disorderIsCounted() throws {
      let folder = try TemporaryDirectory()
      let (stream, log) = (folder.file("stream"), folder.file("run.jsonl"))
      var numbers = Array(0..<150)
      numbers.remove(at: 60)
      numbers.insert(80, at: 80)
      numbers.swapAt(100, 101)
      try write(numbers, to: stream) { $0 >= 120 ? 2 : nil }
      let result = try follow(
        stream, ["--framed", "--reorder", "2", "--log", log], to: folder.file("model.h5"))
      try #require(result.status == 0, "\(result)")
      let ended = try #require(try event("ended", in: log))
      let found = ["gaps", "lost", "repeats", "late", "frames"].map { ended[$0] as? Int }
      #expect(found == [1, 1, 1, 0, 149], "\(ended)")
      let missing = try #require(ended["nan"] as? Double)
      #expect(abs(missing - 30.0 / 6 / 108) < 1e-12)
      #expect(ended["missing_cells"] as? Int == 1, "one in 30 of 108 frames")
      #expect(entries(try readMatrix(folder.file("model.h5"), "/W")).allSatisfy(\.isFinite))
    }

    /// In mid-stream what came before is kept; in the warm-up there is nothing to keep.
    @Test func rubbish() throws {
      let folder = try TemporaryDirectory()
      let stream = folder.file("stream")
      let many = Data("GNGF".utf8) + StreamSample.bytes(UInt32(1) << 31) + Data(count: 16)
      let other = Data("GNGF".utf8) + StreamSample.bytes(UInt32(7)) + Data(count: 16)
      func header(time: Double) -> Data {
        StreamSample.frame(200).prefix(16) + StreamSample.bytes(time.bitPattern)
      }
      for (rest, says) in [
        (header(time: .nan), "its time is nan"), (header(time: -.infinity), "its time is -inf"),
        (Data(repeating: 65, count: 48), "begins with 0x41414141"), (many, "2147483648 cells"),
        (other, "has 7 cells, expected 6"),
      ] {
        for (frames, isKept) in [(90, true), (10, false)] {
          let model = folder.file("\(frames).h5")
          try? FileManager.default.removeItem(atPath: model)
          try write(Array(0..<frames), then: rest, to: stream)
          let result = try follow(stream, ["--framed"], to: model)
          #expect(result.status == 65 && result.errors.contains(says), "\(result)")
          #expect(result.errors.contains("frame \(frames), counted from 0"), "\(result)")
          #expect(FileManager.default.fileExists(atPath: model) == isKept)
        }
      }
    }

    @Test func shortStreams() throws {
      let folder = try TemporaryDirectory()
      let stream = folder.file("stream")
      try write(Array(0..<12), to: stream)
      let few = try follow(stream, ["--framed"], to: folder.file("model.h5"))
      #expect(few.status == 65 && few.errors.contains("after 12 frames"), "\(few)")
      // A sender that was killed within a frame: the frame is left out.
      try write(Array(0..<90), then: StreamSample.frame(90).dropLast(5), to: stream)
      let cut = try follow(stream, ["--framed"], to: folder.file("model.h5"))
      #expect(cut.status == 0, "\(cut)")
      #expect(try readVector(folder.file("model.h5"), "/live/frames") == [90])
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(left == ["model.h5", "stream"])
    }

    /// A table to which a line a frame is appended, by a writer that is not done with its last one.
    @Test func aTableThatGrows() throws {
      let folder = try TemporaryDirectory()
      let (table, log, model) = (
        folder.file("cells.csv"), folder.file("run.jsonl"), folder.file("model.h5")
      )
      func lines(_ frames: Range<Int>) -> String {
        frames.map { t in
          (0..<StreamSample.cells).map { "\(StreamSample.value(t, $0))" }.joined(separator: ",")
            + "\n"
        }.joined()
      }
      try ("a,b,c,d,e,f\n" + lines(0..<60) + "0.5,0.2").write(
        toFile: table, atomically: false, encoding: .utf8)
      let result = try launch(
        command: [
          try #require(program), "follow", table, "-o", model, "--rate", "10", "--log", log,
        ] + StreamSample.flags
      ) { process in
        _ = eventually { hasLine("status", in: log) }
        let file = try #require(FileHandle(forWritingAtPath: table))
        file.seekToEndOfFile()
        file.write(Data((",0,0,0,0\n" + lines(61..<80)).utf8))
        usleep(500_000)
        kill(process, SIGUSR1)
      }
      #expect(result.status == 75, "\(result)")
      #expect(try readVector(model, "/live/frames") == [80])
      let labels = try File.open(model).openDataset("/neuron").readStrings()
      #expect(labels.count == 6)
    }

    /// Time, names and missing values are those that a fit of the whole table finds; a cell without
    /// a value ends nothing, and the clock makes --rate needless.
    @Test func aTableWithAClock() throws {
      let folder = try TemporaryDirectory()
      let (table, lines, model) = (
        folder.file("cells.csv"), folder.file("forecasts.jsonl"), folder.file("model.h5")
      )
      let names = ["left", "b", "c", "d", "e", "right"]
      func row(_ t: Int) -> String {
        let cells = (0..<StreamSample.cells).map { i in
          // Before and after the warm-up, and at the end of a line.
          (t, i) == (30, 2) || (t, i) == (65, 0) || (t, i) == (70, 5)
            ? "" : "\(StreamSample.value(t, i))"
        }
        return "\(t),\(100 * t)," + cells.joined(separator: ",")
      }
      try (["frame,time (ms)," + names.joined(separator: ",")] + (0..<90).map(row) + [""])
        .joined(separator: "\n").write(toFile: table, atomically: true, encoding: .utf8)
      try succeed(
        [
          "follow", table, "-o", model, "--duration", "1", "--forecast-out", lines, "--cells-out",
          "right,left",
        ] + StreamSample.flags)
      #expect(try readVector(model, "/live/frames") == [90])
      #expect(try abs(readVector(model, "/live/time")[0] - 8.9) < 1e-9)
      #expect(try File.open(model).openDataset("/neuron").readStrings() == names)
      let first = try #require(
        String(contentsOfFile: lines, encoding: .utf8).split(separator: "\n").first)
      #expect(first.contains("\"cells\":[5,0]"), "\(first)")
    }

    @Test func aTableWithRubbish() throws {
      let folder = try TemporaryDirectory()
      let table = folder.file("cells.csv")
      for (line, says) in [
        ("1,2,x", "line 2: \"x\" is not a number"),
        ("1,2", "line 2: 2 columns, where line 1 has 3"),
      ] {
        try "1,2,3\n\(line)\n".write(toFile: table, atomically: true, encoding: .utf8)
        try expectRefusal(
          ["follow", table, "-o", folder.file("model.h5"), "--rate", "10"], 65, says,
          in: folder.path)
      }
    }

    /// A sender that hangs is no reason to end; a signal is, and the model is whole.
    @Test func aSignalEndsIt() throws {
      let folder = try TemporaryDirectory()
      let (pipe, log, model) = (
        folder.file("pipe"), folder.file("run.jsonl"), folder.file("model.h5")
      )
      let sender = try HeldPipe(pipe)
      try sender.send(StreamSample.frames(0..<90))
      let result = try launch(
        command: [
          try #require(program), "follow", pipe, "-o", model, "--framed", "--log", log,
        ] + StreamSample.flags
      ) { process in
        _ = eventually { hasLine("status", in: log) }
        kill(process, SIGINT)
      }
      #expect(result.status == 75, "\(result)")
      #expect(result.errors.contains("because of Ctrl-C after 90 frames"), "\(result.errors)")
      #expect(try readVector(model, "/live/frames") == [90])
    }

    @Test(arguments: [nil, 2]) func durationAndRealTime(ranks: Int?) throws {
      let folder = try TemporaryDirectory()
      let recording = folder.file("recording.h5")
      try writeSample(recording, frames: 4000)
      let log = folder.file("run.jsonl")
      try succeed(
        [
          "follow", recording, "--replay", "200", "--time-axis", "0", "--rate", "10", "-o",
          folder.file("model.h5"), "--duration", "2.5", "--snapshot", "0.5", "--log", log,
        ] + StreamSample.flags, ranks: ranks)
      let ended = try #require(try event("ended", in: log))
      let frames = try #require(ended["frames"] as? Int)
      #expect(frames > 40 && frames < 4000)
      #expect(try #require(ended["snapshots"] as? Int) >= 3)
      #expect((ended["latency_ms"] as? [Double])?.count == 4)
      #expect(try readVector(folder.file("model.h5"), "/live/frames") == [Double(frames)])
    }
  }
}
