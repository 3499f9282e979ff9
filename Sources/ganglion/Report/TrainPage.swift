internal import Charts
internal import Foundation
internal import Reports
internal import Wording

/// The page about a run of `ganglion train`.
struct TrainPage {
  private let run: ResultContents

  init(_ run: ResultContents) { self.run = run }

  var page: Page {
    let settings = run.settings
    let optimizer = settings["optimizer"] as? String ?? "an optimiser"
    var page = Page(
      title: "\(run.text("task") ?? "Task") with \(optimizer)",
      subtitle: "A run of ganglion train: \(run.path)")
    page.section("At a glance", id: "glance", [tiles(entries)])
    page.section("Learning curve", id: "learning", curves)
    page.section("Scores", id: "scores", [scores])
    page.section("Where it comes from", id: "provenance", provenanceTables(run))
    return page
  }

  private var entries: [(name: String, value: String, note: String)] {
    var entries: [(name: String, value: String, note: String)] = []
    if let best = run.number("best_loss") {
      let at = run.number("best_iteration").map { "at iteration \(short($0))" } ?? ""
      entries.append((isHeldOut ? "Best held-out loss" : "Best loss", short(best), at))
    }
    if let loss = run.vector("log/loss"), let first = loss.first, let last = loss.last {
      entries.append(("Loss", short(last), "from \(short(first)) at the start"))
    }
    if let elapsed = run.vector("log/elapsed")?.last {
      entries.append(("Training time", "\(short(elapsed)) s", "evaluations not counted"))
    }
    return entries
  }

  private var curves: [HTML] {
    [grid(["iteration", "elapsed"].compactMap(curve))]
  }

  private func curve(_ axis: String) -> HTML? {
    guard let x = run.vector("log/\(axis)"), let loss = run.vector("log/loss") else { return nil }
    let held = run.vector("evaluation/loss") ?? []
    let isPositive = (loss + held).allSatisfy { !$0.isFinite || $0 > 0 }
    let all = loss + held
    let at = run.vector("evaluation/\(axis)") ?? []
    var chart = Chart(
      "Loss by \(axis)", x: .around(x + at, margin: 0),
      y: isPositive ? .logarithmic(around: all) : .around(all),
      xLabel: axis == "elapsed" ? "seconds" : "iteration", yLabel: "loss")
    chart.line("batch", .training, x, loss)
    if !held.isEmpty { chart.line(isHeldOut ? "held-out" : "evaluated", .network, at, held) }
    return figure(
      axis == "elapsed" ? "By time" : "By iteration", chart.html,
      isHeldOut
        ? "The batch's loss before each step, and that of trials the training never sees."
        : "The batch's loss before each step, and that of the whole trial: no trial was held out.")
  }

  /// Whether the trials that are called held out were kept from the training.
  private var isHeldOut: Bool { run.number("held_out_trials") != 0 }

  private var scores: HTML {
    let rows = run.names(below: "scores").map { name in
      let meaning = run.variables.first { $0.path == "/scores/\(name)" }?.longName ?? ""
      return [name, (run.vector("scores/\(name)")?.first).map { short($0) } ?? "–", meaning]
    }
    return rows.isEmpty
      ? paragraph("This task has no scores beyond its loss.")
      : table("Scores of the best parameters", ["Score", "Value", "Meaning"], rows, ofWords: true)
  }
}
