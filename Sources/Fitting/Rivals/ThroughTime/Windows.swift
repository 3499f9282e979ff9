internal import RandomNumbers

/// Stretches of a recording through which a network runs by itself.
///
/// Each is a run of successive transitions: none leads over the border of a trial or over a
/// transition that was left out.
struct Windows: Equatable, Sendable {
  /// Position of the first transition of each window.
  let starts: [Int]
  /// Transitions of each window.
  let lengths: [Int]

  /// The steps of the longest window.
  var steps: Int { lengths.max() ?? 0 }
  var count: Int { starts.count }

  /// Cuts transitions, given by the frames they start from, into windows of at most `length`.
  init(frames: [Int], length: Int) {
    precondition(length >= 1, "windows of \(length) steps")
    var starts: [Int] = []
    var lengths: [Int] = []
    for position in frames.indices {
      let goesOn = position > 0 && frames[position] == frames[position - 1] + 1
      if goesOn, let last = lengths.last, last < length {
        lengths[lengths.count - 1] = last + 1
      } else {
        starts.append(position)
        lengths.append(1)
      }
    }
    self.starts = starts
    self.lengths = lengths
  }

  /// Windows of one length that begin at some positions, and may overlap.
  init(starts: [Int], length: Int) {
    self.starts = starts
    lengths = starts.map { _ in length }
  }

  /// The transition of a window at a step; nil beyond its end.
  func transition(_ window: Int, _ step: Int) -> Int? {
    step < lengths[window] ? starts[window] + step : nil
  }

  /// For each step and window, whether the state there is replaced by the recording.
  ///
  /// Each step is with probability `share`, anew in every iteration; the first one always is.
  func forced(share: Double, seed: UInt64, iteration: Int) -> [[Bool]] {
    (0..<steps).map { step in
      guard step > 0 else { return [Bool](repeating: true, count: count) }
      let stream = RandomStream(
        seed: seed, purpose: .teacherForcing, k: step, iteration: iteration)
      return (0..<count).map { stream.uniform(at: $0) < share }
    }
  }
}
