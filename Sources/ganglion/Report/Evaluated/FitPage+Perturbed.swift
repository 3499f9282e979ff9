internal import Charts
internal import Foundation
internal import Reports
internal import Wording

// What `evaluate --perturbed` found: responses that were foreseen and measured.
extension FitPage {
  /// The card about stimulated trials; empty where the scores hold none.
  var perturbedFigures: [HTML] {
    guard let scores, let ahead = scores.vector("frames_after_onset"),
      let correlation = scores.vector("perturbed/correlation"),
      let slope = scores.vector("perturbed/slope"),
      let ratio = scores.vector("perturbed/error_ratio")
    else { return [] }
    let trials = whole(scores.number("perturbed_trials") ?? 0)
    let fitted = whole(scores.number("perturbed_trials_in_fitted_frames") ?? 0)
    let lead = paragraph(
      "Of \(counted(trials, "trial")) in which cells were stimulated, what the network foresees of the"
        + " other cells against what was measured, each less the network's unperturbed run."
        + (fitted > 0 ? " \(grouped(fitted)) of them lie in the fitted frames." : ""))
    let charts = ahead.indices.compactMap { place in
      responseFigure(scores, place, frames: whole(ahead[place]), correlation[place])
    }
    let rows = ahead.indices.map { place in
      [
        counted(whole(ahead[place]), "frame"), shortCorrelation(correlation[place]),
        short(slope[place]),
        short(ratio[place]),
      ]
    }
    let numbers = table(
      "Over all cells that were not stimulated and all trials; an error below 1 says that the"
        + " stimulated run is nearer to the recording than the unperturbed one",
      ["After the onset", "Correlation", "Slope", "Error / unperturbed"], rows)
    return [lead] + (charts.isEmpty ? [] : [grid(charts)]) + [numbers]
  }

  private func responseFigure(
    _ scores: ResultContents, _ place: Int, frames: Int, _ correlation: Double
  ) -> HTML? {
    guard let foreseen = scores.series("perturbed/foreseen", at: [place]),
      let measured = scores.series("perturbed/measured", at: [place])
    else { return nil }
    let known = zip(foreseen, measured).filter { $0.isFinite && $1.isFinite }
    guard !known.isEmpty else { return nil }
    let (x, y) = (known.map(\.0), known.map(\.1))
    let (across, upwards) = (Scale.around(x), Scale.around(y))
    var chart = Chart(
      "Foreseen and measured responses \(counted(frames, "frame")) after the onset; correlation"
        + " \(shortCorrelation(correlation))",
      x: across, y: upwards, xLabel: "foreseen response", yLabel: "measured response")
    let reach = [max(across.lower, upwards.lower), min(across.upper, upwards.upper)]
    if reach[0] < reach[1] { chart.line("as foreseen", .guide, reach, reach, isDashed: true) }
    chart.points("cells", .network, x, y)
    return figure(
      "\(counted(frames, "frame")) after the onset", chart.html,
      "Correlation \(shortCorrelation(correlation));"
        + " \(counted(known.count, "response")) of cells in trials.")
  }
}
