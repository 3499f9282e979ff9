import Collectives
import LinearAlgebra
import TestSupport
import Testing

@testable import Recordings

/// Real recordings, where the machine has them.
@Suite(.enabled(if: userData != nil, "no folder of recordings: set GANGLION_DATA"))
struct UserDataTests {
  private func open(
    _ name: String, _ change: (inout RecordingRequest) -> Void = { _ in }
  ) throws -> Recording {
    var request = RecordingRequest(path: (userData ?? "") + "/" + name)
    change(&request)
    return try Recording.open(request, on: SingleRank())
  }

  @Test func wormOfDag() throws {
    let name = "celegans_dag2023/swf702_with_id__2022-07-26-31-data.h5"
    let recording = try open(name) {
      $0.traces = "/gcamp/trace_array"
      $0.timestamps = "/timing/timestamp_confocal"
    }
    #expect(recording.neurons == 146 && recording.frames == 800)
    #expect((0.55...0.75).contains(recording.dt ?? 0))
    let series: Matrix<Double> = try recording.readNeurons(100..<146, on: SingleRank())
    // z-scored by its authors, so the mean square of a series is 1.
    for i in 0..<46 {
      let power = (0..<800).reduce(0.0) { $0 + series[i, $1] * series[i, $1] } / 800
      #expect(abs(power - 1) < 0.01)
    }
    let error = #expect(throws: RecordingError.self) { _ = try open(name) }
    #expect(error?.description.contains("/gcamp/trace_array (800 × 146) float64") == true)
    let missing = #expect(throws: RecordingError.self) {
      _ = try open(name) { $0.traces = "/gcamp/trace" }
    }
    #expect(missing?.description.contains("/gcamp/trace_array (800 × 146) float64") == true)
    #expect(missing?.exitCode == ExitCode.missingInput)
  }

  @Test func zebrafishTableAndItsMatlabCopyAgree() throws {
    let table = try open("zebrafish_triplett2018/zf_20151104-f1_activity_matrix.csv") {
      $0.timeAxis = .second
    }
    let matlab = try open("repacked/triplett_zf_20151104-f1_v73.mat") {
      $0.traces = "activity_matrix"
      $0.timeAxis = .first
    }
    #expect(table.neurons == 114 && table.frames == 4245)
    #expect(matlab.neurons == 114 && matlab.frames == 4245)
    let a: Matrix<Double> = try table.readNeurons(7..<9, on: SingleRank())
    let b: Matrix<Double> = try matlab.readNeurons(7..<9, on: SingleRank())
    // The table was printed with five digits.
    var error = 0.0
    for i in 0..<2 {
      for t in 0..<4245 { error = max(error, abs(a[i, t] - b[i, t]) / abs(a[i, t])) }
    }
    #expect(error < 5.1e-5)
  }
}
