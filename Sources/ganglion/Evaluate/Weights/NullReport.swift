internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import Wording

/// What nulls say of the weights, as `evaluate` says it.
struct NullReport {
  /// This rank's share, and the regions of all.
  private let found: EdgeNulls
  private let settings: NullSettings
  private let components: PopulationComponents?
  /// Weights of all ranks that were compared.
  let tested: Int
  /// Those with a p value of at most `level`, and those that are found at that false discovery rate.
  let beyondChance: Int
  let discoveries: Int
  /// Weights of all ranks by their p value, in equal bins from 0 to 1.
  private let histogram: [Int]
  /// Regions that have one neuron.
  private let lonely: [(region: String, neuron: String)]

  /// The nominal share of false positives, and of false discoveries.
  static let level = 0.05
  private static let bins = 20
  /// Pairs of regions that the text names one by one.
  private static let mostShown = 10

  /// - Collective: every rank of `world` must call it.
  init(
    _ found: EdgeNulls, _ settings: NullSettings, components: PopulationComponents?,
    labels: [String], on world: borrowing Communicator
  ) throws {
    self.found = found
    self.settings = settings
    self.components = components
    let level = Float(Self.level)
    var counts = [0, 0, 0] + [Int](repeating: 0, count: Self.bins)
    for i in 0..<found.p.rows {
      for j in 0..<found.p.columns where !found.p[i, j].isNaN {
        counts[0] += 1
        if found.p[i, j] <= level { counts[1] += 1 }
        let rank = Int((Double(found.p[i, j]) * Double(settings.count + 1)).rounded())
        counts[3 + Self.bin(ofRank: rank, nulls: settings.count)] += 1
      }
      counts[2] += found.q(i).count { $0 <= level }
    }
    try world.sum(&counts)
    (tested, beyondChance, discoveries) = (counts[0], counts[1], counts[2])
    histogram = Array(counts[3...])
    lonely =
      found.regions.map { nulls in
        nulls.names.enumerated().compactMap { place, name in
          let members = nulls.regions.indices.filter { nulls.regions[$0] == place }
          return members.count == 1 ? (name, labels[members[0]]) : nil
        }
      } ?? []
  }

  /// The bin of a p value of so many in nulls + 1.
  private static func bin(ofRank rank: Int, nulls: Int) -> Int {
    min(bins - 1, max(0, (rank - 1) * bins / (nulls + 1)))
  }

  /// Weights in each bin if every rank is as likely: not quite equal, as ranks are whole numbers.
  private var chance: [Double] {
    var shares = [Double](repeating: 0, count: Self.bins)
    for rank in 1...(settings.count + 1) {
      shares[Self.bin(ofRank: rank, nulls: settings.count)] +=
        Double(tested) / Double(settings.count + 1)
    }
    return shares
  }

  /// The regions of which pairs are told.
  var regionNames: [String]? { found.regions?.names }

  /// Lines of the text.
  var lines: [String] {
    let kind = settings.kind == .shift ? "shifted" : "phase-randomised"
    var lines = [
      "weights against \(settings.count) \(kind) targets of each neuron, with"
        + " \(counted(settings.components, "component")) of the population as regressors"
    ]
    let rows = [
      ("weights compared", "\(tested)"),
      ("p <= \(plain(Self.level)), by chance \(percentage(Self.level))", percentage(share)),
      ("found at a false discovery rate of \(percentage(Self.level))", "\(discoveries)"),
    ]
    lines += rows.map { "  " + padded($0.0, to: 40) + $0.1 }
    lines += pairLines
    return lines + notes.map { "note: \($0)" } + warnings.map { "warning: \($0)" }
  }

  /// Of the weights, those with a small p value.
  private var share: Double { Double(beyondChance) / Double(max(1, tested)) }

