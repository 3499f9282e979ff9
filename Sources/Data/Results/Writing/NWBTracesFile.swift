package import Collectives
internal import Foundation
package import HDF5
package import Recordings

/// An NWB 2.x file of traces, written by all ranks: one `TimeSeries` (time, neuron) after the
/// other and a table of the neurons, in the processing module "ganglion".
///
/// It appears under its name when `finish` has completed it. Texts of variable length, which
/// NWB wants in arrays, are added at the end by one rank: many cannot write them.
package struct NWBTracesFile: ~Copyable {
  private let file: ResultFile
  private let recording: Recording
  private let isRoot: Bool
  private let identity: String
  private let created: String
  private let module = "/processing/ganglion"
  /// Columns of texts, which are written at the end.
  private var texts: [(path: String, values: [String], description: String)] = []

  /// Begins a file; the session's start is the recording's, if that is NWB.
  ///
  /// - Throws: `RecordingError` (73) if it cannot be created there.
  /// - Collective: every rank of the group must call it.
  package static func create(
    _ path: String, of recording: Recording, description: String,
    on group: borrowing some FileGroup & ~Copyable, provenance: Provenance
  ) throws -> NWBTracesFile {
    let identity = try group.broadcast(UUID().uuidString.lowercased())
    var start = ""
    try group.agreeOnRoot { start = sessionStart(of: recording.path) ?? unknownStart }
    start = try group.broadcast(start)
    let created = try group.broadcast(
      Date.now.formatted(.iso8601).replacing("Z", with: "+00:00"))
    let file = try ResultFile.create(path, on: group, provenance: provenance)
    let result = NWBTracesFile(
      file: file, recording: recording, isRoot: group.rank == 0, identity: identity,
      created: created)
    try result.writeHead(start: start, description: description)
    return result
  }

  private init(
    file: consuming ResultFile, recording: Recording, isRoot: Bool, identity: String,
    created: String
  ) {
    self.file = file
    self.recording = recording
    self.isRoot = isRoot
    self.identity = identity
    self.created = created
  }

  private static let unknownStart = "1970-01-01T00:00:00+00:00"

  private static func sessionStart(of path: String) -> String? {
    guard File.isHDF5(path), let file = try? File.open(path),
      let start = try? file.openDataset("/session_start_time").readStrings()
    else { return nil }
    return start.first
  }

  private func writeHead(start: String, description: String) throws {
    try mark("/", "NWBFile", "core")
    try file.contents.setAttribute("nwb_version", "2.7.0")
    for group in [
      "/acquisition", "/analysis", "/general", "/processing", "/stimulus",
      "/stimulus/presentation", "/stimulus/templates",
    ] { _ = try file.contents.createGroup(group) }
    let source = recording.path.split(separator: "/").last.map(String.init) ?? recording.path
    try file.contents.writeText("/identifier", "\(identity) \(source)")
    try file.contents.writeText("/session_description", description)
    try file.contents.writeText("/session_start_time", start)
    try file.contents.writeText("/timestamps_reference_time", start)
    let module = try file.contents.createGroup(self.module)
    try module.setAttribute("description", "recorded traces and those a fitted network predicts")
    try mark(self.module, "ProcessingModule", "core")
  }

  /// Names the type of a group, or of the file itself.
  private func mark(_ path: String, _ type: String, _ namespace: String) throws {
    func set(_ object: borrowing some Attributed & ~Copyable) throws {
      try object.setAttribute("neurodata_type", type)
      try object.setAttribute("namespace", namespace)
      try object.setAttribute("object_id", Self.objectID(path, identity))
    }
    if path == "/" { try set(file.contents) } else { try set(file.contents.openGroup(path)) }
  }

  /// A UUID that differs by path and is the same on every rank.
  private static func objectID(_ path: String, _ identity: String) -> String {
    let digits = String(StableHash.bits64(of: path) & 0xFFFF_FFFF_FFFF, radix: 16)
    return identity.prefix(24) + String(repeating: "0", count: 12 - digits.count) + digits
  }

  /// Adds a series of some of the recording's frames for all neurons, or for other `columns`; the
  /// caller writes all of it and lets go of it before `finish`.
  ///
  /// - Collective: every rank of the group must call it.
  package func addSeries(
    _ name: String, frames: Range<Int>, columns: Int? = nil, unit: String? = nil,
    description: String
  ) throws -> Dataset {
    let path = module + "/" + name
    do {
      let group = try file.contents.createGroup(path)
      try group.setAttribute("description", description)
      try group.setAttribute(
        "comments",
        recording.times.isEmpty
          ? "the recording has no clock: a frame counts as 1 s" : "no comments")
    }
    try mark(path, "TimeSeries", "core")
    let stamps = try file.contents.createDataset(
      path + "/timestamps", shape: [frames.count], of: Double.self)
    try stamps.setAttribute("unit", "seconds")
    try stamps.setAttribute("interval", 1)
    try stamps.write(isRoot ? recording.places(of: frames) : [])
    let data = try file.contents.createDataset(
      path + "/data", shape: [frames.count, columns ?? recording.neurons], of: Float.self)
    try data.setAttribute("unit", unit ?? recording.units ?? "n.a.")
    try data.setAttribute("conversion", Float(1))
    try data.setAttribute("offset", Float(0))
    try data.setAttribute("resolution", Float(-1))
    return data
  }

  /// Adds the table of the neurons: their labels, and columns of numbers, all known on every
  /// rank.
  ///
  /// - Collective: every rank of the group must call it.
  package mutating func addNeurons(
    _ columns: [(name: String, description: String, values: [Double])]
  ) throws {
    try addTable(
      "neurons", "the neurons, in the order of the series' columns",
      texts: [("label", "the neuron's name in the recording", recording.labels)], columns)
  }

  /// Adds the table of pairs of regions, and columns of numbers, all known on every rank.
  ///
  /// - Collective: every rank of the group must call it.
  package mutating func addRegionPairs(
    _ pairs: [(onto: String, from: String)],
    _ columns: [(name: String, description: String, values: [Double])]
  ) throws {
    try addTable(
      "region_pairs", "pairs of regions, in the order of the columns of currents_*",
      texts: [
        ("onto", "the region that receives", pairs.map(\.onto)),
        ("from", "the region that sends", pairs.map(\.from)),
      ], columns)
  }

  /// Adds a table of columns of texts and of numbers, of equal length.
  private mutating func addTable(
    _ name: String, _ description: String,
    texts: [(name: String, description: String, values: [String])],
    _ columns: [(name: String, description: String, values: [Double])]
  ) throws {
    let path = module + "/" + name
    let count = texts.first?.values.count ?? 0
    do {
      let table = try file.contents.createGroup(path)
      try table.setAttribute("description", description)
      try table.setAttribute("colnames", texts.map(\.name) + columns.map(\.name))
    }
    try mark(path, "DynamicTable", "hdmf-common")
    let ids = try file.contents.createDataset(path + "/id", shape: [count], of: Int.self)
    try describe(ids, "ElementIdentifiers", nil)
    try ids.write(isRoot ? Array(0..<count) : [])
    for column in columns {
      let values = try file.contents.createDataset(
        path + "/" + column.name, shape: [count], of: Double.self)
      try describe(values, "VectorData", column.description)
      try values.write(isRoot ? column.values : [])
    }
    for column in texts {
      self.texts.append((path + "/" + column.name, column.values, column.description))
    }
  }

  private func describe(
    _ column: borrowing Dataset, _ type: String, _ description: String?
  ) throws {
    try Self.describe(column, type, description, identity)
  }

  private static func describe(
    _ column: borrowing Dataset, _ type: String, _ description: String?, _ identity: String
  ) throws {
    try column.setAttribute("neurodata_type", type)
    try column.setAttribute("namespace", "hdmf-common")
    try column.setAttribute("object_id", objectID(column.objectPath, identity))
    if let description { try column.setAttribute("description", description) }
  }

  /// Completes the file and gives it its name.
  ///
  /// - Throws: exit code 74 if it could not be written to its end.
  /// - Collective: every rank of the group must call it.
  package consuming func finish(on group: borrowing some RankGroup & ~Copyable) throws {
    let (texts, identity, created) = (self.texts, self.identity, self.created)
    try file.finish(on: group) { file in
      let dates = try file.createVariableStrings("/file_create_date", [created])
      try dates.close()
      for text in texts {
        let column = try file.createVariableStrings(text.path, text.values)
        try Self.describe(column, "VectorData", text.description, identity)
        try column.close()
      }
    }
  }
}
