internal import Collectives

/// The sets of forbidden neurons that several neurons have in common, of whatever rank.
///
/// Rows of a mask often differ on the diagonal only: where a neuron's own weight is left out in any
/// case, it may have the set with itself or the one without.
struct SharedSets {
  /// The same on every rank, in the same order.
  let sets: [ForbiddenSet]
  /// By local index: which of them a neuron has; nil: none, or nothing of it is solved.
  let ofNeuron: [Int?]

  /// Neurons of all ranks that must have a set for it to count: fewer rows make no fast product.
  private static var fewest: Int { 8 }

  /// - Complexity: one gather of two numbers a distinct set, and a maximum over the ranks of the
  ///   sets that count.
  /// - Collective: every rank of `group` must call it.
  init(
    of exclusions: [Exclusion], local: Range<Int>, neurons: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    let marks = zip(exclusions, local).map { Self.marks(of: $0, neuron: $1) }
    var own: [Int: Int] = [:]
    for mark in marks.joined() { own[mark, default: 0] += 1 }
    let listed = own.sorted { $0.key < $1.key }
    var users: [Int: Int] = [:]
    for (mark, count) in zip(
      try group.gather(listed.map(\.key)), try group.gather(listed.map(\.value)))
    { users[mark, default: 0] += count }
    let shared = users.filter { $0.value >= Self.fewest }.keys.sorted()
    let places = Dictionary(uniqueKeysWithValues: shared.enumerated().map { ($1, $0) })
    let width = ForbiddenSet.byteCount(neurons: neurons)
    var contents = [UInt8](repeating: 0, count: shared.count * width)
    var isListed = [Bool](repeating: false, count: shared.count)
    for (i, neuron) in local.enumerated() {
      for (variant, mark) in marks[i].enumerated() {
        guard let place = places[mark], !isListed[place] else { continue }
        isListed[place] = true
        let bytes = Self.variant(variant, of: exclusions[i], neuron: neuron).bytes
        contents.replaceSubrange(place * width..<(place + 1) * width, with: bytes)
      }
    }
    try group.maximum(&contents)
    let sets = shared.indices.map { ForbiddenSet(bytes: contents[$0 * width..<($0 + 1) * width]) }
    self.sets = sets
    ofNeuron = zip(exclusions, local).enumerated().map { i, pair in
      let found = marks[i].indices.filter { variant in
        // Marks of different sets may be equal by chance.
        places[marks[i][variant]].map {
          sets[$0] == Self.variant(variant, of: pair.0, neuron: pair.1)
        } ?? false
      }
      let most = found.max {
        let (a, b) = (marks[i][$0], marks[i][$1])
        return (users[a] ?? 0, a) < (users[b] ?? 0, b)
      }
      return most.flatMap { places[marks[i][$0]] }
    }
  }

  /// Of the sets that a neuron may have: as it is, or with itself and without.
  private static func marks(of exclusion: Exclusion, neuron: Int) -> [Int] {
    guard exclusion.users > 0 else { return [] }
    let mark = exclusion.set.mark
    guard exclusion.leavesOutSelf(neuron) else { return [mark] }
    let other = mark ^ ForbiddenSet.mark(of: neuron)
    return exclusion.set.contains(neuron) ? [mark, other] : [other, mark]
  }

  private static func variant(
    _ variant: Int, of exclusion: Exclusion, neuron: Int
  ) -> ForbiddenSet {
    var set = exclusion.set
    guard exclusion.leavesOutSelf(neuron) else { return set }
    if variant == 0 { set.insert(neuron) } else { set.remove(neuron) }
    return set
  }
}

extension Exclusion {
  /// Whether the own weight of the neuron, by its global index, is forbidden one way or the other.
  func leavesOutSelf(_ neuron: Int) -> Bool { leavesOutSelf || set.contains(neuron) }
}
