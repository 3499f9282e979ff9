import Foundation
import LinearAlgebra
import TestSupport
import Testing

extension CommandTests {
  /// `follow` on streams that are not whole, beside the whole one.
  @Suite struct FollowDisturbanceTests {
    private static let (neurons, frames, window) = (20, 900, 300)

    /// What a run ends with.
    private struct Outcome {
      /// Error one frame ahead / that of persistence.
      let error: Double
      let weights: [Double]
      let figures: [String: Any]

      func count(_ name: String) -> Int? { figures[name] as? Int }
    }

    private struct Sent {
      var number: Int
      var values: [Float]
      /// nil: as the number says, ten a second.
      var time: Double?

      init(_ number: Int, _ values: [Float]) {
        self.number = number
        self.values = values
      }
    }

    /// The frames of a noisy network.
    private func wholeStream(in folder: borrowing TemporaryDirectory) throws -> [Sent] {
      let path = folder.file("recording.h5")
      try succeed([
        "generate", "chaotic", "--neurons", "\(Self.neurons)", "--frames", "\(Self.frames)",
        "--seed", "5", "--input-noise", "0.1", "--noise", "gaussian", "--output-noise", "0.01",
        "-o", path,
      ])
      let rates = try readMatrix(path, "/rates")
      return (0..<Self.frames).map { t in
        Sent(t, (0..<Self.neurons).map { Float(rates[t, $0]) })
      }
    }

