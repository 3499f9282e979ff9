/// Allowed projections between regions, as `PRE>POST` pairs.
///
/// Neuron i (in POST) may receive from neuron j (in PRE) if some pair names both; `*`
/// stands for any region. What no pair names is forbidden.
package struct RegionRules: Equatable, Sendable {
  private let pairs: [(pre: String, post: String)]

  package static func == (a: RegionRules, b: RegionRules) -> Bool {
    a.pairs.elementsEqual(b.pairs) { $0 == $1 }
  }

  /// Parses `V1>V2,V2>V2`; blanks around names do not count.
  ///
  /// - Throws: `ConstraintError.rule` if it is no such list.
  package init(_ text: String) throws(ConstraintError) {
    var pairs: [(String, String)] = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = item.split(separator: ">", omittingEmptySubsequences: false)
        .map { Self.trimmed($0) }
      guard ends.count == 2, !ends[0].isEmpty, !ends[1].isEmpty else { throw .rule(text: text) }
      pairs.append((ends[0], ends[1]))
    }
    self.pairs = pairs
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " }
    return String(start.reversed().drop { $0 == " " }.reversed())
  }

  /// The mask for this rank's neurons, given the region of every neuron.
  ///
  /// - Throws: `ConstraintError.unknownRegion` if a pair names a region without neurons.
  /// - Complexity: regions × neurons; one set a region.
  package func mask(regions: [String], local: Range<Int>) throws(ConstraintError)
    -> StructuralMask
  {
    let known = Set(regions)
    for pair in pairs {
      for name in [pair.pre, pair.post] where name != "*" && !known.contains(name) {
        throw .unknownRegion(name: name, known: known.sorted())
      }
    }
    var sets: [String: ForbiddenSet] = [:]
    for post in Set(regions[local]) {
      let sources = pairs.filter { $0.post == "*" || $0.post == post }.map(\.pre)
      let all = sources.contains("*")
      let allowed = Set(sources)
      var set = ForbiddenSet(neurons: regions.count)
      for (j, region) in regions.enumerated() where !all && !allowed.contains(region) {
        set.insert(j)
      }
      sets[post] = set
    }
    return StructuralMask(
      forbidden: regions[local].map { sets[$0] ?? ForbiddenSet(neurons: regions.count) })
  }
}
