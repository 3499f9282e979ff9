internal import CORNN
internal import Evaluation
internal import Foundation
internal import Wording

/// What a user of a model must know before trusting it, in plain words.
struct FitWarnings {
  private(set) var sentences: [String] = []

  /// `notes` are what a reader should know of the recording whose traces are shown.
  init(_ result: ScoredResult, notes: [String] = []) {
    let model = result.model
    if let totals = result.totals {
      addScores(totals, result)
    } else {
      sentences.append(
        "No frame was held out, so nothing here says how well the network predicts. Fit again"
          + " with --holdout 0.2 to know.")
    }
    sentences += Self.diagnosis(result).warnings(labels: result.labels).map(\.sentence)
    addSelection(model)
    addRollout(result)
    addSources(result, notes)
  }

  /// What the result says of each neuron.
  private static func diagnosis(_ result: ScoredResult) -> FitDiagnosis {
    let model = result.model
    return FitDiagnosis(
      outcomes: (model.vector("diagnostics/outcome") ?? []).map {
        Outcome(rawValue: whole($0)) ?? .converged
      },
      errors: result.score("mse") ?? [], clipped: model.vector("diagnostics/clipped") ?? [],
      dropped: model.vector("diagnostics/dropped") ?? [], isScored: result.totals != nil,
      ridgeRaise: model.number("preconditioner_ridge_raise") ?? 1,
      isLeakChosen: (model.vector("selection/alpha/candidate") ?? []).count > 1,
      isClamped: model.text("targets") != TargetRange.unclipped.rawValue)
  }

  /// Whether traces and scores are of what the page's title names.
  private mutating func addSources(_ result: ScoredResult, _ notes: [String]) {
    if let scores = result.scores, scores.number("is_fitted_recording") == 0 {
      sentences.append(
        "The scores are of \(scores.text("recording") ?? "another recording"), as it was read"
          + " there, and not of what was fitted.")
    }
    sentences += notes.map { note in
      "Of the traces: \(note.hasPrefix("warning: ") ? String(note.dropFirst(9)) : note)."
    }
  }

  private mutating func addScores(
    _ totals: ScoreTotals, _ result: ScoredResult
  ) {
    let verdict = totals.verdict
    if verdict.isWarning { sentences.append(verdict.sentence) }
    let skill = (result.score("skill") ?? []).filter(\.isFinite)
    let losing = skill.count { $0 <= 0 }
    if totals.model < totals.persistence, Double(losing) > 0.05 * Double(skill.count) {
      sentences.append(
        "\(grouped(losing)) of \(grouped(skill.count)) neurons are predicted no better than by"
          + " persistence: read their rows of W with care.")
    }
    let flat = totals.worseThanMean
    if flat > 0, totals.mean > totals.model {
      sentences.append(
        "\(counted(flat, "neuron")) of \(grouped(totals.scored))"
          + " \(flat == 1 ? "is" : "are") predicted no better than by"
          + " \(flat == 1 ? "its" : "their") mean, whatever the skill: mostly noise one frame ahead."
      )
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
    if let least = errors.filter(\.isFinite).min(),
      let warning = FitWarning(leastErrorOfSearch: least)
    {
      sentences.append(warning.sentence)
    }
  }

  private mutating func addRollout(_ result: ScoredResult) {
    if let verdict = result.runVerdict, verdict.isWarning { sentences.append(verdict.sentence) }
    guard result.runVerdict?.finding != .notBetterThanPersistence,
      let network = result.scores?.vector("score/rollout_mse"),
      let persistence = result.scores?.vector("score/rollout_persistence_mse"),
      let last = network.last, let other = persistence.last, last > other
    else { return }
    sentences.append(
      "Left to itself, the network is worse than a constant after \(network.count) frames: its"
        + " free-running activity must not be read as the recorded dynamics.")
  }
}
