internal import RandomNumbers

/// The fitted transitions in blocks, of which parts of a recording are made.
///
/// Successive frames are nearly equal: parts of single frames would hold the same, and agree on noise.
package struct TransitionBlocks: Sendable {
  /// Positions of each block among the fitted transitions.
  let blocks: [Range<Int>]

  /// Blocks of a recording.
  package static var count: Int { 20 }
  /// Fewer transitions leave no block with two.
  package static var leastTransitions: Int { 2 * count }

  init(transitions: Int) {
    precondition(transitions >= Self.leastTransitions, "\(transitions) transitions in blocks")
    blocks = (0..<Self.count).map {
      transitions * $0 / Self.count..<transitions * ($0 + 1) / Self.count
    }
  }

  /// Every other block, from the first or from the second on.
  func half(_ number: Int) -> [Int] {
    blocks.indices.filter { $0 % 2 == number }.flatMap { Array(blocks[$0]) }
  }

  /// As many blocks as there are, drawn with replacement; ascending positions.
  ///
  /// Reference: Künsch (1989), Ann. Statist. 17, 1217, with blocks that do not overlap (Carlstein,
  /// 1986).
  func resample(_ number: Int, seed: UInt64) -> [Int] {
    let stream = RandomStream(seed: seed, purpose: .blockBootstrap, iteration: number)
    return blocks.indices.flatMap { Array(blocks[stream.integer(below: blocks.count, at: $0)]) }
      .sorted()
  }
}
