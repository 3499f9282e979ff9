internal import Foundation
private import Glibc
internal import HDF5

extension HDF5Catalog {
  /// What may be the traces, likeliest first.
  func candidates() throws -> [Candidate] {
    do {
      switch format {
      case .own: return try ownCandidates()
      case .nwb: return try nwbCandidates()
      case .caiman: return try caimanCandidates()
      case .chen: return try chenCandidates()
      case .matlab, .plain, .result: return try plainCandidates()
      }
    } catch let error as HDF5Error {
      throw unreadable(file.filePath, error)
    }
  }

  /// Every 2-D dataset of numbers that is long enough, with its clock if there is one.
  private func plainCandidates() throws -> [Candidate] {
    let clocks = try self.clocks()
    return try datasets.filter { _, summary in
      summary.type.isNumeric && summary.shape.count == 2 && (summary.shape.max() ?? 0) >= 10
        && (summary.shape.min() ?? 0) >= 2
    }.map { path, summary in
      var result = try candidate(path, kind: .dataset)
      let matching = clocks.filter { clock in
        summary.shape.filter { $0 == clock.count }.count == 1
      }
      if matching.count == 1, let axis = summary.shape.firstIndex(of: matching[0].count) {
        result.timeAxis = axis
        result.timestamps = matching[0].path
        result.timeAxisReason = "\(matching[0].path) has \(matching[0].count) entries"
      }
      return result
    }.sorted { a, b in
      // Those with a clock first, then the largest.
      let (clockA, clockB) = (a.timeAxis != nil, b.timeAxis != nil)
      let (sizeA, sizeB) = (a.shape.reduce(1, *), b.shape.reduce(1, *))
      return clockA != clockB ? clockA : sizeA > sizeB
    }
  }

  /// 1-D datasets of rising numbers that are named like a time vector.
  private func clocks() throws -> [(path: String, count: Int)] {
    try datasets.filter { path, summary in
      let name = path.split(separator: "/").last.map { String($0).lowercased() } ?? ""
      guard case .float = summary.type, summary.shape.count == 1, summary.shape[0] >= 10 else {
        return false
      }
      return name.hasPrefix("time") || name == "t" || name.hasSuffix("_time")
        || TimeName(name) != nil
    }.filter { path, _ in isClock(try vector(path), named: path) }.map {
      ($0.path, $0.summary.shape[0])
    }
  }

  /// The candidate that 1-D datasets matching a glob make together.
  ///
  /// - Throws: `RecordingError` if none match, or their lengths differ.
  func glob(_ pattern: String) throws -> Candidate {
    let full = pattern.hasPrefix("/") ? pattern : "/" + pattern
    let found = datasets.filter { matches($0.path, full) }
    guard let first = found.first else {
      throw RecordingError.missing("\(file.filePath): nothing matches \(pattern)\(offers)")
    }
    for (path, summary) in found {
      guard summary.type.isNumeric, summary.shape.count == 1 else {
        throw RecordingError.badData(
          "\(file.filePath): \(path) matches \(pattern), and is \(summary.type) of shape"
            + " \(summary.shape), where one series of numbers is needed")
      }
      guard summary.shape == first.summary.shape else {
        throw RecordingError.badData(
          "\(file.filePath): the series that match \(pattern) differ in length: \(first.path) has"
            + " \(first.summary.shape[0]) entries, \(path) has \(summary.shape[0])")
      }
    }
    var result = try candidate(first.path, kind: .series)
    result.traces = pattern
    result.series = found.map(\.path)
    result.shape = [found.count, first.summary.shape[0]]
    result.timeAxis = 1
    result.timeAxisReason = "one series a neuron"
    result.labels = found.map { seriesName($0.path) }
    if first.path.hasSuffix("/data") {
      try addClock(of: String(first.path.dropLast(5)), to: &result)
    }
    var own: [Calibration] = []
    for (path, _) in found {
      let data = try numbers(path)
      own.append(try calibration(of: data))
      result.units = try data.attribute("unit")?.string ?? result.units
    }
    try result.calibrate(each: own, found.map(\.path), file.filePath)
    return result
  }
}

extension Candidate {
  /// Takes each series' own calibration; what cannot differ between neurons must agree.
  fileprivate mutating func calibrate(
    each own: [Calibration], _ paths: [String], _ file: String
  ) throws {
    guard let first = own.first, let other = own.first(where: { $0 != first }),
      let place = own.firstIndex(of: other)
    else { return calibration = own.first ?? calibration }
    guard own.allSatisfy({ $0.offset == first.offset && $0.gaps == first.gaps }) else {
      throw RecordingError.badData(
        "\(file): the series that match \(traces ?? "") differ in offset or fill value:"
          + " \(paths[0]) and \(paths[place])")
    }
    calibration = Calibration(
      offset: first.offset, channels: own.map(\.conversion), gaps: first.gaps)
  }
}

/// Whether a path matches a shell pattern, part by part between the slashes.
func matches(_ path: String, _ pattern: String) -> Bool {
  let parts = path.split(separator: "/")
  let patterns = pattern.split(separator: "/")
  guard parts.count == patterns.count else { return false }
  return zip(parts, patterns).allSatisfy(matches)
}

/// Shell matching of one part: "*" is any run of bytes, "?" any one byte, and all else is itself.
private func matches(_ text: Substring, _ pattern: Substring) -> Bool {
  let escaped = pattern.replacing("[", with: "[[]")
  return unsafe fnmatch(String(escaped), String(text), FNM_NOESCAPE) == 0
}
