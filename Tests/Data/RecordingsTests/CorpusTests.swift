import Collectives
import Foundation
import HDF5
import LinearAlgebra
import MPI
import TestSupport
import Testing

@testable import Recordings

/// One broken file of `corpus.py`, and what must come of it.
struct BrokenFile: Decodable {
  let file: String
  let flags: [String: String]
  let codes: [Int32]
  let word: String

  static func all(in folder: String) throws -> [BrokenFile] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/manifest.json"))
    return try JSONDecoder().decode([BrokenFile].self, from: data)
  }

  func request(in folder: String) -> RecordingRequest {
    RecordingsTests.request(flags, file, in: folder)
  }

  /// Reads everything; gives the exit code and the message.
  func outcome(
    in folder: String, on group: borrowing some FileGroup & ~Copyable
  ) -> (code: Int32, message: String) {
    do {
      let recording = try Recording.open(request(in: folder), on: group)
      let own = Partition(of: recording.neurons, among: group.size).range(of: group.rank)
      let traces: Matrix<Float> = try recording.readNeurons(own, on: group)
      precondition(traces.rows == own.count && traces.columns == recording.frames)
      return (0, "")
    } catch {
      return (ExitCode.of(error), "\(error)")
    }
  }

  /// What is wrong with an outcome; nil if nothing is.
  func complaint(about outcome: (code: Int32, message: String)) -> String? {
    if codes.contains(outcome.code), word.isEmpty || outcome.message.contains(word) { return nil }
    return
      "\(file) \(flags): expected \(codes) \"\(word)\", got \(outcome.code): \(outcome.message)"
  }
}

/// Broken files on one rank, each with a clear message and the right exit code.
@Suite(.enabled(if: hasPython, "no Python environment: Scripts/python needs the network once"))
struct CorpusTests {
  @Test(.disabled(if: isUnderLauncher), arguments: [1, 2])
  func everyCaseEndsWithItsCode(seed: Int) throws {
    let directory = try TemporaryDirectory()
    try #require(python("corpus.py", [directory.path, "\(seed)"]).status == 0)
    let cases = try BrokenFile.all(in: directory.path)
    #expect(cases.count >= 50)
    for broken in cases {
      let complaint = broken.complaint(about: broken.outcome(in: directory.path, on: SingleRank()))
      #expect(complaint == nil)
    }
    // The same on three ranks, in one job.
    let result = try launch(
      ranks: 3, filter: "RecordingsTests.CorpusRankTests",
      environment: ["GANGLION_TEST_CORPUS": directory.path])
    expectPassed(result)
  }

  @Test func inspectNeverFailsOtherwise() throws {
    let directory = try TemporaryDirectory()
    try #require(python("corpus.py", [directory.path, "3"]).status == 0)
    for broken in try BrokenFile.all(in: directory.path) {
      do {
        let inspection = try inspect(directory.file(broken.file))
        for candidate in inspection.candidates {
          #expect((candidate.command == nil) != (candidate.problem == nil))
        }
      } catch let error as RecordingError {
        #expect([ExitCode.badData, ExitCode.missingInput].contains(error.exitCode))
      }
    }
  }
}

/// Started by `CorpusTests` on three ranks.
@Suite(.serialized, .enabled(if: isUnderLauncher)) struct CorpusRankTests {
  @Test func everyRankSeesTheSame() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["GANGLION_TEST_CORPUS"])
    let world = try testWorld()
    for broken in try BrokenFile.all(in: folder) {
      let outcome = broken.outcome(in: folder, on: world)
      let complaint = broken.complaint(about: outcome)
      try expectEverywhere(complaint == nil, on: world, "\(complaint ?? "")")
    }
  }
}
