internal import CORNN
internal import Collectives
internal import Evaluation
internal import Foundation
internal import LinearAlgebra
internal import Statistics
internal import Wording

/// What a fit says of itself: the figures a user looks at first, over all neurons.
struct FitReport {
  /// A number with its name, as it is printed and logged.
  private let figures: [(name: String, text: String, value: Double)]
  private let warnings: [String]
  /// What the scores mean; empty where there are none.
  private let verdict: Verdict

  /// Neurons whose subproblem did not reach the tolerance.
  let unconverged: Int

  /// `isLeakChosen` says that the leak was chosen on held-out blocks.
  ///
  /// - Collective: every rank of `group` must call it.
  init<S: Scalar & Transferable>(
    _ fit: borrowing Fit<S>, heldOut: HeldOutScores?, labels: [String], isLeakChosen: Bool,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let outcomes = try group.gather(fit.diagnostics.outcome.map(\.rawValue))
      .compactMap(Outcome.init(rawValue:))
    let optimality = try group.gather(fit.diagnostics.optimality)
    let clipped = try group.gather(fit.diagnostics.clipped).filter(\.isFinite)
    let dropped = try group.gather(fit.diagnostics.dropped)
    let iterations = try group.gather(fit.diagnostics.iterations)
    let mse = try group.gather(fit.scores.mse)
    let persistence = try group.gather(fit.scores.persistence)
    let totals = ScoreTotals(
      mse: mse, persistence: persistence, linear: try group.gather(heldOut?.linear ?? []),
      mean: try group.gather(heldOut?.mean ?? []))
    let skill = try group.gather(fit.scores.skill).filter(\.isFinite)
    let r2 = try group.gather(fit.scores.r2).filter(\.isFinite)

    let solved = outcomes.count { $0 == .converged }
    unconverged = outcomes.count { $0 == .iterationLimit || $0 == .stalled }
    let skipped = outcomes.indices.filter { outcomes[$0] == .skipped }
    let worst = optimality.filter(\.isFinite).max() ?? .nan
    let clippedShare = clipped.isEmpty ? .nan : clipped.reduce(0, +) / Double(clipped.count)

    var figures: [(String, String, Double)] = []
    func add(_ name: String, _ value: Double, _ format: String = "%.4f") {
      figures.append((name, String(format: format, value), value))
    }
    add("transitions fitted", Double(fit.transitions.count), "%.0f")
    add("neurons solved", Double(solved), "%.0f")
    add("most iterations", Double(iterations.max() ?? 0), "%.0f")
    add("worst optimality", worst, "%.2e")
    add("clipped targets", clippedShare)
    if totals.scored > 0 {
      add("held-out transitions", Double(fit.heldOutTransitions.count), "%.0f")
      add("mse / persistence", totals.model / totals.persistence)
      if let heldOut {
        add("linear / persistence", totals.linear / totals.persistence)
        add("mean / persistence", totals.mean / totals.persistence)
        if let rollout = heldOut.rollout {
          let last = rollout.horizon - 1
          add(
            "free run of \(rollout.horizon) frames / persistence",
            rollout.mse[last] / rollout.persistence[last])
        }
      }
      add("median skill", median(skill))
      add("median r2", median(r2))
      add("neurons better than persistence", Double(skill.count { $0 > 0 }), "%.0f")
    }
    self.figures = figures
    verdict = totals.verdict

    var warnings: [String] = []
    if !skipped.isEmpty {
      warnings.append(
        "\(skipped.count) neurons are constant or mostly missing and were left out: "
          + Self.list(skipped, labels))
    }
    let unscored = mse.indices.filter { !mse[$0].isFinite && outcomes[$0] != .skipped }
    if totals.scored > 0, !unscored.isEmpty {
      warnings.append(
        "\(unscored.count) neurons are mostly missing in the held-out frames and are not scored;"
          + " their means stand in for them there: " + Self.list(unscored, labels))
    }
    let lost = fit.transitions.dropped.count
    if lost > 0 {
      warnings.append("\(lost) transitions start at a frame with a missing value: dropped")
    }
    let holes = dropped.indices.count { dropped[$0] > 0 && outcomes[$0] != .skipped }
    if holes > 0 { warnings.append("\(holes) neurons have missing targets: given weight 0") }
    // A leak that held-out blocks chose is the best there is: nothing is left to do about it.
    if clippedShare > 0.1, !isLeakChosen {
      warnings.append(
        """
        \(percent(clippedShare, decimals: 1)) of the targets lie beyond ±1: alpha is too small \
        (--alpha auto chooses), or the rates are not scaled to (-1, 1)
        """)
    }
    if fit.ridgeRaise > 1 {
      warnings.append(
        """
        rounding left no factor at this lambda: the preconditioner has \
        \(Int(fit.ridgeRaise)) times its ridge, which costs iterations but moves no weight \
        (--precision double, or a larger --lambda, avoids it)
        """)
    }
    if unconverged > 0 {
      warnings.append("\(unconverged) neurons did not reach the tolerance (see diagnostics)")
    }
    self.warnings = warnings
  }

  /// The figures and warnings as text.
  var text: String {
    let width = figures.map(\.name.count).max() ?? 0
    let lines = figures.map { padded($0.name, to: width + 2) + $0.text }
    let meaning = verdict.sentence.isEmpty ? [] : [verdict.text]
    return (lines + warnings.map { "warning: \($0)" } + meaning).joined(separator: "\n")
  }

  /// The figures for the log.
  var values: [String: any Encodable & Sendable] {
    Dictionary(
      uniqueKeysWithValues: figures.map {
        ($0.name.replacingOccurrences(of: " ", with: "_"), $0.value)
      })
  }

  private static func list(_ neurons: [Int], _ labels: [String]) -> String {
    neurons.prefix(10).map { labels[$0] }.joined(separator: ", ")
      + (neurons.count > 10 ? ", …" : "")
  }
}
