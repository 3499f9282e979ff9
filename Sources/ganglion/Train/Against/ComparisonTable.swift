internal import Training
internal import Wording

/// Who is first at equal time, in words.
struct ComparisonTable {
  private let comparison: Comparison

  init(_ comparison: Comparison) { self.comparison = comparison }

  /// A line a method, the best first; nil where no run that counts is over.
  func text(seconds: Double) -> String? {
    let standings = comparison.standings
    guard !standings.isEmpty else { return nil }
    let hasScores = standings.contains { !$0.score.median.isNaN }
    var rows = [
      ["", "optimiser", "tuned to", "iterations", "held-out loss", "lowest", "highest", "runs"]
        + (hasScores ? ["score", "lowest", "highest"] : [])
    ]
    for (place, standing) in standings.enumerated() {
      let flags = standing.settings.flags(of: standing.method)
        .map { "\($0.name.dropFirst(2)) \(plain($0.value, digits: 3))" }
      rows.append(
        [
          "\(place + 1)", standing.method.rawValue, flags.joined(separator: ", "),
          short(standing.iterations),
        ] + cells(standing.loss)
          + ["\(standing.runs)" + (standing.diverged > 0 ? ", \(standing.diverged) diverged" : "")]
          + (hasScores ? cells(standing.score) : []))
    }
    let alignments: [Alignment] =
      [.right, .left, .left] + [Alignment](repeating: .right, count: rows[0].count - 3)
    return TextColumns(fitting: rows, alignments, gap: 2).text(rows) + "\n" + verdict(seconds)
  }

  private func cells(_ spread: Standing.Spread) -> [String] {
    [spread.median, spread.range.lowerBound, spread.range.upperBound].map {
      $0.isFinite ? plain($0, digits: 4) : "–"
    }
  }

  private func verdict(_ seconds: Double) -> String {
    let first = comparison.standings[0].method.rawValue
    let time =
      "after \(plain(seconds)) s of training a run, by the median of the lowest held-out loss"
    return switch comparison.isFirstClear {
    case nil: "\(first) is alone \(time)"
    case true?: "\(first) is first \(time); its runs are all ahead of the next one's"
    case false?: "\(first) is first \(time); its runs and the next one's overlap"
    }
  }
}
