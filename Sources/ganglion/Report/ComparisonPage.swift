internal import Charts
internal import Foundation
internal import Reports
internal import Statistics
internal import Wording

/// The page about a comparison of `ganglion train --against`.
struct ComparisonPage {
  private let result: ResultContents
  /// The optimiser of every run that counts, and its lowest held-out loss.
  private let names: [String]
  private let lowest: [Double]

  /// nil for a result that is no comparison.
  init?(_ result: ResultContents) {
    guard let names = result.strings("comparison/optimizer"),
      let lowest = result.vector("comparison/loss"), lowest.count == names.count
    else { return nil }
    self.result = result
    self.names = names
    self.lowest = lowest
  }

  var page: Page {
    var page = Page(
      title: "\(result.text("task") ?? "Task"): optimisers at equal time",
      subtitle: "A comparison of ganglion train --against: \(result.path)")
    page.section("Who is first", id: "standings", [standings])
    page.section("Learning curves", id: "learning", [grid(ordered.map(curves))])
    page.section("Where it comes from", id: "provenance", provenanceTables(result))
    return page
  }

  private func losses(of name: String) -> [Double] {
    zip(names, lowest).filter { $0.0 == name && $0.1.isFinite }.map(\.1)
  }

  /// The optimisers by their median loss, the best one first.
  private var ordered: [String] {
    Set(names).sorted { (medianLoss($0), $0) < (medianLoss($1), $1) }
  }

  private func medianLoss(_ name: String) -> Double {
    let losses = losses(of: name)
    return losses.isEmpty ? .infinity : median(losses)
  }

  private var standings: HTML {
    func first(_ variable: String, of name: String) -> Double {
      guard let values = result.vector("comparison/\(variable)"),
        let place = names.firstIndex(of: name), place < values.count
      else { return .nan }
      return values[place]
    }
    let rows = ordered.map { name in
      let losses = losses(of: name)
      return [
        name, short(medianLoss(name)), short(losses.min() ?? .nan), short(losses.max() ?? .nan),
        "\(losses.count)", short(first("rate", of: name)), short(first("damping", of: name)),
      ]
    }
    let time = result.number("run_time").map { " after \(short($0)) s of training a run" } ?? ""
    return table(
      "Lowest held-out losses\(time); rate and damping as they were tuned",
      ["Optimiser", "Median", "Lowest", "Highest", "Runs", "Rate", "Damping"], rows)
  }

  /// The runs of one optimiser, on the scale of all.
  private func curves(of name: String) -> HTML {
    let run = result.vector("curve/run") ?? []
    let elapsed = result.vector("curve/elapsed") ?? []
    let loss = result.vector("curve/loss") ?? []
    let isPositive = loss.allSatisfy { !$0.isFinite || $0 > 0 }
    var chart = Chart(
      "Held-out loss of \(name) by time", x: .around(elapsed, margin: 0),
      y: isPositive ? .logarithmic(around: loss) : .around(loss),
      xLabel: "seconds", yLabel: "held-out loss")
    for place in names.indices where names[place] == name {
      let points = zip(run, zip(elapsed, loss)).filter { $0.0 == Double(place) }.map(\.1)
      chart.line(nil, .network, points.map(\.0), points.map(\.1))
    }
    return figure(name, chart.html, "A line a seed; all optimisers on one scale.")
  }
}
