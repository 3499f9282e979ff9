package import Collectives

/// A frame as a live fit takes it.
package struct LiveFrame: Sendable {
  /// Rates of all neurons; NaN where one is missing.
  package var rates: [Double]
  /// Inputs, divided by their scales; NaN where one is missing.
  package var inputs: [Double]
  /// Whether it is the one after the frame before, so that there is a transition between them.
  package var follows: Bool

  package init(rates: [Double], inputs: [Double], follows: Bool) {
    self.rates = rates
    self.inputs = inputs
    self.follows = follows
  }
}

/// Makes transitions of frames as they come, forecasts after each, and scores of those that have
/// come due.
///
/// A missing rate is filled by its own forecast as a regressor, and is no target, nor is the
/// rate after it. All ranks have the same frames and the same forecasts.
package final class LiveFollower {
  package let fit: LiveFit
  /// Frames ahead of the longest forecast.
  package let horizon: Int
  /// The transitions over which weights may be trusted again after an alarm; nil: no cut.
  let cutAfter: Int?
  private let rules: [TargetRule]
  /// Of all neurons.
  package private(set) var isFitted: [Bool]
  private let bias: Bool

  /// Scores over all neurons, and of each of this rank's.
  package internal(set) var scores = ForecastScores()
  var neuronErrors: NeuronErrors
  /// Scores of this rank's neurons one frame ahead.
  package var neuronScores: Scores { neuronErrors.scores }
  var alarm = ChangeAlarm()
  /// Alarms so far; after each the window is cut, if it is to be.
  package var alarms: Int { alarm.count }
  /// Cuts so far.
  package private(set) var cuts = 0
  /// Transitions until the next cut.
  var untilCut: Int?

  /// The latest frame.
  private(set) var seen: Seen?
  /// Forecasts that have not come due, since the last gap; the latest one last.
  var made: [Forecast] = []

  struct Seen {
    let rates: [Double]
    /// That of neurons that are not fitted, too.
    let isMissing: [Bool]
    let regressors: [Double]
    /// Whether all inputs were there.
    let isComplete: Bool
  }

  struct Forecast {
    let from: Seen
    let next: [Double]
    let last: [Double]?
    var rivalLast: [Double]?
  }

  /// Begins before any frame.
  ///
  /// `isFitted` is of all neurons: the others count as zero. `rule` makes the targets at a leak.
  package init(
    _ fit: LiveFit, isFitted: [Bool], bias: Bool, horizon: Int, cutAfter: Int? = nil,
    rule: (_ alpha: Double) -> TargetRule
  ) {
    precondition(isFitted.count == fit.problem.neurons && horizon >= 1, "\(isFitted.count) marks")
    self.fit = fit
    self.isFitted = isFitted
    self.bias = bias
    self.horizon = horizon
    self.cutAfter = cutAfter
    rules = fit.alpha.map(rule)
    neuronErrors = NeuronErrors(neurons: fit.alpha.count)
  }

  /// Fits another neuron from the next frame on; what was before counts as missing of it.
  ///
  /// Its leak is the one that the fit was given for it.
  /// - Collective: every rank must call it before the same frame.
  package func admit(_ neuron: Int) {
    precondition(!isFitted[neuron], "neuron \(neuron) is fitted")
    isFitted[neuron] = true
    let local = fit.problem.local
    if local.contains(neuron) { fit.admit(row: neuron - local.lowerBound) }
  }

  /// Begins anew with frames that an earlier run has taken, and solves the latest of their
  /// transitions; no communication.
  ///
  /// What is missing in them is as it was last.
  ///
  /// - Throws: `FitError.ridgeTooSmall`.
  /// - Complexity: that of a fit of the window.
  package func begin(with frames: [LiveFrame], tolerance: Double, iterations: Int) throws {
    made = []
    var transitions: [LiveTransition] = []
    for frame in frames {
      let now = fill(frame)
      if frame.follows, let before = seen, before.isComplete {
        transitions.append(transition(from: before, to: now))
      }
      seen = now
    }
    try fit.begin(
      with: transitions, tolerance: tolerance, iterations: iterations)
  }

  /// Takes a frame: scores what was expected of it, and steps.
  ///
  /// - Throws: what `group` throws; `FitError.ridgeTooSmall` where the window is cut.
  /// - Collective: every rank of `group` must call it.
  package func take(
    _ frame: LiveFrame, group: borrowing some RankGroup & ~Copyable
  ) throws {
    if !frame.follows { made = [] }
    let now = fill(frame)
    defer { seen = now }
    guard frame.follows, let before = seen else { return }
    score(now)
    guard before.isComplete else { return }
    let expected = try fit.take(transition(from: before, to: now), group: group)
    try scoreRival(expected.increments, from: before, now, group: group)
    guard let left = untilCut else { return }
    untilCut = left > 1 ? left - 1 : nil
    guard left <= 1, let cutAfter else { return }
    cuts += 1
    try fit.cut(keeping: cutAfter, tolerance: Self.cutTolerance, iterations: Self.cutIterations)
  }

  /// How well what is left after a cut is solved; the sweep goes on from there.
  private static let cutTolerance = 1e-3
  private static let cutIterations = 50

  /// Rates of all neurons 1, 2, … `frames` ahead of the latest frame; those of neurons that are
  /// not fitted are 0.
  ///
  /// - Throws: what `group` throws.
  /// - Collective: every rank of `group` must call it.
  package func forecast(
    frames: Int, group: borrowing some RankGroup & ~Copyable
  ) throws -> [[Double]] {
    guard let seen else { return [] }
    let own = try fit.forecast(from: seen.regressors, horizon: frames, group: group)
    made.append(
      Forecast(from: seen, next: own[0], last: frames == horizon ? own[frames - 1] : nil))
    if made.count > horizon { made.removeFirst() }
    return own
  }

  /// Lets the linear rival forecast as far as the horizon from the latest frame, to be scored
  /// beside the forecast that was made there; one frame ahead each step does so by itself.
  ///
  /// - Throws: what `group` throws.
  /// - Collective: every rank of `group` must call it.
  package func forecastOfRival(group: borrowing some RankGroup & ~Copyable) throws {
    guard fit.problem.hasRival, let seen, !made.isEmpty else { return }
    let rival = try fit.rivalForecast(from: seen.regressors, horizon: horizon, group: group)
    made[made.count - 1].rivalLast = rival.last
  }

  private func fill(_ frame: LiveFrame) -> Seen {
    let expected = made.last?.next ?? seen?.rates
    let isMissing = frame.rates.indices.map { !isFitted[$0] || frame.rates[$0].isNaN }
    let rates = frame.rates.indices.map { i in
      isMissing[i] ? isFitted[i] ? expected?[i] ?? 0 : 0 : frame.rates[i]
    }
    let held = seen.map { Array($0.regressors[rates.count..<(rates.count + frame.inputs.count)]) }
    let inputs = frame.inputs.indices.map {
      frame.inputs[$0].isNaN ? held?[$0] ?? 0 : frame.inputs[$0]
    }
    return Seen(
      rates: rates, isMissing: isMissing, regressors: rates + inputs + (bias ? [1] : []),
      isComplete: !frame.inputs.contains(where: \.isNaN))
  }

  private func transition(from before: Seen, to now: Seen) -> LiveTransition {
    let first = fit.problem.local.lowerBound
    var targets = [Double](repeating: .nan, count: rules.count)
    var increments = targets
    for i in fit.fitted where !before.isMissing[first + i] && !now.isMissing[first + i] {
      let (from, to) = (before.rates[first + i], now.rates[first + i])
      targets[i] = rules[i].clampedPreimage(from: from, to: to)
      increments[i] = to - from
    }
    return LiveTransition(
      regressors: before.regressors, targets: targets,
      increments: fit.problem.hasRival ? increments : [])
  }
}
