internal import Evaluation
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Recordings
internal import Results
internal import Wording

/// The currents between regions, as `evaluate` says it.
struct CurrentReport {
  let found: RegionCurrents
  /// Of fitted and true currents, where the truth is known; target × source.
  let correlations: [Double]?

  /// Pairs that the text names one by one.
  private static let mostShown = 16

  /// Of what varies in the currents onto a region, the share of each source; target × source.
  private var shares: [Double] {
    let count = found.names.count
    return found.variance.indices.map { pair in
      let target = pair / count
      let all = found.variance[(target * count)..<((target + 1) * count)].reduce(0, +)
      return found.variance[pair] / all
    }
  }

  /// Lines of the text.
  var lines: [String] {
    let count = found.names.count
    let titles =
      ["onto", "from", "deviation", "of all", "leading"] + (correlations == nil ? [] : ["r, truth"])
    let shares = shares
    let rows = found.variance.indices.prefix(Self.mostShown).map { pair in
      [
        found.names[pair / count], found.names[pair % count],
        String(format: "%.3g", found.variance[pair].squareRoot()), percent(shares[pair]),
        percent(found.componentShare[pair]),
      ] + (correlations.map { [String(format: "%.3f", $0[pair])] } ?? [])
    }
    let table = [titles] + rows
    let alignments: [Alignment] = [.left, .left] + titles.dropFirst(2).map { _ in .right }
    let columns = TextColumns(fitting: table, alignments, gap: 2)
    let more = found.variance.count - rows.count
    return [
      "currents between regions: deviation over time of a cell, its share of the variance from all"
        + " regions, the share of the leading component"
    ] + table.map { "  " + columns.line($0) } + (more > 0 ? ["  and \(more) more (-o FILE)"] : [])
      + notes.map { "note: \($0)" }
  }

  /// What a reader should know of the numbers.
  private var notes: [String] {
    found.names.indices.compactMap { place in
      guard found.regions.count(where: { $0 == place }) == 1 else { return nil }
      return "region \(found.names[place]) has one neuron: the currents onto it are one cell's, and"
        + " mean and root mean square differ by sign alone"
    }
  }

  /// As JSON.
  var object: [[String: Any]] {
    let count = found.names.count
    let shares = shares
    return found.variance.indices.map { pair in
      var row: [String: Any] = [
        "onto": found.names[pair / count], "from": found.names[pair % count],
        "variance": jsonNumber(found.variance[pair]), "share": jsonNumber(shares[pair]),
        "leading_share": jsonNumber(found.componentShare[pair]),
      ]
      if let correlations { row["pearson"] = jsonNumber(correlations[pair]) }
      return row
    }
  }

  /// Writes `/currents/*`: (target_region, source_region, time) and (target_region,
  /// source_region).
  ///
  /// - Collective: every rank must call it.
  func write(to file: inout ResultFile, of recording: Recording, isRoot: Bool) throws {
    let hasClock = !recording.times.isEmpty
    try file.addDimension(
      "current_time", values: recording.places(of: 0..<found.frames), units: hasClock ? "s" : "1",
      longName: hasClock ? "time of the frame" : "frame")
    let pairs = ["target_region", "source_region"]
    for (name, values, meaning) in [
      ("mean", found.mean, "mean over cells of the current"),
      ("rms", found.rootMeanSquare, "root mean square over cells of the current"),
      ("component", found.component, "leading component of what varies, by the root of the cells"),
    ] {
      let variable = try file.createVariable(
        "currents/\(name)", of: Double.self, pairs + ["current_time"], longName: meaning)
      try variable.writeWhole(isRoot ? values : [])
      try variable.close()
    }
    for (name, values, meaning) in [
      ("variance", found.variance, "mean over cells of the variance over time"),
      ("share", shares, "its share of the variance from all regions"),
      ("component_share", found.componentShare, "share of the leading component"),
      ("pearson", correlations ?? [], "correlation with the true currents, over cells and time"),
    ] where !values.isEmpty {
      let variable = try file.createVariable(
        "currents/\(name)", of: Double.self, pairs, longName: meaning)
      try variable.writeWhole(isRoot ? values : [])
      try variable.close()
    }
  }
}
