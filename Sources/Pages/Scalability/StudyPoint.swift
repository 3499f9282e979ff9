/// A shape of a job in a scaling study.
package struct StudyPoint: Codable, Hashable, Comparable, Sendable {
  package let ranks: Int
  package let threads: Int

  package init(ranks: Int, threads: Int) {
    self.ranks = ranks
    self.threads = threads
  }

  /// The cores that the job is given.
  package var cores: Int { ranks * threads }

  /// As it stands in file names.
  package var name: String { "ranks-\(ranks)-threads-\(threads)" }

  /// As it stands in tables.
  package var label: String { "\(ranks)×\(threads)" }

  /// Fewer cores first, then fewer ranks.
  package static func < (a: StudyPoint, b: StudyPoint) -> Bool {
    (a.cores, a.ranks) < (b.cores, b.ranks)
  }

  /// A text with each `{K}` in it, K an integer, replaced by K times the cores.
  package func filled(in text: String) -> String {
    text.replacing(/\{(\d+)\}/) { match in "\((Int(match.1) ?? 0) * cores)" }
  }
}
