internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra

/// What a file holds: candidates for `ganglion fit`, and everything else in it.
package struct Inspection: Sendable {
  package let path: String
  /// "NWB", "HDF5", "CSV", ...
  package let format: String
  package let candidates: [InspectedCandidate]
  /// One line an object of an HDF5 file; empty for other files.
  package let contents: [String]
  /// Why a file without candidates has none.
  package var problem: String?
}

/// Something in a file that may be traces, looked at as `fit` would.
package struct InspectedCandidate: Encodable, Sendable {
  /// What `--traces` selects it by; the file's own path where it needs no such flag.
  package var path: String
  package var kind: String
  /// As in the file, slowest dimension first.
  package var shape: [Int]
  package var type: String
  package var chunks: [Int]?
  package var filters: [String]
  package var timeAxis: Int?
  package var timeAxisReason: String?
  /// True where nothing in the file says which dimension is time: check before use.
  package var timeAxisIsAssumed = false
  package var timestamps: String?
  /// Frames a second.
  package var rate: Double?
  package var frames: Int?
  package var neurons: Int?
  /// Values that are not numbers.
  package var missing: Int?
  package var minimum: Double?
  package var maximum: Double?
  package var units: String?
  /// Datasets that could be external inputs.
  package var inputs: [String]
  package var trials: String?
  /// What `fit` would decide, in words.
  package var notes: [String] = []
  /// Why `fit` would refuse it; nil if it would not.
  package var problem: String?
  /// The whole `ganglion fit` line; nil where there is a problem.
  package var command: String?

  enum CodingKeys: String, CodingKey {
    case path, kind, shape, type, chunks, filters, timestamps, rate, frames, neurons, missing
    case minimum, maximum, units, inputs, trials, notes, problem, command
    case timeAxis = "time_axis"
    case timeAxisReason = "time_axis_reason"
    case timeAxisIsAssumed = "time_axis_is_assumed"
  }

  /// Every key is there in every entry, `null` where nothing is known.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(path, forKey: .path)
    try values.encode(kind, forKey: .kind)
    try values.encode(shape, forKey: .shape)
    try values.encode(type, forKey: .type)
    try values.encode(chunks, forKey: .chunks)
    try values.encode(filters, forKey: .filters)
    try values.encode(timeAxis, forKey: .timeAxis)
    try values.encode(timeAxisReason, forKey: .timeAxisReason)
    try values.encode(timeAxisIsAssumed, forKey: .timeAxisIsAssumed)
    try values.encode(timestamps, forKey: .timestamps)
    try values.encode(rate, forKey: .rate)
    try values.encode(frames, forKey: .frames)
    try values.encode(neurons, forKey: .neurons)
    try values.encode(missing, forKey: .missing)
    try values.encode(minimum, forKey: .minimum)
    try values.encode(maximum, forKey: .maximum)
    try values.encode(units, forKey: .units)
    try values.encode(inputs, forKey: .inputs)
    try values.encode(trials, forKey: .trials)
    try values.encode(notes, forKey: .notes)
    try values.encode(problem, forKey: .problem)
    try values.encode(command, forKey: .command)
  }
}

/// Looks into a file as `fit` would, and reads each candidate once.
///
/// - Throws: `RecordingError` if the file is missing, damaged or of a kind that is refused.
/// - Complexity: one pass over each candidate.
package func inspect(_ path: String) throws -> Inspection {
  switch try SourceKind(of: path) {
  case .hdf5:
    let catalog = try HDF5Catalog.open(path)
    guard catalog.format != .result else {
      return Inspection(
        path: path, format: catalog.format.rawValue, candidates: [],
        contents: catalog.entries.map(\.line), problem: try catalog.ownResultInWords())
    }
    let all = try catalog.candidates()
    let inputs = try catalog.inputCandidates(except: all)
    let candidates = all.map { candidate in
      look(
        at: candidate, request: request(for: candidate, path, catalog.format),
        inputs: inputs.filter { fits($0.shape, candidate) }.map(\.path),
        trials: catalog.has("/intervals/trials/start_time") ? "/intervals/trials" : nil)
    }
    return Inspection(
      path: path, format: catalog.format.rawValue, candidates: candidates,
      contents: catalog.entries.map(\.line))
  case .npy:
    let file = try NPYFile(path)
    let candidate = Candidate(
      kind: .numpyArray, shape: file.shape, type: file.type,
      timeAxis: suite2pAxis(path)?.axis, timeAxisReason: suite2pAxis(path)?.reason)
    return single(candidate, path, format: "NPY")
  case .suite2p: return try inspectSuite2p(path)
  case .json:
    let lists = try NestedLists(path)
    let candidate = Candidate(
      kind: .jsonLists, shape: [lists.rows.count, lists.rows[0].count], type: "text",
      timeAxis: lists.times == nil ? nil : 0,
      timeAxisReason: lists.times == nil ? nil : "each list stands beside its time")
    return single(candidate, path, format: "JSON")
  case .text:
    let candidate = try textCandidate(path)
    return single(candidate, path, format: "CSV")
  }
}

private func single(
  _ candidate: Candidate, _ path: String, format: String
) -> Inspection {
  let looked = look(
    at: candidate, request: request(for: candidate, path, .plain), inputs: [], trials: nil)
  return Inspection(path: path, format: format, candidates: [looked], contents: [])
}