  /// Pairs of regions, those first that chance tells least of.
  private var pairLines: [String] {
    guard let regions = found.regions else { return [] }
    let (p, q) = (regions.p, regions.q)
    let (strengths, nulls) = (regions.strengths, regions.nullStrengths)
    let known = p.indices.filter { !p[$0].isNaN }
    let order = known.sorted {
      (p[$0], -strengths[$0] / nulls[$0]) < (p[$1], -strengths[$1] / nulls[$1])
    }
    let titles = ["onto", "from", "rms weight", "of nulls", "p", "q"]
    let rows = order.prefix(Self.mostShown).map { pair in
      [regions.names[pair / regions.names.count], regions.names[pair % regions.names.count]]
        + [strengths[pair], nulls[pair], p[pair], q[pair]].map { String(format: "%.3g", $0) }
    }
    let table = [titles] + rows
    let columns = TextColumns(
      fitting: table, [.left, .left, .right, .right, .right, .right], gap: 2)
    let more = known.count - rows.count
    return ["pairs of regions against the same nulls"] + table.map { "  " + columns.line($0) }
      + (more > 0 ? ["  and \(more) more (-o FILE)"] : [])
  }

  /// What a reader should know of the numbers.
  private var notes: [String] {
    var notes = lonely.map {
      "region \($0.region) has one neuron, \($0.neuron): within it there is no pair, and pairs with"
        + " it are single weights"
    }
    if let components, settings.components > 0 {
      notes.append(
        "what the leading \(counted(settings.components, "component")) carry is no weight:"
          + " connections that make neurons alike are lost with drives that do (parallel analysis"
          + " tells \(components.count) from chance)")
    }
    return notes
  }

  /// Where the null hypothesis is not the one that is meant.
  private var warnings: [String] {
    guard let components else {
      return [
        "whether the neurons share a drive was not looked at; if they do, the weights that are found"
          + " may all be its work"
      ]
    }
    if settings.components < components.count {
      return [
        "\(counted(components.count, "component")) of the population"
          + " \(components.count == 1 ? "is" : "are") beyond chance (parallel analysis) and"
          + " \(settings.components) \(settings.components == 1 ? "is" : "are") taken as regressors:"
          + " under a drive that neurons share, every weight that was found in trials without them"
          + " was false; give --components auto"
      ]
    }
    guard settings.components > 0 else { return [] }
    // Sources/Benchmarks/results/choices/nulls-power.md
    var warnings = [
      "where neurons are alike by their own dynamics and not by a drive, 37 to 90 % of the weights that"
        + " were found with components were not there (simulated networks of 40 neurons, a tenth of"
        + " them connected): believe what --components 0 finds as well"
    ]
    if components.count == components.eigenvalues.count {
      warnings.append(
        "all \(components.count) components that are looked for are beyond chance, and there may be"
          + " more: a drive that neurons share may be behind the weights that are found")
    }
    return warnings
  }

  /// As JSON.
  var object: [String: Any] {
    var object: [String: Any] = [
      "nulls": settings.count, "kind": settings.kind.rawValue,
      "components": settings.components, "weights": tested,
      "share_beyond_chance": jsonNumber(share),
      "discoveries": discoveries, "notes": notes, "warnings": warnings,
    ]
    if let components { object["components_beyond_chance"] = components.count }
    if let regions = found.regions {
      let columns = [regions.strengths, regions.nullStrengths, regions.p, regions.q]
      object["pairs"] = regions.p.indices.map { pair in
        let values = columns.map { jsonNumber($0[pair]) }
        return [
          "onto": regions.names[pair / regions.names.count],
          "from": regions.names[pair % regions.names.count], "rms_weight": values[0],
          "null_rms_weight": values[1], "p": values[2], "q": values[3],
        ]
      }
    }
    return object
  }

