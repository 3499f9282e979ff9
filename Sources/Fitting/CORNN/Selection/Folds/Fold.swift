/// One split of the fitted transitions for cross-validation, as positions among them.
package struct Fold: Equatable, Sendable {
  /// Positions that are fitted.
  package let training: [Int]
  /// Positions of the block.
  package let validation: [Int]

  package init(training: [Int], validation: [Int]) {
    self.training = training
    self.validation = validation
  }

  /// Contiguous blocks, each once the validation part, with a gap on both of its sides.
  ///
  /// Neighbouring frames of a recording are nearly equal: random folds, or blocks without
  /// a gap, would validate on what was trained.
  ///
  /// - Complexity: O(count × transitions).
  package static func blocks(of transitions: Transitions, count: Int, gap: Int) -> [Fold] {
    let frames = transitions.frames
    return (0..<count).compactMap { number in
      let start = frames.count * number / count
      let end = frames.count * (number + 1) / count
      guard start < end else { return nil }
      let forbidden = (frames[start] - gap)...(frames[end - 1] + gap)
      let training = frames.indices.filter { !forbidden.contains(frames[$0]) }
      guard !training.isEmpty else { return nil }
      return Fold(training: training, validation: Array(start..<end))
    }
  }
}

extension Transitions {
  /// The transitions at some positions.
  func selecting(_ positions: [Int]) -> Transitions {
    Transitions(frames: positions.map { frames[$0] })
  }

  private init(frames: [Int]) {
    self.frames = frames
    dropped = []
  }
}
