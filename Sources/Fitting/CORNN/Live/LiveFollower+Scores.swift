internal import Collectives

extension LiveFollower {
  /// Scores what was expected of a frame, and looks whether the network has changed.
  func score(_ now: Seen) {
    if let latest = made.last {
      let local = fit.problem.local
      let sums = errors(latest.next, from: latest.from, now) { [self] i, error, persistence in
        guard local.contains(i) else { return }
        neuronErrors.note(
          neuron: i - local.lowerBound, error: error, persistence: persistence,
          rate: now.rates[i])
      }
      scores.next.note(error: sums.error, persistence: sums.persistence)
      if alarm.note(error: sums.error, persistence: sums.persistence) { untilCut = cutAfter }
    }
    guard made.count == horizon, let due = made.first else { return }
    note(due.last, from: due.from, now, in: &scores.last)
    note(due.rivalLast, from: due.from, now, in: &scores.rivalLast)
  }

  /// Scores the rival one frame ahead, on the frames on which the network is.
  func scoreRival(
    _ increments: [Double], from before: Seen, _ now: Seen,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    guard fit.problem.hasRival, !made.isEmpty else { return }
    let first = fit.problem.local.lowerBound
    var sums = [0.0, 0.0]
    for i in fit.fitted where !now.isMissing[first + i] && !before.isMissing[first + i] {
      let change = now.rates[first + i] - before.rates[first + i]
      sums[0] += (increments[i] - change) * (increments[i] - change)
      sums[1] += change * change
    }
    try group.sum(&sums)
    scores.rivalNext.note(error: sums[0], persistence: sums[1])
  }

  private func note(
    _ forecast: [Double]?, from before: Seen, _ now: Seen, in ratio: inout ErrorRatio
  ) {
    guard let forecast else { return }
    let sums = errors(forecast, from: before, now) { _, _, _ in }
    ratio.note(error: sums.error, persistence: sums.persistence)
  }

  /// Sums of squared errors of a forecast and of persistence, over the neurons that are there.
  private func errors(
    _ forecast: [Double], from before: Seen, _ now: Seen,
    each: (_ neuron: Int, _ error: Double, _ persistence: Double) -> Void
  ) -> (error: Double, persistence: Double) {
    var sums = (error: 0.0, persistence: 0.0)
    for i in isFitted.indices where !now.isMissing[i] && !before.isMissing[i] {
      let e = (forecast[i] - now.rates[i]) * (forecast[i] - now.rates[i])
      let p = (before.rates[i] - now.rates[i]) * (before.rates[i] - now.rates[i])
      sums.error += e
      sums.persistence += p
      each(i, e, p)
    }
    return sums
  }
}
