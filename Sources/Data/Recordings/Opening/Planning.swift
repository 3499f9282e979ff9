internal import Foundation
internal import Statistics
internal import Wording

/// Finds out what a request means, from the file alone.
///
/// - Throws: `RecordingError` with what is wrong, where, and what to do.
func plan(_ request: RecordingRequest) throws -> (RecordingPlan, RecordingTables) {
  let source = try SourceKind(of: request.path)
  var (plan, tables) = try planTraces(request, in: source)
  if plan.frames > 1 { try requireEffect(of: request, in: plan) }
  if let wanted = request.neuropil {
    plan.neuropil = try neuropil(wanted, of: request, in: source, beside: plan)
    plan.notes.append("\(asGiven(wanted.share)) of the neuropil subtracted")
  }
  let stored = plan.frames
  try settleUniformity(&plan, &tables, request)
  if plan.frames != stored || tables.clock != nil { plan.storedFrames = stored }
  guard plan.frames >= 10 else {
    throw RecordingError.badData(
      "\(request.path): \(plan.frames) frames of \(plan.neurons) neurons; at least 10 frames are"
        + " needed (is --time-axis right?)")
  }
  guard plan.neurons >= 1 else {
    throw RecordingError.badData("\(request.path): holds no neuron")
  }
  if let note = twice(plan.labels) { plan.notes.append(note) }
  if tables.trialStarts.count > 1 { plan.notes.append("\(tables.trialStarts.count) trials") }
  return (plan, tables)
}

/// What is to be known of names that several neurons have; nil where there are none.
private func twice(_ labels: [String]) -> String? {
  let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
  guard let name = labels.first(where: { counts[$0, default: 0] > 1 }) else { return nil }
  return "\(counts[name, default: 0]) neurons are called \"\(name)\": rename them in the file, as"
    + " no flag can tell them apart"
}

/// Finds the traces that a request selects, as the file has them.
func planTraces(
  _ request: RecordingRequest, in source: SourceKind
) throws -> (plan: RecordingPlan, tables: RecordingTables) {
  switch source {
  case .hdf5: try planHDF5(request)
  case .npy: try planNPY(request)
  case .frames: try planFrames(request)
  case .suite2p: try planSuite2p(request)
  case .json: try planJSON(request)
  case .text: try planText(request)
  }
}

/// What kind of file a path leads to, by content.
enum SourceKind {
  case hdf5
  case npy
  case frames
  case suite2p
  case json
  case text

  /// - Throws: `RecordingError` for a missing file, and for kinds that are refused.
  init(of path: String) throws {
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw RecordingError.missing("\(path): no such file")
    }
    if isDirectory.boolValue {
      guard FileManager.default.fileExists(atPath: path + "/F.npy") else {
        throw refusal(ofFolder: path)
      }
      self = .suite2p
      return
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RecordingError.missing("\(path): cannot be read (permission?)")
    }
    let head = [UInt8](try handle.read(upToCount: 128) ?? Data())
    guard !head.isEmpty else { throw RecordingError.badData("\(path) is empty") }
    if isHDF5(path) {
      self = .hdf5
    } else if head.starts(with: [0x93] + Array("NUMPY".utf8)) {
      self = .npy
    } else if FrameFile.begins(with: head) {
      self = .frames
    } else if let refusal = refusal(of: path, head: head) {
      throw refusal
    } else if head.first(where: { $0 > UInt8(ascii: " ") }) == UInt8(ascii: "[") {
      self = .json
    } else {
      self = .text
    }
  }
}

/// Decides orientation, and says by what.
///
/// `shape` are the extents of a 2-D dataset, `known` is the axis that the format says,
/// with the reason, and `length` that of a time vector, if there is one.
///
/// - Throws: `RecordingError` if nothing decides.
func timeAxis(
  of shape: [Int], asked: TimeAxis, known: (axis: Int, reason: String)?, length: Int?,
  name: String
) throws -> (axis: Int, reason: String) {
  if let axis = asked.index { return (axis, "--time-axis \(axis)") }
  if let length {
    switch (shape[0] == length, shape[1] == length) {
    case (true, false): return (0, "the time vector has \(length) entries")
    case (false, true): return (1, "the time vector has \(length) entries")
    case (false, false):
      if known == nil {
        throw RecordingError.badData(
          "\(name) is \(shape[0]) × \(shape[1]), and the time vector has \(length) entries:"
            + " give --timestamps of equal length, or leave it out and give --time-axis 0 or 1, and"
            + " --dt or --rate")
      }
    case (true, true): break
    }
  }
  if let known { return known }
  throw RecordingError.usage(
    "\(name) is \(shape[0]) × \(shape[1]), and nothing says which one is time: give"
      + " --time-axis 0 if it is (time, neuron), with \(shape[0]) frames of \(shape[1]) neurons,"
      + " or --time-axis 1 if it is (neuron, time)")
}

/// The clock: from the flags, else from the time stamps, else from the file.
func settleClock(
  _ plan: inout RecordingPlan, _ tables: inout RecordingTables, _ request: RecordingRequest,
  from source: ClockSource? = nil
) throws {
  try request.requireUsualFrame()
  if let dt = request.dt, let rate = request.rate, abs(dt * rate - 1) > 1e-6 {
    throw RecordingError.usage(
      "--dt \(asGiven(dt)) and --rate \(asGiven(rate)) contradict each other: give one")
  }
  try settleLength(&plan, &tables, request)
  plan.hasOwnTimes = !tables.times.isEmpty
  if !tables.times.isEmpty {
    if let bad = tables.times.firstIndex(where: { !$0.isFinite }) {
      throw RecordingError.badData("\(plan.path): time stamp \(bad) is \(tables.times[bad])")
    }
    if let bad = tables.times.indices.dropFirst().first(where: {
      tables.times[$0] <= tables.times[$0 - 1]
    }) {
      throw RecordingError.badData(
        "\(plan.path): the time stamps do not rise: entry \(bad) is \(asGiven(tables.times[bad])) s,"
          + " after \(asGiven(tables.times[bad - 1])) s")
    }
    if let note = try source?.bringToSeconds(&tables.times, dt: request.frameTime, in: plan.path) {
      plan.notes.append(note)
    }
    let own = lowerMedian(zip(tables.times.dropFirst(), tables.times).map { $0 - $1 })
    // Times counted from a rate carry rounding that the rate does not.
    if let own, !(plan.dt.map { abs(own / $0 - 1) < 1e-6 } ?? false) { plan.dt = own }
  }
  if let dt = request.frameTime {
    plan.dt = dt
  } else {
    try requireUsualRate(plan)
  }
  if tables.times.isEmpty, let dt = plan.dt {
    tables.times = (0..<plan.frames).map { Double($0) * dt }
  }
}
