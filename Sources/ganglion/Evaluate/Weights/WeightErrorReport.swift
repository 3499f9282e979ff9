internal import CORNN
internal import Collectives
internal import Foundation
internal import HDF5
internal import LinearAlgebra
internal import MPI
internal import Results
internal import Statistics
internal import Wording

/// What the weights onto some neurons are worth, as `evaluate` says it.
struct WeightErrorReport {
  /// The weights onto one of this rank's neurons.
  struct Row {
    let weights: [Double]
    let errors: WeightErrors
    /// The share of its targets that were clamped to ±1.
    let clamped: Double
  }

  /// One neuron's figures.
  private struct Summary {
    /// Root mean square of its weights, medians of their errors and biases.
    let size: Double
    let standardError: Double
    let ridgeBias: Double
    /// Of all error, in the mean of squares, what the ridge makes.
    let ridgeShare: Double
    /// Weights that are more than two standard errors from 0, and all.
    let apart: Double
    let count: Double
    let correlation: Double
    let clamped: Double

    /// As they travel between ranks.
    var numbers: [Double] {
      [size, standardError, ridgeBias, ridgeShare, apart, count, correlation, clamped]
    }

    init(_ row: Row) {
      let errors = row.errors
      let known = row.weights.indices.filter { errors.standardErrors[$0].isFinite }
      func sum(_ value: (Int) -> Double) -> Double { known.reduce(0) { $0 + value($1) } }
      count = Double(known.count)
      size = (sum { row.weights[$0] * row.weights[$0] } / count).squareRoot()
      standardError = median(known.map { errors.standardErrors[$0] })
      ridgeBias = median(known.map { errors.ridgeBiases[$0] })
      let noise = sum { errors.standardErrors[$0] * errors.standardErrors[$0] }
      let bias = sum { errors.ridgeBiases[$0] * errors.ridgeBiases[$0] }
      ridgeShare = bias / (noise + bias)
      apart = Double(known.count { abs(row.weights[$0]) > 2 * errors.standardErrors[$0] })
      correlation = errors.errorCorrelation
      clamped = row.clamped
    }

    init(numbers: ArraySlice<Double>) {
      let values = Array(numbers)
      (size, standardError, ridgeBias, ridgeShare) = (values[0], values[1], values[2], values[3])
      (apart, count, correlation, clamped) = (values[4], values[5], values[6], values[7])
    }
  }

  /// The names of the neurons, on every rank.
  let neurons: [String]
  /// Of this rank's.
  private let own: [Row]
  /// How many other ranks have before these.
  private let first: Int
  /// Of all.
  private let summaries: [Summary]
  /// Of pairs of regions, over all; nil without regions.
  private let regions: RegionSums?

  /// Neurons that the text names one by one.
  private static let mostShown = 10
  /// A correlation of successive errors beyond which they do not count as independent.
  private static let mostCorrelated = 0.1
  /// A share of clamped targets beyond which what that makes of weights may show.
  private static let mostClamped = 0.01

  /// - Collective: every rank of `world` must call it.
  init(
    neurons: [String], own: [Row], first: Int, regions: RegionSums?,
    on world: borrowing Communicator
  ) throws {
    self.regions = regions
    self.neurons = neurons
    self.own = own
    self.first = first
    let all = try world.gather(own.flatMap { Summary($0).numbers })
    let width = all.count / max(1, neurons.count)
    summaries = neurons.indices.map { Summary(numbers: all[($0 * width)..<(($0 + 1) * width)]) }
  }

  /// Lines of the text.
  var lines: [String] {
    func short(_ value: Double) -> String { String(format: "%.3g", value) }
    let titles = [
      "neuron", "rms weight", "sampling error", "ridge bias", "ridge's share", "beyond 2",
    ]
    let columns = TextColumns([.left(14)] + titles.dropFirst().map { .right($0.count) }, gap: 2)
    let rows = zip(neurons, summaries).prefix(Self.mostShown).map { name, row in
      [
        name, short(row.size), short(row.standardError), short(row.ridgeBias),
        short(row.ridgeShare), "\(Int(row.apart))/\(Int(row.count))",
      ]
    }
    var lines = [
      "what weights are worth at this ridge: median sampling error, if it were recorded anew;"
        + " median pull of the ridge, and its share of the mean square of both; weights beyond 2"
        + " sampling errors. No interval of the true weights: sparse ones are pulled by more"
    ]
    lines += ([titles] + rows).map { "  " + columns.line($0) }
    if neurons.count > Self.mostShown {
      lines.append("  and \(neurons.count - Self.mostShown) more (-o FILE)")
    }
    return lines + regionLines + warnings.map { "warning: \($0)" }
  }

  /// The regions between which weights were summed.
  var regionNames: [String]? { regions?.regions.names }

