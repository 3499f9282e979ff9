internal import Charts
internal import Evaluation
internal import Foundation
internal import Reports
internal import Statistics
internal import Wording

extension FitPage {
  /// What a trace's panel is called: best, median or worst.
  private func title(_ place: Int, of count: Int, _ neuron: Int) -> String {
    let ranks =
      score("skill") == nil
      ? [] : count == 3 ? ["Best", "Median", "Worst"] : ["Best", "Worst"]
    let name = "neuron \(labels[neuron])"
    guard count == ranks.count || (count == 1 && !ranks.isEmpty) else { return name }
    let skill = (score("skill")?[neuron]).map { ", skill \(short($0))" } ?? ""
    // A skill above 0 may still be worse than the neuron's mean.
    let r2 = (score("r2")?[neuron]).map { ", R² \(short($0))" } ?? ""
    return "\(ranks[place]): \(name)\(skill)\(r2)"
  }

  private func panels(
    _ name: String, isDashed: Bool, _ values: (ReportTraces.Neuron) -> [Double],
    _ caption: String
  ) -> [HTML] {
    guard let traces = measured.traces else {
      return [paragraph(measured.tracesProblem ?? "There are no traces to show.")]
    }
    let unit = traces.units.map { " (\($0))" } ?? ""
    let charts = traces.neurons.enumerated().map { place, neuron in
      let predicted = values(neuron)
      var chart = Chart(
        "Recorded trace and \(name) of neuron \(labels[neuron.index]); "
          + "correlation \(short(correlation(neuron.recorded, predicted)))",
        x: Scale(traces.times.first ?? 0, traces.times.last ?? 1),
        y: .around(neuron.recorded + bounded(predicted, by: neuron.recorded)),
        xLabel: traces.hasClock ? "time (s)" : "frame", yLabel: "trace\(unit)")
      chart.line("recorded", .recorded, traces.times, neuron.recorded)
      chart.line(name, .network, traces.times, predicted, isDashed: isDashed)
      return figure(
        title(place, of: traces.neurons.count, neuron.index), chart.html,
        "Correlation \(short(correlation(neuron.recorded, predicted))) over these frames.")
    }
    return [paragraph(caption), grid(charts)]
  }

  /// Values that do not leave the recorded range by more than its width.
  private func bounded(_ values: [Double], by recorded: [Double]) -> [Double] {
    let known = recorded.filter(\.isFinite)
    guard let low = known.min(), let high = known.max(), high > low else { return values }
    return values.filter(\.isFinite).map { max(low - (high - low), min(high + (high - low), $0)) }
  }

  var predictionFigures: [HTML] {
    let frames =
      measured.traces?.isHeldOut == false
      ? "No frame was held out: these frames were fitted." : "These frames were not fitted."
    return panels(
      "one step ahead", isDashed: false, { $0.oneStep },
      "Each frame is predicted from the recorded frame before it, in the recording's own units."
        + " \(frames) A slow signal is easy to follow one frame ahead: judge by the skill, which"
        + " is measured against persistence.")
  }

  var rolloutFigures: [HTML] {
    var parts = panels(
      "free-running", isDashed: true, { $0.freeRun },
      "The network is started at the first of these frames and runs on by itself, driven only by"
        + " the recorded inputs, if there are any.")
    if let chart = rolloutErrors { parts.append(chart) }
    return parts
  }

  /// Errors by frames ahead, whatever free-running errors the scores hold.
  private var rolloutErrors: HTML? {
    guard let scores else {
      return paragraph(
        "Errors by frames ahead need `ganglion evaluate MODEL -o SCORES` and `--scores SCORES`.")
    }
    guard let ahead = scores.vector("horizon") else {
      return paragraph("There are no errors by frames ahead: no frame was held out to run from.")
    }
    let dt = model.number("dt")
    let x = ahead.map { $0 * (dt ?? 1) }
    let series: [(key: String, name: String, style: Chart.Style, isDashed: Bool)] = [
      ("mse", "network", .network, false), ("persistence_mse", "persistence", .persistence, false),
      ("linear_mse", "linear model", .linear, false),
      ("linear_by_runs_mse", "linear, ridge by runs", .linear, true),
      ("mean_mse", "mean", .mean, false), ("decay_mse", "own decay", .mean, true),
    ]
    let known = series.compactMap { entry in
      scores.vector("score/rollout_\(entry.key)").map { (entry, $0) }
    }.filter { $1.count == x.count }
    guard !known.isEmpty else { return nil }
    var chart = Chart(
      "Mean squared error of free-running prediction by frames ahead",
      x: Scale(0, x.last ?? 1), y: .logarithmic(around: known.flatMap(\.1)),
      xLabel: dt == nil ? "frames ahead" : "seconds ahead", yLabel: "mean squared error")
    for (entry, values) in known {
      chart.line(entry.name, entry.style, x, values, isDashed: entry.isDashed)
    }
    let rows = x.indices.filter { $0 < 10 || ($0 + 1).isMultiple(of: 10) }.map { i in
      [short(ahead[i])] + known.map { short($0.1[i]) }
    }
    let picture = figure(
      "Error by frames ahead", chart.html,
      "Over \(counted(scores.vector("score/rollout_start")?.count ?? 0, "start")) in the held-out frames"
        + " and all neurons, in squared rates."
        + (runVerdict.map { " " + $0.sentence } ?? ""))
    let numbers = details(
      "The same as a table",
      table("Mean squared error", ["Frames ahead"] + known.map(\.0.name), rows))
    return "\(grid([picture]))\(numbers)"
  }
}

/// Pearson's correlation over the frames where both are known.
private func correlation(_ a: [Double], _ b: [Double]) -> Double {
  var sums = PairSums()
  for (x, y) in zip(a, b) where x.isFinite && y.isFinite { sums.add(x, y) }
  return sums.correlation
}
