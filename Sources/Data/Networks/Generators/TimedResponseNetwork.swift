package import Collectives
internal import LinearAlgebra
internal import RandomNumbers

/// A network that responds a set time after a cue; the cue's level says after how long.
///
/// Its one population waits in the lower state. Input 0 puts it there at the start of each
/// trial. Input 1, the cue, comes on at a random time and stays: it abolishes the lower
/// state, barely for a long interval and by far for a short one, so that the readout creeps
/// past where that state was and turns positive after the interval.
package struct TimedResponseNetwork: Sendable {
  /// The network, of one population.
  package let base: AttractorNetwork
  /// Frames from cue to response; each trial has one of them.
  package let intervals: [Int]

  package init(base: AttractorNetwork, intervals: [Int]) {
    precondition(base.populations == 1 && !intervals.isEmpty, "one population, some interval")
    self.base = base
    self.intervals = intervals
  }

  // Lengths in frames.
  private func frames(timeConstants: Double) -> Int {
    max(1, Int((timeConstants / base.alpha).rounded()))
  }
  private var reset: Int { frames(timeConstants: 1.5) }
  private var shortestWait: Int { frames(timeConstants: 4) }
  private var longestWait: Int { frames(timeConstants: 8) }
  private var response: Int { frames(timeConstants: 5) }

  /// Frames of a trial.
  package var trial: Int { reset + longestWait + (intervals.max() ?? 0) + response }

  /// The first frame of each trial.
  package func trialStarts(frames: Int) -> [Int] {
    Array(stride(from: 0, to: frames, by: trial))
  }

  /// The rows of a range of neurons.
  package func network(local: Range<Int>) -> RateNetwork<Float> {
    let pattern = base.pattern
    return base.network(local: local, inputs: 2) { [-2 * pattern[$0], pattern[$0]] }
  }

  /// The rates at the start, all neurons: the lower state, about.
  package var start: [Float] { base.pattern.map { $0 > 0 ? -0.5 : 0.5 } }

  /// The resets and the cues, whose levels are given for each interval, and the response.
  package func signals(frames: Int, cueLevels: [Float]) -> TaskSignals {
    var inputs = Matrix<Float>(rows: 2, columns: frames)
    var targets = Matrix<Float>(rows: frames, columns: 1)
    let events = RandomStream(seed: base.seed, purpose: .events)
    for (k, first) in trialStarts(frames: frames).enumerated() {
      let choice = events.integer(below: intervals.count, at: 2 * k)
      let wait = events.integer(below: longestWait - shortestWait + 1, at: 2 * k + 1)
      let cue = first + reset + shortestWait + wait
      for t in first..<min(frames, first + trial) {
        inputs[0, t] = t < first + reset ? 1 : 0
        inputs[1, t] = t < cue ? 0 : cueLevels[choice]
        targets[t, 0] = t < cue + intervals[choice] ? -1 : 1
      }
    }
    return TaskSignals(inputs: inputs, targets: targets, readout: base.readout)
  }

  /// The cue's level for each interval, found by bisection on the network without noise.
  ///
  /// - Throws: `DesignError` if the network does not wait, or cannot respond in time.
  /// - Complexity: 14 runs of a trial for each interval.
  /// - Collective: every rank of `group` must call it.
  package func cueLevels(
    of network: borrowing RateNetwork<Float>, threads: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [Float] {
    var levels: [Float] = []
    for interval in intervals {
      func responds(_ level: Float) throws -> Bool {
        try self.responds(
          network, to: level, within: interval, threads: threads, group: group)
      }
      guard try !responds(0) else { throw DesignError.doesNotWait(frames: interval) }
      guard try responds(Self.strongestCue) else { throw DesignError.tooSlow(frames: interval) }
      var tooWeak: Float = 0
      var strong = Self.strongestCue
      for _ in 0..<Self.bisections {
        let middle = (tooWeak + strong) / 2
        if try responds(middle) { strong = middle } else { tooWeak = middle }
      }
      levels.append(strong)
    }
    return levels
  }

  private static var strongestCue: Float { 4 }
  private static var bisections: Int { 12 }

  /// Whether the readout is positive `interval` frames after a cue of this level.
  private func responds(
    _ network: borrowing RateNetwork<Float>, to level: Float, within interval: Int, threads: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> Bool {
    let cue = reset + shortestWait
    let steps = cue + interval
    var inputs = Matrix<Float>(rows: 2, columns: steps)
    for t in 0..<steps {
      inputs[0, t] = t < reset ? 1 : 0
      inputs[1, t] = t < cue ? 0 : level
    }
    var last: [Float] = []
    try network.simulate(
      from: start, steps: steps, inputs: inputs, threads: threads, group: group
    ) { t, rates in if t == steps { last = rates } }
    // Summed in one order on any number of ranks, so that the level does not depend on it.
    let readout = zip(base.pattern, try group.gather(last)).reduce(0.0) { $0 + Double($1.0 * $1.1) }
    return readout > 0
  }
}

/// Why a network cannot be made to do its task.
package enum DesignError: Error, ExitCoded, CustomStringConvertible {
  /// The lower state is left without a cue.
  case doesNotWait(frames: Int)
  /// Even the strongest cue takes longer.
  case tooSlow(frames: Int)

  package var exitCode: Int32 { ExitCode.usage }

  package var description: String {
    switch self {
    case .doesNotWait(let frames):
      "this network leaves its waiting state by itself within \(frames) frames: give more "
        + "--neurons, a smaller --gain or a shorter --interval"
    case .tooSlow(let frames):
      "this network cannot respond within \(frames) frame\(frames == 1 ? "" : "s"): give a longer --interval"
    }
  }
}
