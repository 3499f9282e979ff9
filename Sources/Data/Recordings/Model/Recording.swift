package import Collectives
internal import Foundation
package import HDF5
package import LinearAlgebra

/// A recording of neurons over time, described on every rank and read in parts.
///
/// `Recording.open` lets rank 0 look into the file and tells the others; after it each
/// rank reads its own neurons by `readNeurons`. No rank ever holds all of it, unless it
/// asks to.
package struct Recording: Sendable {
  let plan: RecordingPlan
  let tables: RecordingTables
  /// The recordings that this one consists of, if several were joined.
  var parts: [Recording] = []

  init(plan: RecordingPlan, tables: RecordingTables) {
    self.plan = plan
    self.tables = tables
  }

  /// The file, or the folder; of several the first one.
  package var path: String { plan.path }
  /// "NWB", "HDF5", "CSV", ...
  package var format: String { plan.format }
  package var neurons: Int { plan.neurons }
  package var frames: Int { plan.frames }
  /// The neurons' names in the file, else their numbers from 0.
  package var labels: [String] { plan.labels }
  /// The same recording, whose neurons have other names.
  package func named(_ labels: [String]) -> Recording {
    precondition(labels.count == neurons, "\(labels.count) names of \(neurons) neurons")
    var plan = plan
    plan.labels = labels
    var named = Recording(plan: plan, tables: tables)
    named.parts = parts
    return named
  }

  /// The region of each neuron, where a file of this program says it.
  package var regions: [String]? { plan.regionNames }
  /// The unit of the traces, where the file gives one.
  package var units: String? { plan.units }
  /// Seconds from frame to frame: what was asked for, else the median of the time stamps,
  /// else the file's own; nil if nothing says it.
  package var dt: Double? { plan.dt }
  /// Seconds of each frame; empty where `dt` is nil.
  package var times: [Double] { tables.times }
  /// When some frames were taken, in seconds; their numbers where there is no clock.
  package func places(of frames: Range<Int>) -> [Double] {
    frames.map { times.isEmpty ? Double($0) : times[$0] }
  }
  /// The leak that the file was generated with.
  package var alpha: Double? { plan.alpha }
  /// The time constant, in seconds, that the file was generated with.
  package var tau: Double? { plan.tau }
  /// The names of the external inputs.
  package var inputNames: [String] { plan.inputNames }
  /// The first frame of each trial, rising, the first one 0: there is no transition from
  /// the frame before it.
  package var trialStarts: [Int] { tables.trialStarts }
  /// What was decided on the way, in words for the log.
  package var notes: [String] { plan.notes }

  /// External inputs, frames×inputs, on every rank.
  package func inputs<S: Scalar>(of type: S.Type = S.self) -> Matrix<S> {
    let count = inputNames.count
    var matrix = Matrix<S>(rows: frames, columns: count)
    for t in 0..<(count == 0 ? 0 : frames) {
      for j in 0..<count { matrix[t, j] = S(tables.inputs[t * count + j]) }
    }
    return matrix
  }

  /// Looks into a recording and describes it on every rank.
  ///
  /// - Throws: on every rank alike, `RecordingError` or `AgreedError`, exit code 64, 65 or
  ///   66: the file is missing, of a kind that is not read, damaged, ambiguous, or shorter
  ///   than 10 frames.
  /// - Collective: every rank of the group must call it, rank 0 alone reads.
  package static func open(
    _ request: RecordingRequest, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Recording {
    var found: (RecordingPlan, RecordingTables)?
    try group.agreeOnRoot { found = try Recordings.plan(request) }
    let json = try found.map { String(decoding: try JSONEncoder().encode($0.0), as: UTF8.self) }
    let text = try group.broadcast(json ?? "")
    let plan = try found?.0 ?? JSONDecoder().decode(RecordingPlan.self, from: Data(text.utf8))
    let own = found?.1 ?? RecordingTables()
    var tables = RecordingTables(
      times: try broadcast(own.times, on: group), inputs: try broadcast(own.inputs, on: group),
      trialStarts: try broadcast(own.trialStarts, on: group))
    if plan.storedFrames != nil {
      tables.clock = UniformClock(
        times: tables.times, places: try broadcast(own.clock?.places ?? [], on: group),
        shares: try broadcast(own.clock?.shares ?? [], on: group))
    }
    return Recording(plan: plan, tables: tables)
  }

  /// Reads some neurons' series, neuron-major: n×frames, each series contiguous.
  ///
  /// `neurons` is this rank's part, perhaps empty. Values are calibrated as the file says
  /// and otherwise as they are, NaN included.
  ///
  /// - Throws: on every rank alike if any rank could not read its part.
  /// - Complexity: each rank reads its share of an HDF5 file's bytes, and of a NumPy file
  ///   where time is the second dimension; text is read by every rank as a whole.
  /// - Collective: every rank of the group must call it.
  package func readNeurons<S: Scalar & Storable>(
    _ neurons: Range<Int>, of type: S.Type = S.self, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    precondition(
      neurons.lowerBound >= 0 && neurons.upperBound <= self.neurons,
      "neurons \(neurons) of \(self.neurons)")
    if !parts.isEmpty { return try readParts(neurons, on: group) }
    var result: Matrix<S> = try plan.stored.read(neurons, on: group)
    if let neuropil = plan.neuropil { try neuropil.subtract(from: &result, neurons, on: group) }
    if let clock = tables.clock { return clock.resample(result) }
    return result
  }

  /// The series of all parts, one after the other.
  private func readParts<S: Scalar & Storable>(
    _ neurons: Range<Int>, on group: borrowing some RankGroup & ~Copyable
  ) throws -> Matrix<S> {
    var result = Matrix<S>(rows: neurons.count, columns: frames)
    var first = 0
    for part in parts {
      let series: Matrix<S> = try part.readNeurons(neurons, on: group)
      var whole = result.mutableView
      var columns = whole.block(rows: 0..<neurons.count, columns: first..<(first + part.frames))
      columns.assign(series.view)
      first += part.frames
    }
    return result
  }
}

/// The array that rank 0 has, on every rank.
private func broadcast<T: Transferable & ExpressibleByIntegerLiteral>(
  _ values: [T], on group: borrowing some RankGroup & ~Copyable
) throws -> [T] {
  let count = try group.broadcast(values.count)
  var all = group.rank == 0 ? values : [T](repeating: 0, count: count)
  try group.broadcast(&all)
  return all
}
