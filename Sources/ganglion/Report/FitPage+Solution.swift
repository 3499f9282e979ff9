internal import Charts
internal import Foundation
internal import Reports
internal import Statistics
internal import Wording

extension FitPage {
  var convergenceFigures: [HTML] {
    var figures: [HTML] = []
    if let objective = model.vector("log/objective"), objective.count >= 2,
      let first = objective.first, let last = objective.last, first != last
    {
      let gap = objective.dropLast().map { max(abs($0 - last) / abs(first - last), 1e-16) }
      let steps = gap.indices.map(Double.init)
      var chart = Chart(
        "Objective above its last value by iteration, relative, over"
          + " \(counted(objective.count - 1, "iteration"))",
        x: Scale(0, Double(gap.count)), y: .logarithmic(around: gap), xLabel: "iteration",
        yLabel: "above its end")
      chart.line(nil, .network, steps, gap)
      chart.points(nil, .network, steps, gap)
      figures.append(
        figure(
          "Objective", chart.html,
          "Distance of the summed objective to its last value, relative to the whole descent."))
    }
    let optimality = (model.vector("diagnostics/optimality") ?? []).filter { $0 > 0 }
    if !optimality.isEmpty {
      let logs = optimality.map { log10($0) }
      let low = min((logs.min() ?? -6).rounded(.down), -6)
      let high = max((logs.max() ?? 0).rounded(.up), low + 1)
      var histogram = Histogram(from: low, to: high, bins: 40)
      for value in logs { histogram.add(value) }
      let tolerance = (model.settings["tolerance"] as? NSNumber)?.doubleValue
      var chart = Chart(
        "Histogram of the optimality residual of each neuron; median \(short(median(optimality)))",
        x: Scale(low, high), y: Scale(0, 1.05 * Double(histogram.counts.max() ?? 1)),
        xLabel: "log₁₀ of the residual", yLabel: "neurons")
      chart.bars(nil, .network, histogram)
      if let tolerance { chart.vertical("tolerance", at: log10(tolerance)) }
      figures.append(
        figure(
          "Optimality", chart.html,
          "The relative gradient left in each neuron's problem: median"
            + " \(short(median(optimality))), worst \(short(optimality.max() ?? .nan))."))
    }
    return figures.isEmpty ? [paragraph("The file holds no log of the solution.")] : [grid(figures)]
  }

  var selectionFigures: [HTML] {
    let figures = model.names(below: "selection").compactMap(selectionFigure)
    guard figures.isEmpty else { return [grid(figures)] }
    let settings = ["alpha", "lambda", "loss"].compactMap { name in
      model.settings[name].map { "\(name) \($0)" }
    }
    return [
      paragraph(
        "Leak, ridge and loss were given, not chosen from the recording: "
          + settings.joined(separator: ", ") + ".")
    ]
  }

  private func selectionFigure(_ name: String) -> HTML? {
    guard let errors = model.vector("selection/\(name)/error") else { return nil }
    let tried = model.vector("selection/\(name)/candidate")
    // One that was given is no choice.
    guard tried?.count != 1 else { return nil }
    guard let candidates = tried else {
      guard let labels = model.strings("selection_\(name)") else { return nil }
      return figure(
        "Choice of the \(name)",
        table(
          "Held-out error / persistence", [name, "Error"],
          zip(labels, errors).map { [$0, short($1)] }),
        "The smallest one was taken.")
    }
    let order = candidates.indices.sorted { candidates[$0] < candidates[$1] }
    let x = order.map { candidates[$0] }
    let error = order.map { errors[$0] }
    let isWide = (x.first ?? 0) > 0 && (x.last ?? 0) / (x.first ?? 1) > 20
    let clipped = model.vector("selection/\(name)/clipped").map { values in
      order.map { values[$0] }
    }
    let chosen = model.chosen("selection/\(name)/candidate")
    var chart = Chart(
      "Held-out error by \(name)" + (chosen.map { "; chosen \(short($0))" } ?? ""),
      x: isWide ? .logarithmic(around: x) : .around(x),
      y: .around(error + (clipped ?? []), including: 1), xLabel: name, yLabel: "error / persistence"
    )
    chart.line("held-out error", .network, x, error)
    chart.points(nil, .network, x, error)
    if let clipped { chart.line("targets beyond ±1 (share)", .clipped, x, clipped) }
    chart.horizontal("persistence", .persistence, at: 1)
    if let chosen { chart.vertical("chosen", at: chosen) }
    return figure(
      "Choice of \(name)\(chosen.map { ": \(short($0))" } ?? "")", chart.html,
      "Cross-validated on contiguous blocks of the fitted frames.")
  }
}
