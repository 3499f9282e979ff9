package import Collectives
package import LinearAlgebra

/// Whole trials of a recording, to be run from their starts.
package struct WholeTrials: Sendable, Equatable {
  /// First frames.
  package let starts: [Int]
  /// Frames after the first that are compared.
  package let steps: Int

  /// The trials in a range of frames that are as long as their median, at most `most` at
  /// equal distances; nil if there are none, or they have one frame.
  package init?<S>(of observed: ObservedRates<S>, in frames: Range<Int>, most: Int) {
    let starts = observed.trialStartFrames.filter { frames.contains($0) }
    let ends = starts.dropFirst() + [frames.upperBound]
    let lengths = zip(starts, ends).map { $1 - $0 }
    guard let median = lengths.sorted().dropFirst(lengths.count / 2).first, median >= 2 else {
      return nil
    }
    let whole = zip(starts, lengths).filter { $1 >= median }.map(\.0)
    let used = min(most, whole.count)
    self.starts = (0..<used).map { whole[$0 * whole.count / used] }
    steps = median - 1
  }
}

/// A network's free run of whole trials, from their first frames and under their inputs, held
/// against what was recorded then.
///
/// Outputs are `W_out r` by given weights, of the network's rates and of the recorded ones.
package struct TrialRun: Sendable {
  package let trials: WholeTrials
  /// Of the rates that are scored.
  package let rates: Closeness
  /// Of the outputs, against those of the recorded rates.
  package let readout: Closeness
  /// `(trial · steps + step) · outputs + output`; of the network and as recorded.
  package let outputs: [Double]
  package let recordedOutputs: [Double]

  /// Runs the trials; `readout` is outputs × this rank's neurons.
  ///
  /// - Complexity: one step of the network a frame and trial.
  /// - Collective: every rank of `group` must call it.
  package init<M: FreeRunning & ~Copyable>(
    of network: borrowing M, on observed: ObservedRates<M.S>, trials: WholeTrials,
    readout: borrowing Matrix<Double>, group: borrowing some RankGroup & ~Copyable,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let width = readout.rows
    let steps = trials.steps
    var sums = ClosenessSums(series: observed.local.count)
    // The network's outputs, then the recorded ones.
    let count = trials.starts.count * steps * width
    var values = [Double](repeating: 0, count: 2 * count)
    try network.run(from: trials.starts, steps: steps, of: observed, group: group) { ahead, rates in
      let recorded = observed.ownRates(at: trials.starts.map { $0 + ahead }[...])
      for b in trials.starts.indices {
        for i in 0..<rates.rows where observed.isScored[i] {
          let (own, wanted) = (Double(rates[i, b]), Double(recorded[i, b]))
          sums.add(own, against: wanted, series: i)
          for k in 0..<width {
            let place = (b * steps + ahead - 1) * width + k
            values[place] += readout[k, i] * own
            values[count + place] += readout[k, i] * wanted
          }
        }
      }
      progress(ahead, steps)
    }
    try group.sum(&values)
    self.trials = trials
    rates = try sums.closeness(over: group)
    outputs = Array(values[..<count])
    recordedOutputs = Array(values[count...])
    self.readout = Self.closeness(of: outputs, to: recordedOutputs, outputs: width)
  }

  /// How close outputs are to others, both laid out as in a `TrialRun`.
  package static func closeness(
    of own: [Double], to wanted: [Double], outputs: Int
  ) -> Closeness {
    var sums = ClosenessSums(series: outputs)
    for (place, (x, y)) in zip(own, wanted).enumerated() {
      sums.add(x, against: y, series: place % max(1, outputs))
    }
    return sums.closeness
  }

  /// Frames after a change of a wanted sign that do not count.
  private static var transition: Int { 5 }

  /// The share of frames, not just after a change, in which every known bit has the sign that
  /// is wanted of it; nil where what is wanted is no signs, −1, 0 (not known) and 1.
  package static func signsRight(
    of own: [Double], wanted: [Double], outputs: Int, steps: Int
  ) -> Double? {
    guard wanted.allSatisfy({ [-1, 0, 1].contains($0) }), wanted.contains(-1) else { return nil }
    var (right, counted, changed) = (0, 0, -transition)
    for frame in 0..<(wanted.count / outputs) {
      let row = frame * outputs..<(frame + 1) * outputs
      if frame % steps == 0 {
        changed = frame - transition - 1
      } else if row.contains(where: { wanted[$0] != wanted[$0 - outputs] }) {
        changed = frame
      }
      let known = row.filter { wanted[$0] != 0 }
      guard frame - changed > transition, !known.isEmpty else { continue }
      counted += 1
      if known.allSatisfy({ own[$0] * wanted[$0] > 0 }) { right += 1 }
    }
    return counted > 0 ? Double(right) / Double(counted) : nil
  }
}
