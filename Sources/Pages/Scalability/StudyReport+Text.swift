internal import Foundation
internal import Wording

extension StudyReport {
  /// The report as text for a terminal, or as Markdown.
  package func text(markdown: Bool) -> String {
    guard let reference else { return "no run of this study has finished yet" }
    let title = "\(kind.rawValue) scaling of: \(job)"
    let runs = Set(measured.map(\.runs)).sorted().map(String.init).joined(separator: " or ")
    let about =
      "MEASURED: medians of \(runs) \(runs == "1" ? "run" : "runs") after one to warm up, least "
      + "and most. Against \(reference.label) (ranks × threads), the smallest job that ran."
    var parts = [
      markdown ? "# \(title)" : title, about, Self.table(summary, markdown: markdown),
      "Seconds of each phase, mean over ranks; those inside MPI are part of all phases.",
      Self.table(phaseTable, markdown: markdown),
    ]
    parts += laws.map(Self.sentence)
    if laws.isEmpty {
      parts.append("No law T(p): it takes two numbers of ranks with the same number of threads.")
    }
    if !predicted.isEmpty {
      parts.append("PREDICTED by `ganglion plan` from a machine description, not measured:")
      parts.append(Self.table(predictionTable, markdown: markdown))
    }
    parts += warnings.map { "! \($0)" }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private var summary: [[String]] {
    let header = [
      "ranks", "threads", "hosts", "runs", "seconds", "least", "most", "speed-up", "efficiency",
      "MPI, mean", "MPI, most", "imbalance", "MB a rank",
    ]
    return [header]
      + measured.map { row in
        [
          "\(row.point.ranks)", "\(row.point.threads)", "\(row.hosts)", "\(row.runs)",
          number(row.seconds), number(row.least), number(row.most),
          row.speedUp.map { String(format: "%.2f", $0) } ?? "-",
          percent(row.efficiency, decimals: 0),
          percent(row.communicationMean, decimals: 0), percent(row.communicationMost, decimals: 0),
          percent(row.imbalance, decimals: 0),
          String(format: "%.0f", row.memoryBytes / 1e6),
        ]
      }
  }

  /// Names of all phases, in the order in which they come.
  var phaseNames: [String] {
    var names: [String] = []
    for name in measured.flatMap(\.phases).map(\.name) where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  private var phaseTable: [[String]] {
    [["ranks × threads"] + phaseNames + ["other"]]
      + measured.map { row in
        let times = phaseNames.map { name in row.phases.first { $0.name == name }?.mean ?? 0 }
        return [row.point.label] + times.map(number)
          + [number(max(0, row.seconds - times.reduce(0, +)))]
      }
  }

  private var predictionTable: [[String]] {
    [["ranks × threads", "predicted, s", "measured, s", "predicted / measured"]]
      + predicted.map { prediction in
        let row = measured.first { $0.point == prediction.point }
        return [
          prediction.point.label, number(prediction.seconds), row.map { number($0.seconds) } ?? "-",
          row.map { String(format: "%.2f", prediction.seconds / $0.seconds) } ?? "-",
        ]
      }
  }

  private static func sentence(_ curve: Curve) -> String {
    func value(_ name: String, _ coefficient: ScalingLaw.Coefficient) -> String {
      let error = coefficient.error.map { String(format: "%.2g", $0) } ?? "?"
      return "\(name) = \(String(format: "%.3g", coefficient.seconds)) ± \(error) s"
    }
    let law = curve.law
    let misfit = percent(law.misfit, decimals: 1)
    return "T(p) = s + w/p + c log2 p, p ranks of \(curve.threads) threads: "
      + [value("s", law.serial), value("w", law.divisible), value("c", law.communication)]
      .joined(separator: ", ") + " (standard errors); misfit \(misfit)"
  }

  /// Rows as aligned columns, or as a Markdown table; the first row is the header.
  static func table(_ rows: [[String]], markdown: Bool) -> String {
    guard let header = rows.first else { return "" }
    if markdown {
      let rule = "|" + String(repeating: "---|", count: header.count)
      let lines = rows.map { "| " + $0.joined(separator: " | ") + " |" }
      return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
    }
    return TextColumns(fitting: rows, header.map { _ in .right }, gap: 2).text(rows)
  }
}

private func number(_ seconds: Double) -> String {
  String(format: seconds < 10 ? "%.3f" : "%.1f", seconds)
}
