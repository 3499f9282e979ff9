internal import ArgumentParser
internal import Foundation
internal import Recordings
internal import Wording

/// What part of a file is the recording.
@dynamicMemberLookup
struct SourceOptions: ParsableArguments {
  @OptionGroup var traced: TraceOptions
  @Option(
    help: """
      The width of a bin, where the traces are spike times, in the file's unit: seconds, or \
      what --dt says a bin lasts.
      """)
  var bin: Double?
  @Option(
    help: """
      accepted: the neurons that the file marks as cells (Suite2p iscell, CaImAn \
      idx_components, NWB columns such as accepted or iscell); or all. Default: accepted, \
      where it marks any.
      """)
  var cells: CellChoice?
  @Option(
    help: """
      Subtract neuropil, given as PATH: a dataset of the same file (or a glob, as --traces), \
      or a file like the recording's; or as a share in [0, 1], often 0.7, where the recording \
      says which it is (Suite2p folders, NWB files with one series named neuropil).
      """)
  var neuropil: String?
  @Option(help: "The share of a neuropil PATH that is subtracted, in [0, 1]; default: 0.7.")
  var neuropilShare: Double?

  /// The flags that say which traces these are, as if they stood here.
  subscript<Value>(dynamicMember path: WritableKeyPath<TraceOptions, Value>) -> Value {
    get { traced[keyPath: path] }
    set { traced[keyPath: path] = newValue }
  }

  func validate() throws {
    try requireFinite(["--bin": bin])
    if let bin { try require(bin > 0, "--bin is \(asGiven(bin)), expected seconds > 0") }
    if let share = neuropil.flatMap(Double.init) {
      try require(
        share >= 0 && share <= 1,
        "--neuropil is \(asGiven(share)), expected a share in [0, 1] or a path")
      try require(neuropilShare == nil, "--neuropil and --neuropil-share both give a share")
    }
    if let neuropilShare {
      try require(neuropil != nil, "--neuropil-share needs --neuropil PATH")
      try require(
        neuropilShare >= 0 && neuropilShare <= 1,
        "--neuropil-share is \(asGiven(neuropilShare)), expected a share in [0, 1]")
    }
  }

  /// What `--neuropil` names, which may be a file.
  var neuropilFile: String? { neuropil.flatMap { Double($0) == nil ? $0 : nil } }

  /// The flags that were given, as they go into a result's configuration.
  var settings: [String: any Encodable & Sendable] {
    var settings = traced.settings
    settings["bin"] = bin
    settings["cells"] = cells?.rawValue
    settings["neuropil"] = neuropil
    settings["neuropil-share"] = neuropilShare
    return settings
  }

  /// The request for a file, where flags that are not given are those of an earlier run.
  func request(for path: String, stored: [String: Any]) throws -> RecordingRequest {
    var merged = self
    merged.traces = self.traces ?? stored["traces"] as? String
    if self.timeAxis == .auto, let axis = stored["time-axis"] as? String {
      merged.timeAxis = TimeAxis(rawValue: axis) ?? .auto
    }
    if self.dt == nil, self.rate == nil {
      merged.dt = (stored["dt"] as? NSNumber)?.doubleValue
      merged.rate = (stored["rate"] as? NSNumber)?.doubleValue
    }
    merged.timestamps = self.timestamps ?? stored["timestamps"] as? String
    if self.inputs.isEmpty { merged.inputs = stored["inputs"] as? [String] ?? [] }
    merged.trials = self.trials ?? stored["trials"] as? String
    func number(_ name: String) -> Double? { (stored[name] as? NSNumber)?.doubleValue }
    merged.bin = bin ?? number("bin")
    merged.cells = cells ?? (stored["cells"] as? String).flatMap { CellChoice(rawValue: $0) }
    merged.neuropil =
      neuropil ?? stored["neuropil"] as? String ?? number("neuropil").map { "\($0)" }
    merged.neuropilShare = neuropilShare ?? number("neuropil-share")
    merged.maxGap = self.maxGap ?? number("max-gap")
    if self.resample == .auto, let way = stored["resample"] as? String {
      merged.resample = Resampling(rawValue: way) ?? .auto
    }
    var request = merged.request(for: path)
    request.inherited = Set(stored.keys).subtracting(settings.keys)
    return request
  }

  /// The request for a file.
  func request(for path: String) -> RecordingRequest {
    var request = traced.request(for: path)
    request.bin = bin
    request.cells = cells
    request.neuropil = neuropil.map { text in
      Double(text).map { NeuropilRequest(share: $0) }
        ?? NeuropilRequest(path: text, share: neuropilShare ?? NeuropilRequest.usualShare)
    }
    return request
  }
}

extension CellChoice: ExpressibleByArgument {}
