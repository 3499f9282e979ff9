internal import Foundation
internal import Reports

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
    let open = outcomes.count { $0 == 1 || $0 == 2 }
    if open > 0 {
      sentences.append(
        "\(grouped(open)) neurons did not reach the tolerance. Their weights are not the optimum:"
          + " raise --iterations, or --lambda.")
    }
    let clipped = (model.vector("diagnostics/clipped") ?? []).filter(\.isFinite)
    let clippedShare = clipped.reduce(0, +) / Double(max(1, clipped.count))
    if clippedShare > 0.1 {
      sentences.append(
        "\(percent(clippedShare)) of the targets lie beyond ±1, where no rate can go: α is too"
          + " small for this recording, or the traces are not scaled to (−1, 1).")
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
  }

  private mutating func addScores(
    _ totals: (model: Double, persistence: Double, linear: Double), _ page: FitPage
  ) {
    if totals.model >= totals.persistence {
      sentences.append(
        "The network does not predict held-out frames better than persistence (the rate stays as"
          + " it is). These one-step dynamics are not identified by this recording with these"
          + " settings: do not read W as connectivity.")
    }
    let skill = (page.score("skill") ?? []).filter(\.isFinite)
    let losing = skill.count { $0 <= 0 }
    if totals.model < totals.persistence, Double(losing) > 0.05 * Double(skill.count) {
      sentences.append(
        "\(grouped(losing)) of \(grouped(skill.count)) neurons are predicted no better than by"
          + " persistence: read their rows of W with care.")
    }
    if totals.linear < totals.model {
      sentences.append(
        "A linear model predicts the held-out frames better (error / persistence"
          + " \(short(totals.linear / totals.persistence)) against"
          + " \(short(totals.model / totals.persistence))): the network's nonlinearity earns"
          + " nothing here.")
    }
  }

  private mutating func addSelection(_ model: ResultContents) {
    for (name, flag) in [("lambda", "--lambda"), ("alpha", "--alpha")] {
      guard let candidates = model.vector("selection/\(name)/candidate"), candidates.count > 2,
        let chosen = model.chosen("selection/\(name)/candidate")
      else { continue }
      if chosen == candidates.max() || (chosen == candidates.min() && name == "lambda") {
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
