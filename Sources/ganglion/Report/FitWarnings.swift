internal import Evaluation
internal import Foundation
internal import Wording

/// What a user of a model must know before trusting it, in plain words.
struct FitWarnings {
  private(set) var sentences: [String] = []

  init(_ page: FitPage) {
    let model = page.model
    if let totals = page.totals {
      addScores(totals, page)
    } else {
      sentences.append(
        "No frame was held out, so nothing here says how well the network predicts. Fit again"
          + " with --holdout 0.2 to know.")
    }
    let outcomes = model.vector("diagnostics/outcome") ?? []
    let skipped = outcomes.indices.filter { outcomes[$0] == 3 }
    if !skipped.isEmpty {
      let names = skipped.prefix(10).map { page.labels[$0] }.joined(separator: ", ")
      sentences.append(
        "\(grouped(skipped.count)) neurons are constant or mostly missing and were left out: "
          + names + (skipped.count > 10 ? ", …" : "") + ".")
    }
    let errors = page.score("mse") ?? []
    let unscored = outcomes.indices.filter {
      outcomes[$0] != 3 && errors.indices.contains($0) && !errors[$0].isFinite
    }
    if page.totals != nil, !unscored.isEmpty {
      let names = unscored.prefix(10).map { page.labels[$0] }.joined(separator: ", ")
      sentences.append(
        "\(grouped(unscored.count)) neurons are mostly missing in the held-out frames and are not"
          + " scored; their means stand in for them there: " + names
          + (unscored.count > 10 ? ", …" : "") + ".")
    }
    if let raise = model.number("preconditioner_ridge_raise"), raise > 1 {
      sentences.append(
        "Rounding left no factor of the Gram matrix at this ridge: the preconditioner has"
          + " \(grouped(whole(raise))) times of it, which costs iterations but moves no weight.")
    }
    let open = outcomes.count { $0 == 1 || $0 == 2 }
    if open > 0 {
      sentences.append(
        "\(grouped(open)) neurons did not reach the tolerance. Their weights are not the optimum:"
          + " raise --iterations, or --lambda.")
    }
    let clipped = (model.vector("diagnostics/clipped") ?? []).filter(\.isFinite)
    let clippedShare = clipped.reduce(0, +) / Double(max(1, clipped.count))
    // A leak that held-out blocks chose is the best there is: nothing is left to do about it.
    let isLeakChosen = (model.vector("selection/alpha/candidate") ?? []).count > 1
    if clippedShare > 0.1, !isLeakChosen {
      sentences.append(
        "\(percent(clippedShare)) of the targets lie beyond ±1, where no rate can go: α is too"
          + " small for this recording (--alpha auto chooses), or the traces are not scaled to"
          + " (−1, 1).")
    }
    let missing = (model.vector("diagnostics/dropped") ?? []).indices.count {
      (model.vector("diagnostics/dropped")?[$0] ?? 0) > 0 && outcomes[$0] != 3
    }
    if missing > 0 {
      sentences.append(
        "\(grouped(missing)) neurons have missing frames; the transitions into them were left out"
          + " of the fit.")
    }
    addSelection(model)
    addRollout(page)
    addSources(page)
  }

  /// Whether traces and scores are of what the page's title names.
  private mutating func addSources(_ page: FitPage) {
    if let scores = page.scores, scores.number("is_fitted_recording") == 0 {
      sentences.append(
        "The scores are of \(scores.text("recording") ?? "another recording"), as it was read"
          + " there, and not of what was fitted.")
    }
    sentences += page.measured.notes.map { note in
      "Of the traces: \(note.hasPrefix("warning: ") ? String(note.dropFirst(9)) : note)."
    }
  }

  private mutating func addScores(
    _ totals: ScoreTotals, _ page: FitPage
  ) {
    let verdict = totals.verdict
    if verdict.isWarning { sentences.append(verdict.sentence) }
    let skill = (page.score("skill") ?? []).filter(\.isFinite)
    let losing = skill.count { $0 <= 0 }
    if totals.model < totals.persistence, Double(losing) > 0.05 * Double(skill.count) {
      sentences.append(
        "\(grouped(losing)) of \(grouped(skill.count)) neurons are predicted no better than by"
          + " persistence: read their rows of W with care.")
    }
  }

  private mutating func addSelection(_ model: ResultContents) {
    // A leak of 1 is the largest there is.
    for (name, flag, bound) in [("lambda", "--lambda", Double.infinity), ("alpha", "--alpha", 1)] {
      guard let candidates = model.vector("selection/\(name)/candidate"), candidates.count > 2,
        let chosen = model.chosen("selection/\(name)/candidate")
      else { continue }
      if chosen < bound, chosen == candidates.max() || chosen == candidates.min() {
        sentences.append(
          "The chosen \(name) (\(short(chosen))) is the last one of those tried: the best may lie"
            + " beyond. Look at the curve, and give \(flag) by hand if it still falls there.")
      }
    }
    let errors = model.vector("selection/lambda/error") ?? []
    if let least = errors.filter(\.isFinite).min(), least >= 1 {
      sentences.append(
        "On the held-out blocks no setting that was tried beats persistence.")
    }
  }

  private mutating func addRollout(_ page: FitPage) {
    guard let network = page.scores?.vector("score/rollout_mse"),
      let persistence = page.scores?.vector("score/rollout_persistence_mse"),
      let last = network.last, let other = persistence.last, last > other
    else { return }
    sentences.append(
      "Left to itself, the network is worse than a constant after \(network.count) frames: its"
        + " free-running activity must not be read as the recorded dynamics.")
  }
}