  /// Writes `/nulls/*`: (neuron, presyn), and (target_region, source_region) where there are regions.
  ///
  /// - Collective: every rank must call it.
  func write(to file: inout ResultFile, first: Int) throws {
    try file.contents.setAttribute("nulls", settings.count)
    try file.contents.setAttribute("null_kind", settings.kind.rawValue)
    try file.contents.setAttribute("null_components", settings.components)
    try file.contents.setAttribute("null_discoveries", discoveries)
    try file.contents.setAttribute("null_weights", tested)
    try file.contents.setAttribute("null_beyond_chance", beyondChance)
    if !warnings.isEmpty {
      try file.contents.setAttribute("null_warnings", warnings.joined(separator: "\n"))
    }
    try file.addDimension(
      "p_bin", values: (0..<Self.bins).map { (Double($0) + 0.5) / Double(Self.bins) }, units: "1",
      longName: "middle of a bin of p values")
    try file.write("nulls/p_count", histogram, ["p_bin"], longName: "weights with such a p value")
    try file.write(
      "nulls/p_count_by_chance", chance, ["p_bin"], longName: "the same if every rank is as likely")
    try write(
      "weight", "weight that was compared, with components of the population as regressors", first,
      to: &file
    ) { found, i, row in for j in 0..<row.count { row[j] = found.weights[i, j] } }
    try write("p", "rank among this weight's nulls", first, to: &file) { found, i, row in
      for j in 0..<row.count { row[j] = found.p[i, j] }
    }
    try write("pooled_p", "rank among the nulls of all weights onto neuron", first, to: &file) {
      found, i, row in for j in 0..<row.count { row[j] = found.pooled[i, j] }
    }
    try write("q", "false discovery rate of pooled_p", first, to: &file) { found, i, row in
      let q = found.q(i)
      for j in 0..<row.count { row[j] = q[j] }
    }
    if let components {
      try file.contents.setAttribute("null_components_beyond_chance", components.count)
      try file.addDimension(
        "component", count: components.eigenvalues.count, longName: "component of the population")
      try file.write(
        "nulls/eigenvalue", components.eigenvalues, ["component"],
        longName: "leading eigenvalue of the correlation matrix")
      try file.write(
        "nulls/chance_eigenvalue", components.chance, ["component"],
        longName: "the largest of its rank over recordings of rotated neurons")
    }
    guard let regions = found.regions else { return }
    for (name, values, meaning) in [
      ("rms_weight", regions.strengths, "root mean square of the weights"),
      ("null_rms_weight", regions.nullStrengths, "its median over the nulls"),
      ("p", regions.p, "its rank among the nulls"),
      ("q", regions.q, "false discovery rate"),
    ] {
      let variable = try file.createVariable(
        "nulls/region_\(name)", of: Double.self, ["target_region", "source_region"],
        longName: meaning)
      let count = regions.names.count
      var block = Matrix<Double>(rows: first == 0 && found.p.rows > 0 ? count : 0, columns: count)
      for i in 0..<block.rows {
        for j in 0..<count { block[i, j] = values[i * count + j] }
      }
      try variable.writeBlock(block)
      try variable.close()
    }
  }

  /// Writes a variable of all weights, some rows of this rank at a time.
  private func write(
    _ name: String, _ meaning: String, _ first: Int, to file: inout ResultFile,
    fill: (_ found: EdgeNulls, _ row: Int, _ values: inout [Float]) -> Void
  ) throws {
    let variable = try file.createVariable(
      "nulls/\(name)", of: Float.self, ["neuron", "presyn"], longName: meaning)
    let columns = found.p.columns
    for start in stride(from: 0, to: found.p.rows, by: Self.rowsAtOnce) {
      let rows = start..<min(start + Self.rowsAtOnce, found.p.rows)
      var block = Matrix<Float>(rows: rows.count, columns: columns)
      var values = [Float](repeating: 0, count: columns)
      for i in rows {
        fill(found, i, &values)
        for j in 0..<columns { block[i - start, j] = values[j] }
      }
      try variable.writeBlock(block, row: first + start, transfer: .independent)
    }
    try variable.close()
  }

  private static let rowsAtOnce = 64
}
