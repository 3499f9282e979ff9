internal import Foundation
internal import Wording

extension Inspection {
  /// The candidates as one JSON list.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(candidates), as: UTF8.self)
  }

  /// The candidates for a reader, with the command for each, and at most `limit` lines of
  /// what else the file holds.
  package func text(limit: Int) -> String {
    var lines = ["\(path): \(format), \(counted(candidates.count, "candidate")) for traces"]
    for candidate in candidates { lines += [""] + candidate.lines }
    let shown = contents.filter { !$0.hasPrefix("/specifications") }
    if !shown.isEmpty {
      lines += ["", "contents"] + shown.prefix(limit).map { "  " + $0 }
      if shown.count > limit { lines.append("  ... \(shown.count - limit) more (--all)") }
    }
    return lines.joined(separator: "\n")
  }
}

extension InspectedCandidate {
  /// A block of lines: what it is, then the command or the problem.
  fileprivate var lines: [String] {
    var facts = ["\(shape.map(String.init).joined(separator: " × ")) \(type)"]
    if let chunks {
      facts.append("chunks \(chunks.map(String.init).joined(separator: " × "))")
    }
    facts += filters
    var result = [path, "  \(kind): " + facts.joined(separator: ", ")]
    if let timeAxis, let timeAxisReason, shape.count == 2 {
      result.append("  time is dimension \(timeAxis): \(timeAxisReason)")
    }
    if let frames, let neurons {
      let clock = rate.map { String(format: "%.4g frames a second", $0) } ?? "no clock"
      result.append("  \(frames) frames of \(neurons) neurons, \(clock)")
    }
    if let missing {
      let unit = units.map { " \($0)" } ?? ""
      let range =
        minimum.map { String(format: "%.4g to %.4g", $0, maximum ?? $0) + unit } ?? "no number"
      result.append("  values \(range), \(missing) missing")
    }
    if !inputs.isEmpty {
      let more = inputs.count > 6 ? ", ... (\(inputs.count - 6) more)" : ""
      result.append("  --inputs could be " + inputs.prefix(6).joined(separator: ", ") + more)
    }
    if let trials { result.append("  trials: \(trials)") }
    // The dimension and the clock stand above.
    let more = notes.filter { !$0.hasPrefix("time is ") }
    result += more.map { "  note: " + $0 }
    if let problem { result.append("  cannot be fitted: \(problem)") }
    if let command { result.append("  " + command) }
    return result
  }
}
