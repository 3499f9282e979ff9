internal import Foundation
internal import HDF5

/// Neurodata Without Borders 2.x: objects are known by their `neurodata_type`.
extension HDF5Catalog {
  /// ROI response series first, then spike trains, then other time series and those that
  /// are stored one a neuron.
  func nwbCandidates() throws -> [Candidate] {
    var responses: [Candidate] = []
    var others: [Candidate] = []
    for group in groups {
      switch neurodataType(of: group) {
      case "RoiResponseSeries"?:
        if let series = try timeSeries(group, kind: .roiResponseSeries) {
          responses.append(series)
        }
      case "TimeSeries"? where !group.hasPrefix("/processing/behavior"):
        if let series = try timeSeries(group, kind: .timeSeries), series.shape.count == 2 {
          others.append(series)
        }
      default: break
      }
    }
    let single = try seriesOfNeurons()
    for index in responses.indices { responses[index].isPrimary = true }
    var units = try unitsCandidate().map { [$0] } ?? []
    if responses.isEmpty, single.count == 1, units.isEmpty {
      return single.map { candidate in
        var result = candidate
        result.isPrimary = true
        return result
      } + others
    }
    if responses.isEmpty, units.count == 1 { units[0].isPrimary = true }
    return responses + units + single + others
  }

  /// The candidate of a time series group; nil if it holds no numbers over time.
  func timeSeries(_ group: String, kind: Candidate.Kind) throws -> Candidate? {
    let path = group + "/data"
    if kind == .roiResponseSeries, brokenTarget(of: path) != nil {
      // What is missed is said when it is opened, and nothing else is taken for it.
      return Candidate(traces: path, kind: kind, shape: [], type: "a link that leads nowhere")
    }
    guard let summary = summary(of: path), summary.type.isNumeric,
      (1...2).contains(summary.shape.count), summary.shape[0] > 1
    else { return nil }
    var result = try candidate(path, kind: kind)
    result.timeAxis = 0
    result.timeAxisReason = "NWB has time first"
    try addClock(of: group, to: &result)
    result.units = try open(path).attribute("unit")?.string
    if summary.shape.count == 2 { try addNeurons(of: group, to: &result) }
    return result
  }

  /// Time stamps, or a start and a rate; either may be absent.
  func addClock(of group: String, to candidate: inout Candidate) throws {
    if has(group + "/timestamps") {
      candidate.timestamps = group + "/timestamps"
    } else if has(group + "/starting_time") {
      let start = try open(group + "/starting_time")
      candidate.startingTime = try start.read(Double.self).first ?? 0
      if let rate = try start.attribute("rate")?.number, rate > 0, rate.isFinite {
        candidate.rate = rate
      }
    }
  }

  /// Runs of groups that differ by a number and hold one series each: one neuron a group.
  private func seriesOfNeurons() throws -> [Candidate] {
    let single = groups.filter { group in
      guard let summary = summary(of: group + "/data") else { return false }
      return summary.shape.count == 1 && summary.shape[0] >= 10 && summary.type.isNumeric
    }
    let families = Dictionary(grouping: single) { group in
      group.replacing(/[0-9]+$/, with: "*")
    }
    return try families.filter { $0.key.hasSuffix("*") && $0.value.count >= 2 }
      .sorted { $0.key < $1.key }
      .compactMap { pattern, members in
        let lengths = Set(members.compactMap { summary(of: $0 + "/data")?.shape[0] })
        return lengths.count == 1 ? try glob(pattern + "/data") : nil
      }
  }

  /// The spike trains of the units table.
  func unitsCandidate() throws -> Candidate? {
    let parts = ["/units/spike_times", "/units/spike_times_index"]
    if parts.contains(where: { brokenTarget(of: $0) != nil }) {
      return Candidate(
        traces: "/units", kind: .spikeTrains, shape: [], type: "a link that leads nowhere")
    }
    guard let spikes = summary(of: "/units/spike_times"),
      let index = summary(of: "/units/spike_times_index"), index.shape.count == 1,
      spikes.shape.count == 1
    else { return nil }
    var result = try candidate("/units/spike_times", kind: .spikeTrains)
    result.traces = "/units"
    result.shape = [index.shape[0], spikes.shape[0]]
    result.units = "Hz"
    if let ids = try? file.openDataset("/units/id").read(Int.self), ids.count == index.shape[0] {
      result.labels = ids.map(String.init)
    }
    return result
  }

  /// The `neurodata_type` of a group.
  func neurodataType(of group: String) -> String? {
    (try? file.openGroup(group).attribute("neurodata_type"))??.string
  }

  /// Groups that are no aliases.
  var groups: [String] {
    entries.filter { $0.kind == .group && $0.alias == nil && $0.problem == nil }.map(\.path)
  }
}
