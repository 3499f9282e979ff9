internal import Foundation
internal import HDF5
internal import Statistics

/// Whether numbers are the times of frames: they rise, and unless the name leaves no doubt they
/// do so evenly, but for jitter and gaps; sorted numbers of anything else do not.
func isClock(_ times: [Double], named path: String) -> Bool {
  let steps = zip(times.dropFirst(), times).map { $0 - $1 }
  guard steps.allSatisfy({ $0 > 0 }), let usual = lowerMedian(steps) else { return false }
  let name = path.split(separator: "/").last.map(String.init) ?? ""
  let isStamp = words(of: name).contains { $0.hasPrefix("timestamp") }
  if isStamp || TimeName(name) != nil { return true }
  let even = steps.count { $0 > usual / 2 && $0 < 2 * usual }
  return Double(even) >= ClockEvidence.leastEven * Double(steps.count)
}

private enum ClockEvidence {
  /// The share of steps within a factor of 2 of their median; of numbers drawn at random and
  /// sorted it is 0.46.
  static let leastEven = 0.8
}

extension HDF5Catalog {
  /// What the file says of time stamps: NWB's are seconds by its definition, others by an
  /// attribute or by their name.
  func clockSource(_ path: String, isNamed: Bool) throws -> ClockSource {
    let dataset = try open(path)
    let words = try [dataset.attribute("units"), dataset.attribute("unit")]
      .compactMap { $0?.string }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let unit =
      words.compactMap { TimeUnit(attribute: $0) }.first ?? TimeName(name)?.unit
      ?? (format == .nwb ? .second : nil)
    return ClockSource(name: path, unit: unit, isNamed: isNamed)
  }

  /// The 1-D datasets of rising numbers with as many entries as there are frames, for a message.
  func clocks(of frames: Int) -> [String] {
    datasets.filter { path, summary in
      guard case .float = summary.type, summary.shape == [frames] else { return false }
      return (try? vector(path)).map { isClock($0, named: path) } ?? false
    }.map(\.path)
  }
}

/// Refuses inputs that are the traces themselves, or their clock: a network driven by what it
/// is to predict fits anything.
///
/// - Throws: `RecordingError` (64) about the first one.
func requireApart(
  _ inputs: [String], _ chosen: Candidate, _ timestamps: String?,
  _ catalog: borrowing HDF5Catalog
) throws {
  func place(_ name: String) -> String {
    let path = name.hasPrefix("/") ? name : "/" + name
    let full = catalog.has(path + "/data") ? path + "/data" : path
    return catalog.entries.first { $0.path == full }?.alias ?? full
  }
  let traces = Set(([chosen.traces].compactMap { $0 } + chosen.series).map(place))
  for input in inputs {
    let path = place(input)
    let file = catalog.file.filePath
    if traces.contains(path) {
      throw RecordingError.usage(
        "\(file): --inputs \(input) are the traces themselves: inputs drive the neurons from"
          + " outside")
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let isTime =
      try TimeName(name) != nil && catalog.summary(of: path)?.shape.count == 1
      && isClock(catalog.vector(path), named: path)
    if isTime || timestamps.map(place) == path {
      throw RecordingError.usage(
        "\(file): --inputs \(input) is the clock, which drives no neuron: leave it out, or give it"
          + " by --timestamps")
    }
  }
}