private func inspectSuite2p(_ path: String) throws -> Inspection {
  let candidates = try ["F", "spks"].compactMap { name -> InspectedCandidate? in
    let file = "\(path)/\(name).npy"
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    let array = try NPYFile(file)
    let candidate = Candidate(
      traces: name, kind: name == "F" ? .fluorescence : .deconvolved, shape: array.shape,
      type: array.type, timeAxis: 1, timeAxisReason: "Suite2p writes (ROI, time)")
    var request = RecordingRequest(path: path)
    request.traces = name
    if name == "F", FileManager.default.fileExists(atPath: path + "/Fneu.npy") {
      request.neuropil = NeuropilRequest()
    }
    return look(
      at: candidate, request: request, inputs: [], trials: nil)
  }
  return Inspection(path: path, format: "Suite2p", candidates: candidates, contents: [])
}

/// The request that selects a candidate.
private func request(
  for candidate: Candidate, _ path: String, _ format: HDF5Format
) -> RecordingRequest {
  var request = RecordingRequest(path: path)
  if let traces = candidate.traces, format != .own { request.traces = traces }
  if candidate.kind == .spikeTrains { request.bin = 0.1 }
  if candidate.timeAxis == nil, candidate.shape.count == 2 {
    // MATLAB users write (cells, time), which is (time, cells) here.
    let assumed = format == .matlab || candidate.shape[0] > candidate.shape[1] ? 0 : 1
    request.timeAxis = assumed == 0 ? .first : .second
  }
  if format == .plain { request.timestamps = candidate.timestamps }
  return request
}

/// Plans and reads a candidate as `fit` would.
private func look(
  at candidate: Candidate, request: RecordingRequest, inputs: [String], trials: String?
) -> InspectedCandidate {
  var result = InspectedCandidate(
    path: candidate.traces ?? request.path, kind: candidate.kind.rawValue, shape: candidate.shape,
    type: candidate.type, chunks: candidate.chunks, filters: candidate.filters,
    timeAxis: candidate.timeAxis ?? request.timeAxis.index,
    timeAxisReason: candidate.timeAxisReason, timestamps: candidate.timestamps,
    rate: candidate.rate, units: candidate.units, inputs: inputs, trials: trials)
  result.timeAxisIsAssumed = candidate.timeAxis == nil && candidate.kind != .spikeTrains
  if result.timeAxisIsAssumed { result.timeAxisReason = "assumed: check it" }
  do {
    if request.timestamps != nil {
      // Named as the clock it would pass for seconds: what `fit` would ask by itself is asked.
      var found = request
      found.timestamps = nil
      _ = try plan(found)
    }
    let (plan, tables) = try plan(request)
    let recording = Recording(plan: plan, tables: tables)
    let range = try ValueRange(of: recording)
    result.frames = recording.frames
    result.neurons = recording.neurons
    result.rate = recording.dt.map { shortest(1 / $0) } ?? result.rate
    result.inputs = usableInputs(inputs, request)
    result.notes = recording.notes
    result.missing = range.missing
    if range.maximum >= range.minimum {
      (result.minimum, result.maximum) = (range.minimum, range.maximum)
    }
    result.command = request.command(
      isRate: range.isRate || recording.format == HDF5Format.own.rawValue)
  } catch {
    result.problem = "\(error)"
  }
  return result
}

/// The extremes of all values, and how many are no numbers.
private struct ValueRange {
  var minimum = Double.infinity
  var maximum = -Double.infinity
  var missing = 0

  /// Whether all values lie in (−1, 1), so that they may be rates.
  var isRate: Bool { minimum > -1 && maximum < 1 }

  init(of recording: Recording) throws {
    // About 256 MiB at a time.
    let block = max(1, (1 << 25) / max(1, recording.frames))
    var first = 0
    while first < recording.neurons {
      let range = first..<min(first + block, recording.neurons)
      let traces: Matrix<Double> = try recording.readNeurons(range, on: SingleRank())
      let values = traces.elements
      for i in values.indices {
        guard values[i].isFinite else {
          missing += 1
          continue
        }
        minimum = min(minimum, values[i])
        maximum = max(maximum, values[i])
      }
      first += block
    }
  }
}

/// Whether an input's first dimension may be the candidate's frames.
private func fits(_ shape: [Int]?, _ candidate: Candidate) -> Bool {
  guard let shape, let frames = candidate.timeAxis.map({ candidate.shape[$0] }) else {
    return shape == nil
  }
  return shape.first == frames
}

/// The inputs that `fit` would take with a request: on a clock it can follow, without gaps.
private func usableInputs(_ inputs: [String], _ request: RecordingRequest) -> [String] {
  inputs.filter { input in
    var with = request
    with.inputs = [input]
    return (try? plan(with)) != nil
  }
}

/// The one candidate of a text table.
private func textCandidate(_ path: String) throws -> Candidate {
  let table = try TextTable(path)
  var candidate = Candidate(kind: .textTable, shape: [table.rows, table.width], type: "text")
  // What is to be asked is said where the candidate is planned.
  guard let roles = try? ColumnRoles(table, RecordingRequest(path: path)) else { return candidate }
  candidate.shape[1] = roles.traces.filter { $0 != roles.labels }.count
  (candidate.timeAxis, candidate.timeAxisReason) = (roles.axis?.axis, roles.axis?.reason)
  return candidate
}
