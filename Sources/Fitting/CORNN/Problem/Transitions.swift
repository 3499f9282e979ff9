/// The transitions r[t] → r[t+1] of a recording, as the frames t they start from.
///
/// A transition never spans a trial boundary, nor the border between the fitted and the
/// held-out part.
package struct Transitions: Equatable, Sendable {
  /// Start frames, ascending.
  package let frames: [Int]

  /// Start frames of the transitions that were left out because a regressor is missing
  /// there.
  package let dropped: [Int]

  /// How many transitions there are.
  package var count: Int { frames.count }

  /// The ridge of the penalty `ridge / 2 · ‖θ‖²`: here alone `lambda`, a strength per frame,
  /// becomes `ridge`, which the forms and the kernels take.
  package func ridge(lambda: Double) -> Double { lambda * Double(count) }

  /// Up to `most` positions, spread evenly, from which `length` transitions follow each other among
  /// those at ascending positions.
  package func starts(among positions: [Int], length: Int, most: Int) -> [Int] {
    let last = length - 1
    let possible = positions.indices.dropLast(last).filter { k in
      positions[k + last] - positions[k] == last
        && frames[positions[k + last]] - frames[positions[k]] == last
    }
    let count = min(most, possible.count)
    return (0..<count).map { positions[possible[$0 * possible.count / count]] }
  }

  /// The transitions inside a range of frames.
  ///
  /// - Parameters:
  ///   - range: frames; both ends of a transition lie in it.
  ///   - trialStarts: first frames of trials; no transition leads into one.
  ///   - missing: per frame, whether any neuron or input is missing there; such a frame
  ///     is no regressor.
  package init(in range: Range<Int>, trialStarts: [Int] = [], missing: [Bool]) {
    let starts = Set(trialStarts)
    var frames: [Int] = []
    var dropped: [Int] = []
    for t in range.dropLast() where !starts.contains(t + 1) {
      if missing[t] { dropped.append(t) } else { frames.append(t) }
    }
    self.frames = frames
    self.dropped = dropped
  }
}