    private func follow(
      _ sent: [Sent], _ flags: [String] = [], in folder: borrowing TemporaryDirectory
    ) throws -> Outcome {
      let (stream, model, log) = (
        folder.file("stream"), folder.file("model.h5"), folder.file("run.jsonl")
      )
      try sent.reduce(into: Data()) {
        $0 += StreamSample.frame($1.values, number: UInt64($1.number), time: $1.time)
      }.write(to: URL(fileURLWithPath: stream))
      let words =
        [
          try #require(program), "follow", "-", "--framed", "-o", model, "--log", log, "--warmup",
          "\(Self.window / 10)", "--window", "\(Self.window)", "--alpha", "0.1", "--lambda", "1e-2",
          "--scale", "none",
          // Without a sweep, which takes the time there is: then the same each time.
          "--budget", "1e-6",
        ] + flags
      let run = words.map { "'\($0)'" }.joined(separator: " ")
      let result = try launch(ranks: nil, command: ["sh", "-c", "cat '\(stream)' | \(run)"])
      try #require(result.status == 0, "\(result)")
      let figures = try #require(try event("ended", in: log))
      return Outcome(
        error: 1 - (try #require(figures["skill_1"] as? Double)),
        weights: entries(try readMatrix(model, "/W")), figures: figures)
    }

    /// Whether something happens to a frame: the same choice each time.
    private func chosen(_ t: Int, _ share: Double, seed: UInt64 = 1) -> Bool {
      guard t > Self.window else { return false }
      var mixed = (UInt64(t) &+ seed &* 1_000_003) &* 0x9E37_79B9_7F4A_7C15
      mixed = (mixed ^ (mixed >> 29)) &* 0xBF58_476D_1CE4_E5B9
      return Double(mixed >> 11) / Double(1 << 53) < share
    }

    /// Frames that are missing cost next to nothing, whether they are noticed or not.
    @Test func aTwentiethIsDropped() throws {
      let folder = try TemporaryDirectory()
      let whole = try wholeStream(in: folder)
      let best = try follow(whole, in: folder)
      let left = whole.filter { !chosen($0.number, 0.05) }
      let noticed = try follow(left, in: folder)
      #expect(noticed.count("lost") == whole.count - left.count)
      #expect(noticed.error < best.error + 0.02, "\(noticed.error) \(best.error)")
      let unnoticed = try follow(left.enumerated().map { Sent($0, $1.values) }, in: folder)
      #expect(unnoticed.count("lost") == 0)
      #expect(unnoticed.error < best.error + 0.1, "\(unnoticed.error) \(best.error)")
    }

    /// What comes twice counts once; without numbers it is told, at least.
    @Test func aTwentiethIsRepeated() throws {
      let folder = try TemporaryDirectory()
      let whole = try wholeStream(in: folder)
      let best = try follow(whole, in: folder)
      let more = whole.flatMap { chosen($0.number, 0.05) ? [$0, $0] : [$0] }
      let noticed = try follow(more, in: folder)
      #expect(noticed.count("repeats") == more.count - whole.count)
      #expect(noticed.error == best.error && noticed.weights == best.weights)
      let unnoticed = try follow(more.enumerated().map { Sent($0, $1.values) }, in: folder)
      #expect(unnoticed.count("identical") == more.count - whole.count)
      #expect(unnoticed.error < best.error + 0.1, "\(unnoticed.error) \(best.error)")
    }

    /// What comes two frames late is a gap, or is waited for.
    @Test func aFiftiethIsLate() throws {
      let folder = try TemporaryDirectory()
      let whole = try wholeStream(in: folder)
      let best = try follow(whole, in: folder)
      var late = whole
      var count = 0
      var t = Self.window
      while t < late.count - 3 {
        if chosen(t, 0.02) {
          late[t...(t + 2)] = [late[t + 1], late[t + 2], late[t]]
          count += 1
          t += 2
        }
        t += 1
      }
      let gaps = try follow(late, in: folder)
      #expect(gaps.count("late") == count && gaps.count("lost") == count && count > 5)
      #expect(gaps.error < best.error + 0.02, "\(gaps.error) \(best.error)")
      let ordered = try follow(late, ["--reorder", "3"], in: folder)
      #expect(ordered.error == best.error && ordered.weights == best.weights)
      #expect(ordered.count("gaps") == 0 && ordered.count("late") == 0)
    }

    /// A value that is missing is filled with its forecast, and cells that miss many are told.
    @Test func aFifthOfTheValuesIsMissing() throws {
      let folder = try TemporaryDirectory()
      let whole = try wholeStream(in: folder)
      let best = try follow(whole, in: folder)
      let holes = whole.map { frame in
        Sent(
          frame.number,
          frame.values.enumerated().map {
            chosen(frame.number, 0.2, seed: UInt64($0 + 2)) ? .nan : $1
          })
      }
      let filled = try follow(holes, in: folder)
      #expect(filled.error < best.error + 0.05, "\(filled.error) \(best.error)")
      let share = try #require(filled.figures["nan"] as? Double)
      #expect(abs(share - 0.2) < 0.02)
      let told = try #require(filled.count("missing_cells"))
      #expect(told > 0 && told < Self.neurons)
      #expect(filled.weights.allSatisfy { $0.isFinite })
      // Cells that are gone from half-way on: the others go on as before.
      let fewer = whole.map { frame in
        Sent(
          frame.number,
          frame.values.enumerated().map { $0 < 2 && frame.number > 600 ? .nan : $1 })
      }
      let gone = try follow(fewer, in: folder)
      #expect(gone.count("missing_cells") == 2)
      #expect(gone.error < best.error + 0.05, "\(gone.error) \(best.error)")
    }

    /// A number that was damaged loses no frame, in the run and in its record.
    @Test func aDamagedNumber() throws {
      let folder = try TemporaryDirectory()
      let whole = try wholeStream(in: folder)
      let best = try follow(whole, in: folder)
      let record = folder.file("frames.gngf")
      var damaged = whole
      damaged[500].number = 1 << 62
      damaged[500].time = 50
      let found = try follow(damaged, ["--record", record], in: folder)
      let counts = ["frames", "gaps", "lost", "late"].map { found.count($0) }
      #expect(counts == [Self.frames, 2, 0, 0], "\(found.figures)")
      #expect(found.error < best.error + 0.02)
      let text = try succeed(["inspect", record])
      #expect(text.contains("\(Self.frames) × \(Self.neurons)"), "\(text)")
    }

    /// Values that no rate has, as of a sender with another order of bytes, do no lasting harm.
    @Test func valuesThatAreNoRates() throws {
      let folder = try TemporaryDirectory()
      let whole = try wholeStream(in: folder)
      let best = try follow(whole, in: folder)
      var rubbish = whole
      rubbish[500].values = rubbish[500].values.map { _ in 3e38 }
      let found = try follow(rubbish, in: folder)
      #expect(found.weights.allSatisfy { $0.isFinite })
      #expect(found.count("out_of_range") == Self.neurons)
      #expect(found.error < best.error + 0.02, "\(found.error) \(best.error)")
      // The frame has left the window long since.
      #expect(relativeError(found.weights, best.weights) < 1e-2)
    }
  }
}
