internal import Foundation
internal import HDF5

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
  case .frames:
    let file = try FrameFile(path)
    let candidate = Candidate(
      kind: .frames, shape: [file.count, file.cells], type: "float32", timeAxis: 0,
      timeAxisReason: "each frame has its number and its time")
    return single(candidate, path, format: "frames")
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

/// Whether an input's first dimension may be the candidate's frames.
private func fits(_ shape: [Int]?, _ candidate: Candidate) -> Bool {
  guard let shape, let frames = candidate.timeAxis.map({ candidate.shape[$0] }) else {
    return shape == nil
  }
  return shape.first == frames
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
