internal import Charts
internal import Foundation
internal import Reports
internal import Wording

// What `evaluate --nulls` found of the weights.
extension FitPage {
  /// The card about nulls; empty where the scores hold none.
  var nullFigures: [HTML] {
    guard let scores, let nulls = scores.number("nulls") else { return [] }
    let kind = scores.text("null_kind") == "shift" ? "shifted" : "phase-randomised"
    let lead = paragraph(
      "Each neuron's targets were replaced \(grouped(whole(nulls))) times by \(kind) ones, which have"
        + " no relation to the other neurons. A weight's p value is its rank among those that these"
        + " give, " + besideRegressors(scores))
    let warnings = scores.text("null_warnings").map { $0.split(separator: "\n").map(String.init) }
    let figures = [nullHistogram(scores), componentFigure(scores)].compactMap { $0 }
    return [lead] + (warnings.map { [notices($0)] } ?? [])
      + (figures.isEmpty ? [] : [grid(figures)]) + [pairTable(scores)].compactMap { $0 }
  }

  /// What stood beside the regressors, and what became of two p values.
  private func besideRegressors(_ scores: ResultContents) -> String {
    let count = counted(whole(scores.number("null_components") ?? 0), "component")
    guard isJoint(scores) else { return "with \(count) of the population beside the regressors." }
    return
      "the larger of two: without, and with \(count) of the population beside the regressors. A"
      + " weight is beyond chance where both tests say so (intersection-union test)."
  }

  /// Whether p values are the larger of two.
  private func isJoint(_ scores: ResultContents) -> Bool {
    (scores.vector("null_test")?.count ?? 1) > 1
  }

  private func nullHistogram(_ scores: ResultContents) -> HTML? {
    guard let counts = scores.vector("nulls/p_count"),
      let chance = scores.vector("nulls/p_count_by_chance"), !counts.isEmpty,
      counts.count == chance.count, let tested = scores.number("null_weights"), tested > 0,
      let beyond = scores.number("null_beyond_chance"),
      let found = scores.number("null_discoveries")
    else { return nil }
    let histogram = Histogram(from: 0, to: 1, counts: counts.map { whole($0) })
    var chart = Chart(
      "Histogram of the p values of \(counted(whole(tested), "weight")) against what chance gives",
      x: Scale(0, 1), y: Scale(0, 1.05 * max(1, (counts + chance).max() ?? 1)), xLabel: "p value",
      yLabel: "number of weights")
    chart.bars("weights", .network, histogram)
    let edges = counts.indices.flatMap { [histogram.edge($0), histogram.edge($0 + 1)] }
    chart.line("by chance", .guide, edges, chance.flatMap { [$0, $0] })
    let isJoint = isJoint(scores)
    var caption =
      "\(percent(beyond / tested)) of \(counted(whole(tested), "weight")) have p ≤ 0.05,"
      + " \(isJoint ? "at most " : "")5 % by chance; \(grouped(whole(found))) are found at a false"
      + " discovery rate of 5 %."
    if isJoint, let beyond = scores.vector("nulls/test_beyond_chance"),
      let found = scores.vector("nulls/test_discoveries"), beyond.count == 2, found.count == 2
    {
      caption +=
        " Without components alone \(percent(beyond[0] / tested)) and \(grouped(whole(found[0]))),"
        + " with them alone \(percent(beyond[1] / tested)) and \(grouped(whole(found[1])))."
    }
    return figure("p values of the weights", chart.html, caption)
  }

  private func componentFigure(_ scores: ResultContents) -> HTML? {
    guard let values = scores.vector("nulls/eigenvalue"),
      let chance = scores.vector("nulls/chance_eigenvalue"), values.count > 1,
      values.count == chance.count
    else { return nil }
    let places = values.indices.map { Double($0 + 1) }
    var chart = Chart(
      "Leading eigenvalues of the correlation matrix of the rates, and those by chance",
      x: Scale(0.5, places.count > 1 ? places[places.count - 1] + 0.5 : 2),
      y: .logarithmic(around: values + chance), xLabel: "component", yLabel: "eigenvalue")
    chart.line("recorded", .recorded, places, values)
    chart.line("by chance", .guide, places, chance, isDashed: true)
    let beyond = whole(scores.number("null_components_beyond_chance") ?? 0)
    return figure(
      "What neurons share", chart.html,
      "\(counted(beyond, "component")) of the population \(beyond == 1 ? "is" : "are") beyond chance:"
        + " a drive that neurons share shows as such, and makes weights between neurons that are not"
        + " connected.")
  }

  /// Pairs of regions, those first that chance tells least of.
  private func pairTable(_ scores: ResultContents) -> HTML? {
    guard let names = scores.strings("target_region"),
      let p = scores.table("nulls/region_p", of: names.count),
      let q = scores.table("nulls/region_q", of: names.count),
      let strengths = scores.table("nulls/region_rms_weight", of: names.count),
      let nulls = scores.table("nulls/region_null_rms_weight", of: names.count)
    else { return nil }
    let known = p.indices.filter { p[$0].isFinite }
    let order = known.sorted {
      (p[$0], -strengths[$0] / nulls[$0]) < (p[$1], -strengths[$1] / nulls[$1])
    }
    let shown = order.prefix(RegionPair.mostShown)
    let rows = shown.map { place in
      [RegionPair(place, names).title]
        + [strengths[place], nulls[place], p[place], q[place]].map { short($0) }
    }
    return table(
      "Pairs of regions against the same nulls, those first that chance tells least of: root mean"
        + " square of the weights, its median over the nulls, its rank among them"
        + (isJoint(scores) ? ", by the test in which it is higher" : "")
        + ", and the false discovery rate q of that" + RegionPair.rest(of: order.count),
      ["Onto", "Rms weight", "Rms of nulls", "p", "q"], rows)
  }
}

/// A pair of regions as a page names it.
struct RegionPair {
  let title: String

  /// Rows of a table of pairs.
  static let mostShown = 24

  /// By place in target × source.
  init(_ place: Int, _ names: [String]) {
    title = "\(names[place / names.count]) from \(names[place % names.count])"
  }

  /// What a caption says of rows that are not shown.
  static func rest(of count: Int) -> String {
    count > mostShown ? "; the first \(mostShown) of \(grouped(count))" : ""
  }
}