  /// Pairs of regions, those first whose sum is most sampling errors from 0.
  private var regionLines: [String] {
    guard let regions else { return [] }
    let names = regions.regions.names
    let known = regions.weights.indices.filter { regions.standardErrors[$0] > 0 }
    let order = known.sorted {
      abs(regions.weights[$0]) / regions.standardErrors[$0]
        > abs(regions.weights[$1]) / regions.standardErrors[$1]
    }
    let rows = order.prefix(Self.mostShown).map { pair in
      [names[pair / names.count], names[pair % names.count]]
        + [regions.weights[pair], regions.standardErrors[pair], regions.ridgeBiases[pair]].map {
          String(format: "%.3g", $0)
        }
    }
    let table = [["onto", "from", "sum of weights", "sampling error", "ridge bias"]] + rows
    let columns = TextColumns(fitting: table, [.left, .left, .right, .right, .right], gap: 2)
    let more = order.count - rows.count
    return ["sums of the weights onto these neurons by region"]
      + table.map { "  " + columns.line($0) } + (more > 0 ? ["  and \(more) more (-o FILE)"] : [])
  }

  /// Where the formula is in doubt.
  private var warnings: [String] {
    let correlation = median(summaries.map(\.correlation))
    var warnings: [String] = []
    if abs(correlation) > Self.mostCorrelated {
      warnings.append(
        "errors of successive frames are correlated (\(String(format: "%.2f", correlation))), and"
          + " the sampling errors take them as independent: they are too "
          + (correlation > 0 ? "small" : "large"))
    }
    let clamped = median(summaries.map(\.clamped))
    if clamped > Self.mostClamped {
      warnings.append(
        "\(percentage(clamped)) of the targets were clamped to ±1: what that makes of weights is in"
          + " neither number (fit with --targets unclipped)")
    }
    return warnings
  }

  /// As JSON.
  var object: [[String: Any]] {
    return zip(neurons, summaries).map { name, row in
      [
        "neuron": name, "rms_weight": jsonNumber(row.size),
        "median_sampling_error": jsonNumber(row.standardError),
        "median_ridge_bias": jsonNumber(row.ridgeBias), "ridge_share": jsonNumber(row.ridgeShare),
        "beyond_two_sampling_errors": row.apart, "weights": row.count,
        "error_correlation": jsonNumber(row.correlation),
      ]
    }
  }

  /// Pairs of regions as JSON; nil without regions.
  var regionObject: [[String: Any]]? {
    guard let regions else { return nil }
    let names = regions.regions.names
    return regions.weights.indices.map { pair in
      [
        "onto": names[pair / names.count], "from": names[pair % names.count],
        "sum": jsonNumber(regions.weights[pair]),
        "sampling_error": jsonNumber(regions.standardErrors[pair]),
        "ridge_bias": jsonNumber(regions.ridgeBiases[pair]),
      ]
    }
  }

  /// Writes `/worth/{weight,sampling_error,ridge_bias}` (worth_neuron, presyn), and of regions
  /// `/worth/region_*` (worth_neuron, source_region) and `/worth/pair_*` (target_region,
  /// source_region).
  ///
  /// - Collective: every rank must call it.
  func write(to file: inout ResultFile, presyn: Int, isRoot: Bool) throws {
    try file.addDimension(
      "worth_neuron", labels: neurons, longName: "neuron whose incoming weights these are")
    for (name, meaning, values) in [
      ("weight", "weight onto worth_neuron from presyn", own.map(\.weights)),
      (
        "sampling_error", "standard deviation at this ridge if the recording were made anew",
        own.map(\.errors.standardErrors)
      ),
      (
        "ridge_bias", "root mean square pull of the ridge, if true weights have one size",
        own.map(\.errors.ridgeBiases)
      ),
    ] {
      let variable = try file.createVariable(
        "worth/\(name)", of: Double.self, ["worth_neuron", "presyn"], longName: meaning)
      var block = Matrix<Double>(rows: values.count, columns: presyn)
      for (i, row) in values.enumerated() {
        for (j, value) in row.enumerated() { block[i, j] = value }
      }
      try variable.writeBlock(block, row: first)
      try variable.close()
    }
    guard let regions else { return }
    for (name, meaning, values) in [
      (
        "sum", "sum of the weights onto worth_neuron from source_region",
        own.map { $0.errors.sums.map(\.weight) }
      ),
      (
        "sampling_error", "its standard deviation if the recording were made anew",
        own.map { $0.errors.sums.map(\.standardError) }
      ),
      ("ridge_bias", "its pull by the ridge", own.map { $0.errors.sums.map(\.ridgeBias) }),
    ] {
      let variable = try file.createVariable(
        "worth/region_\(name)", of: Double.self, ["worth_neuron", "source_region"],
        longName: meaning)
      var block = Matrix<Double>(rows: values.count, columns: regions.regions.names.count)
      for (i, row) in values.enumerated() {
        for (j, value) in row.enumerated() { block[i, j] = value }
      }
      try variable.writeBlock(block, row: first)
      try variable.close()
    }
    for (name, meaning, values) in [
      ("sum", "sum of the weights onto the named neurons of target_region", regions.weights),
      ("sampling_error", "its sampling error", regions.standardErrors),
      ("ridge_bias", "its pull by the ridge", regions.ridgeBiases),
    ] {
      let variable = try file.createVariable(
        "worth/pair_\(name)", of: Double.self, ["target_region", "source_region"],
        longName: meaning)
      try variable.writeWhole(isRoot ? values : [])
      try variable.close()
    }
  }
}
