internal import Foundation
internal import Statistics
internal import Wording

// What weights are worth, as text.
extension WeightErrorReport {
  /// Neurons that the text names one by one.
  private static let mostShown = 10
  /// A correlation of successive errors beyond which they do not count as independent.
  private static let mostCorrelated = 0.1
  /// A share of clamped targets beyond which what that makes of weights may show.
  private static let mostClamped = 0.01

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
}
