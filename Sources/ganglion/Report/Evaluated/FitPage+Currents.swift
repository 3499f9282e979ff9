internal import Charts
internal import Foundation
internal import Reports
internal import Wording

// What `evaluate --currents` found: what regions send each other.
extension FitPage {
  /// Charts of pairs, and runs of frames that one has a point for.
  private static let (mostCharts, mostPoints) = (9, 500)

  /// The card about currents; empty where the scores hold none.
  var currentFigures: [HTML] {
    guard let scores, let names = scores.strings("target_region"),
      let variance = scores.table("currents/variance", of: names.count),
      let share = scores.table("currents/share", of: names.count)
    else { return [] }
    let lead = paragraph(
      "The current onto a region from a region is the product of these weights with its rates, a"
        + " number without unit, of which a neuron takes tanh. Shown is the leading component of what"
        + " varies, at one scale for all currents onto a region.")
    let order = variance.indices.filter { variance[$0] > 0 }.sorted {
      (share[$0], $1) > (share[$1], $0)
    }
    let shown = order.prefix(Self.mostCharts).sorted()
    let traces = Dictionary(
      uniqueKeysWithValues: shown.compactMap { place in
        scores.series(
          "currents/component", at: [place / names.count, place % names.count]
        ).map { (place, $0) }
      })
    let charts = shown.compactMap { place in
      traces[place].map { own in
        let beside = traces.filter { $0.key / names.count == place / names.count }.values
        return currentFigure(
          RegionPair(place, names), scores, own, scale: .around(beside.flatMap { $0 }),
          share: share[place])
      }
    }
    let rest =
      order.count > charts.count
      ? [
        paragraph("The \(charts.count) pairs with the largest shares; all others are in the file.")
      ]
      : []
    return [lead] + (charts.isEmpty ? [] : [grid(charts)] + rest)
      + [currentTable(scores, names, order, variance, share)]
  }

  private func currentFigure(
    _ pair: RegionPair, _ scores: ResultContents, _ trace: [Double], scale: Scale, share: Double
  ) -> HTML {
    let times = scores.vector("current_time") ?? trace.indices.map(Double.init)
    let outline = extremes(of: trace, at: times, runs: Self.mostPoints)
    var chart = Chart(
      "Leading component of the current onto \(pair.title) over time",
      x: Scale(times.first ?? 0, times.last ?? 1), y: scale,
      xLabel: scores.units("current_time") == "s" ? "time (s)" : "frame", yLabel: "current")
    chart.line(nil, .network, outline.x, outline.y)
    return figure(
      "Onto \(pair.title)", chart.html,
      "\(percent(share)) of what varies in all currents onto it.")
  }

  private func currentTable(
    _ scores: ResultContents, _ names: [String], _ order: [Int], _ variance: [Double],
    _ share: [Double]
  ) -> HTML {
    let optional = [
      ("Leading share", "currents/component_share"), ("r, true current", "currents/pearson"),
      ("p of weights", "nulls/region_p"), ("q of weights", "nulls/region_q"),
    ].compactMap { title, name in
      scores.table(name, of: names.count).map { (title, $0) }
    }
    let rows = order.prefix(RegionPair.mostShown).map { place in
      [
        RegionPair(place, names).title, short(variance[place].squareRoot()),
        percent(share[place]),
      ]
        + optional.map { title, values in
          guard values[place].isFinite else { return "–" }
          return switch title {
          case "Leading share": percent(values[place])
          case "r, true current": shortCorrelation(values[place])
          default: short(values[place])
          }
        }
    }
    return table(
      "Currents onto regions: deviation over time of a cell, and its share of the variance from all"
        + " regions" + RegionPair.rest(of: order.count),
      ["Onto", "Deviation", "Share of all"] + optional.map(\.0), rows)
  }
}

/// The least and the largest value of each of so many runs of a trace, in their order; all of a
/// trace that is no longer.
private func extremes(
  of trace: [Double], at times: [Double], runs: Int
) -> (x: [Double], y: [Double]) {
  guard trace.count > 2 * runs, times.count == trace.count else { return (times, trace) }
  var x: [Double] = []
  var y: [Double] = []
  for run in 0..<runs {
    let part = run * trace.count / runs..<(run + 1) * trace.count / runs
    let known = part.filter { trace[$0].isFinite }
    guard let low = known.min(by: { trace[$0] < trace[$1] }),
      let high = known.max(by: { trace[$0] < trace[$1] })
    else {
      // The line breaks where nothing is known.
      x.append(times[part.lowerBound])
      y.append(.nan)
      continue
    }
    for place in [min(low, high), max(low, high)] {
      x.append(times[place])
      y.append(trace[place])
    }
  }
  return (x, y)
}
