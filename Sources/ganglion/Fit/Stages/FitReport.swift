internal import CORNN
internal import Collectives
internal import Evaluation
internal import Foundation
internal import LinearAlgebra
internal import Reports
internal import Statistics
internal import Wording

/// What a fit says of itself: the figures a user looks at first, over all neurons.
struct FitReport {
  /// A number with its name, as it is printed and logged.
  private struct Figure {
    let name: String
    /// Its name in the log.
    let key: String
    let text: String
    let value: Double

    init(_ name: String, key: String? = nil, _ value: Double, _ format: String = "%.4f") {
      self.name = name
      self.key = (key ?? name).replacingOccurrences(of: " ", with: "_")
      self.value = value
      text = String(format: format, value)
    }
  }

  private let figures: [Figure]
  private let warnings: [FitWarning]
  /// What the scores mean; empty where there are none.
  private let verdict: Verdict
  /// What free runs mean; nil where there are none.
  private let runs: FreeRunVerdict?

  /// Neurons whose subproblem did not reach the tolerance.
  let unconverged: Int

  /// `isLeakChosen` says that the leak was chosen on held-out blocks, `targets` what became of those
  /// beyond ±1.
  ///
  /// - Collective: every rank of `group` must call it.
  init<S: Scalar & Transferable>(
    _ fit: borrowing Fit<S>, heldOut: HeldOutScores?, labels: [String], isLeakChosen: Bool,
    targets: TargetRange, group: borrowing some RankGroup & ~Copyable
  ) throws {
    let outcomes = try group.gather(fit.diagnostics.outcome.map(\.rawValue))
      .compactMap(Outcome.init(rawValue:))
    let optimality = try group.gather(fit.diagnostics.optimality)
    let clipped = try group.gather(fit.diagnostics.clipped)
    let dropped = try group.gather(fit.diagnostics.dropped)
    let iterations = try group.gather(fit.diagnostics.iterations)
    let mse = try group.gather(fit.scores.mse)
    let totals = ScoreTotals(
      mse: mse, persistence: try group.gather(fit.scores.persistence),
      linear: try group.gather(heldOut?.linear ?? []),
      mean: try group.gather(heldOut?.mean ?? []))
    let skill = try group.gather(fit.scores.skill).filter(\.isFinite)
    let r2 = try group.gather(fit.scores.r2).filter(\.isFinite)

    let diagnosis = FitDiagnosis(
      outcomes: outcomes, errors: mse, clipped: clipped, dropped: dropped,
      isScored: totals.scored > 0, ridgeRaise: fit.ridgeRaise, isLeakChosen: isLeakChosen,
      isClamped: targets == .clamped, lostTransitions: fit.transitions.dropped.count)
    var figures = [
      Figure("transitions fitted", Double(fit.transitions.count), "%.0f"),
      Figure("neurons solved", Double(diagnosis.solved), "%.0f"),
      Figure("most iterations", Double(iterations.max() ?? 0), "%.0f"),
      Figure("worst optimality", optimality.filter(\.isFinite).max() ?? .nan, "%.2e"),
      Figure(
        targets == .clamped ? "clipped targets" : "targets beyond +-1", diagnosis.clippedShare),
    ]
    if totals.scored > 0 {
      figures.append(
        Figure("held-out transitions", Double(fit.heldOutTransitions.count), "%.0f"))
      figures +=
        Self.ratios(totals, heldOut) + [
          Figure("median skill", median(skill)),
          Figure("median r2", median(r2)),
          Figure("neurons better than persistence", Double(skill.count { $0 > 0 }), "%.0f"),
        ]
      if totals.mean.isFinite {
        figures.append(
          Figure(
            "neurons better than their mean", Double(totals.scored - totals.worseThanMean), "%.0f"))
      }
    }
    self.figures = figures
    warnings = diagnosis.warnings(labels: labels)
    verdict = totals.verdict
    runs = heldOut?.rollout?.verdict
    unconverged = diagnosis.unconverged
  }

  /// The errors of the network and of its yardsticks, relative to persistence.
  private static func ratios(_ totals: ScoreTotals, _ heldOut: HeldOutScores?) -> [Figure] {
    var figures = [Figure("mse / persistence", totals.model / totals.persistence)]
    guard let heldOut else { return figures }
    figures.append(Figure("linear / persistence", totals.linear / totals.persistence))
    figures.append(Figure("mean / persistence", totals.mean / totals.persistence))
    guard let rollout = heldOut.rollout else { return figures }
    let horizon = rollout.horizon
    let line = rollout.linearByRuns.isEmpty ? rollout.linear : rollout.linearByRuns
    let models = [
      ("", rollout.mse), (" of a linear model", line), (" of own decay", rollout.decay),
    ]
    // The log has the first three by the names that they had.
    let keys = [
      "free run of \(horizon) frames / persistence", "the same of a linear model",
      "the same of own decay",
    ]
    for ((whose, errors), key) in zip(models, keys) {
      let ratios = zip(errors, rollout.persistence).map { $0 / $1 }
      figures.append(
        Figure(
          whose.isEmpty ? "free run / persistence, at frame \(horizon)" : "  the same\(whose)",
          key: key, ratios[horizon - 1]))
    }
    for (whose, errors) in models {
      let ratios = zip(errors, rollout.persistence).map { $0 / $1 }
      figures.append(
        Figure(
          whose.isEmpty ? "free run / persistence, mean 1 to \(horizon)" : "  that mean\(whose)",
          key: "mean of free run / persistence\(whose)",
          ratios.reduce(0, +) / Double(horizon)))
    }
    return figures
  }

  /// The figures and warnings as text.
  var text: String {
    let width = figures.map(\.name.count).max() ?? 0
    let lines = figures.map { padded($0.name, to: width + 2) + $0.text }
    let meaning = (verdict.sentence.isEmpty ? [] : [verdict.text]) + (runs.map { [$0.text] } ?? [])
    return (lines + warnings.map { "warning: \($0.line)" } + meaning).joined(separator: "\n")
  }

  /// The figures for the log.
  var values: [String: any Encodable & Sendable] {
    Dictionary(
      uniqueKeysWithValues: figures.map { ($0.key, $0.value) })
  }
}
