internal import Evaluation
internal import Foundation
internal import HDF5
internal import Results
internal import Wording

// The teacher in the report of `evaluate`: as text, as JSON, and in the file.
extension TeacherComparison {
  var lines: [String] { (runs.map(lines) ?? []) + (attractors.map(lines) ?? []) }

  private func lines(_ runs: Runs) -> [String] {
    let trials = runs.network.trials
    let columns = TextColumns([.left(34), .right(8), .right(8), .right(8)], gap: 2)
    func text(_ value: Double) -> String { value.isNaN ? "-" : String(format: "%.4f", value) }
    let rows = runs.rows.map { [$0.title, text($0.network), text($0.teacher), text($0.recorded)] }
    var lines = [
      "free runs of \(trials.starts.count) trials, \(trials.steps) frames from the start of each; "
        + "the yardsticks are the true network's own run, and the recorded rates"
    ]
    lines += ([["", "network", "truth", "recorded"]] + rows).map { "  " + columns.line($0) }
    if cells > neurons {
      lines.append(
        "  \(neurons) of the true network's \(cells) cells: it cannot be run itself (--truth with a"
          + " recording of them all compares fixed points)")
    }
    return lines
  }

  private func lines(_ attractors: Attractors) -> [String] {
    let (match, yardstick) = (attractors.match, attractors.yardstick)
    let columns = TextColumns([.left(34), .right(8), .right(8)], gap: 2)
    var rows = [["", "network", "truth"]]
    rows.append(["stable points", "\(match.fitted.stable)", "\(match.teacher.stable)"])
    rows.append([
      "saddles left in one direction", "\(match.fitted.simpleSaddles)",
      "\(match.teacher.simpleSaddles)",
    ])
    rows.append(["left in more", "\(match.fitted.others)", "\(match.teacher.others)"])
    func found(_ match: FixedPointMatch) -> String {
      "\(match.stableFound) of \(match.teacher.stable) stable points and \(match.saddlesFound) of"
        + " \(Attractors.saddles(match.teacher)) saddles found, median distance of pairs"
        + " \(short(Attractors.distance(match)))"
    }
    var lines = ["fixed points against those of the true network"]
    lines += rows.map { "  " + columns.line($0) }
    lines.append("  \(found(match))")
    lines.append("  yardstick, the truth from two halves of the recording: \(found(yardstick))")
    let titles = ["distance", "unstable", "in truth", "leading |λ|", "in truth"]
    let table = TextColumns(titles.map { .right(max(8, $0.count)) }, gap: 2)
    let pairs = match.pairs.prefix(10).map { pair in
      let own = attractors.network.points[pair.fitted]
      let truth = attractors.teacher.points[pair.teacher]
      return [
        String(format: "%.4f", pair.distance), "\(own.unstable)", "\(truth.unstable)",
        String(format: "%.4f", own.spectralRadius), String(format: "%.4f", truth.spectralRadius),
      ]
    }
    if !pairs.isEmpty { lines += ([titles] + pairs).map { "  " + table.line($0) } }
    return lines
  }

  /// A JSON object.
  var object: [String: Any] {
    var object: [String: Any] = ["neurons": neurons, "cells": cells]
    if let runs {
      var values: [String: Any] = [
        "trials": runs.network.trials.starts.count, "steps": runs.network.trials.steps,
      ]
      for row in runs.rows {
        values[row.key] = jsonNumber(row.network)
        values[row.key + "_truth"] = jsonNumber(row.teacher)
        values[row.key + "_recorded"] = jsonNumber(row.recorded)
      }
      object["trial_runs"] = values
    }
    if let attractors {
      let match = attractors.match
      func counts(_ counts: FixedPointMatch.Counts) -> [String: Int] {
        [
          "stable": counts.stable, "simple_saddles": counts.simpleSaddles, "others": counts.others,
        ]
      }
      object["fixed_points"] = [
        "network": counts(match.fitted), "truth": counts(match.teacher),
        "stable_found": match.stableFound, "saddles_found": match.saddlesFound,
        "distances": match.pairs.map(\.distance),
        "median_distance": jsonNumber(Attractors.distance(match)),
        "stable_found_yardstick": attractors.yardstick.stableFound,
        "stable_yardstick": attractors.yardstick.teacher.stable,
        "median_distance_yardstick": jsonNumber(Attractors.distance(attractors.yardstick)),
      ]
    }
    return object
  }

  /// Writes `/trial_runs/*` as attributes, `/teacher_fixed_points/*` and `/matched_points/*`.
  ///
  /// - Collective: every rank that shares the file must call it.
  func write(to file: inout ResultFile, isRoot: Bool) throws {
    if let runs {
      try file.contents.setAttribute("trial_runs", runs.network.trials.starts.count)
      try file.contents.setAttribute("trial_run_steps", runs.network.trials.steps)
      for row in runs.rows {
        try file.contents.setAttribute("trial_run_" + row.key, row.network)
        try file.contents.setAttribute("trial_run_" + row.key + "_truth", row.teacher)
        try file.contents.setAttribute("trial_run_" + row.key + "_recorded", row.recorded)
      }
    }
    guard let attractors else { return }
    try file.write(attractors.teacher, isRoot: isRoot, prefix: "teacher_")
    let (match, yardstick) = (attractors.match, attractors.yardstick)
    for (name, value) in [
      ("stable", match.fitted.stable), ("stable_truth", match.teacher.stable),
      ("saddles", Attractors.saddles(match.fitted)),
      ("saddles_truth", Attractors.saddles(match.teacher)),
      ("stable_found", match.stableFound), ("saddles_found", match.saddlesFound),
      ("stable_yardstick", yardstick.teacher.stable),
      ("saddles_yardstick", Attractors.saddles(yardstick.teacher)),
      ("stable_found_yardstick", yardstick.stableFound),
      ("saddles_found_yardstick", yardstick.saddlesFound),
    ] {
      try file.contents.setAttribute("attractors_" + name, value)
    }
    try file.contents.setAttribute("attractors_distance", Attractors.distance(match))
    try file.contents.setAttribute(
      "attractors_distance_yardstick", Attractors.distance(yardstick))
    guard !match.pairs.isEmpty else { return }
    try file.addDimension("matched_point", count: match.pairs.count, longName: "matched pair")
    try file.write(
      "matched_points/truth", match.pairs.map(\.teacher), ["matched_point"],
      longName: "place in /teacher_fixed_points")
    try file.write(
      "matched_points/network", match.pairs.map(\.fitted), ["matched_point"],
      longName: "place in /fixed_points")
    try file.write(
      "matched_points/distance", match.pairs.map(\.distance), ["matched_point"],
      longName: "distance over the spread of the recorded states")
  }
}
