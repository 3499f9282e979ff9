import Collectives
import Foundation
import HDF5
import LinearAlgebra
import MPI
import TestSupport
import Testing

@testable import Recordings

/// One recording of `evidence.py`, and what numpy makes of the numbers that went into it.
struct Evidence: Decodable {
  let file: String
  let flags: [String: String]
  /// Neuron by neuron; nil is a missing value.
  let traces: [[Double?]]?
  let labels: [String]?
  let starts: [Int]?
  let inputs: [[Double]]?
  let first: Double?
  let dt: Double?
  let word: String?

  static func all(in folder: String) throws -> [Evidence] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/evidence.json"))
    return try JSONDecoder().decode([Evidence].self, from: data)
  }

  /// What is wrong with this rank's part of the recording; nil if nothing is.
  func complaint(
    in folder: String, on group: borrowing some FileGroup & ~Copyable
  ) throws -> String? {
    let recording = try Recording.open(request(flags, file, in: folder), on: group)
    let own = Partition(of: recording.neurons, among: group.size).range(of: group.rank)
    let values: Matrix<Double> = try recording.readNeurons(own, on: group)
    func differs(_ name: String, _ found: some Any, _ wanted: some Any) -> String {
      "\(file) \(flags): \(name) \(found), expected \(wanted)"
    }
    if let traces {
      guard recording.neurons == traces.count, recording.frames == traces[0].count else {
        return differs(
          "shape", (recording.neurons, recording.frames), (traces.count, traces[0].count))
      }
      for (row, neuron) in own.enumerated() {
        for t in 0..<recording.frames {
          let (value, wanted) = (values[row, t], traces[neuron][t])
          let agrees = wanted.map { abs(value - $0) <= 1e-9 * max(1, abs($0)) } ?? value.isNaN
          guard agrees else {
            return differs("value \(neuron), \(t)", value, wanted ?? .nan)
          }
        }
      }
    }
    if let labels, labels != recording.labels { return differs("labels", recording.labels, labels) }
    if let starts, starts != recording.trialStarts {
      return differs("trial starts", recording.trialStarts, starts)
    }
    if let dt, abs((recording.dt ?? 0) - dt) > 1e-12 { return differs("dt", recording.dt ?? 0, dt) }
    if let first, abs(recording.times[0] - first) > 1e-12 {
      return differs("first time", recording.times[0], first)
    }
    if let inputs {
      let found: Matrix<Double> = recording.inputs()
      for (t, row) in inputs.enumerated() {
        for (j, wanted) in row.enumerated() where abs(found[t, j] - wanted) > 1e-9 {
          return differs("input \(t), \(j)", found[t, j], wanted)
        }
      }
    }
    if let word, !recording.notes.contains(where: { $0.contains(word) }) {
      return differs("notes", recording.notes, word)
    }
    return nil
  }
}

/// What the flags of `ganglion fit` in a manifest ask for.
func request(_ flags: [String: String], _ file: String, in folder: String) -> RecordingRequest {
  var request = RecordingRequest(path: folder + "/" + file)
  request.traces = flags["traces"]
  request.timeAxis = flags["time-axis"].flatMap(TimeAxis.init) ?? .auto
  request.timestamps = flags["timestamps"]
  request.inputs = flags["inputs"].map { [$0] } ?? []
  request.trials = flags["trials"]
  request.dt = flags["dt"].flatMap(Double.init)
  request.bin = flags["bin"].flatMap(Double.init)
  request.cells = flags["cells"].flatMap(CellChoice.init)
  request.neuropil = flags["neuropil"].map { text in
    Double(text).map { NeuropilRequest(share: $0) } ?? NeuropilRequest(path: text)
  }
  return request
}

@Suite(.enabled(if: hasPython, "no Python environment: Scripts/python needs the network once"))
struct EvidenceTests {
  @Test(.disabled(if: isUnderLauncher)) func everyFileIsReadAsItIsMeant() throws {
    let directory = try TemporaryDirectory()
    let script = try python("evidence.py", [directory.path])
    try #require(script.status == 0, "\(script)")
    let cases = try Evidence.all(in: directory.path)
    #expect(cases.count >= 80)
    for evidence in cases {
      let complaint = try evidence.complaint(in: directory.path, on: SingleRank())
      #expect(complaint == nil)
    }
    let result = try launch(
      ranks: 3, filter: "RecordingsTests.EvidenceRankTests",
      environment: ["GANGLION_TEST_EVIDENCE": directory.path])
    expectPassed(result)
  }
}

/// Started by `EvidenceTests` on three ranks.
@Suite(.serialized, .enabled(if: isUnderLauncher)) struct EvidenceRankTests {
  @Test func everyRankReadsItsPart() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["GANGLION_TEST_EVIDENCE"])
    let world = try testWorld()
    for evidence in try Evidence.all(in: folder) {
      let complaint = try evidence.complaint(in: folder, on: world)
      try expectEverywhere(complaint == nil, on: world, "\(complaint ?? "")")
    }
  }
}
