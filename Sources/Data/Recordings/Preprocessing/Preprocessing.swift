package import Collectives
package import LinearAlgebra
internal import Statistics
internal import Wording

/// What is done to traces before they are scaled, in this order: dF/F, detrend, low-pass.
///
/// Every number that is estimated (baseline, trend) comes from the fitted frames alone,
/// so nothing of the held-out part leaks into the fit, and the filter is causal. NaN
/// stays NaN at its place; infinite values become NaN.
package struct Preprocessing: Sendable {
  /// What F₀ of dF/F is (`--baseline`); nil for no dF/F.
  package var baseline: Baseline?
  /// Subtracts the neuron's linear trend (`--detrend`).
  package var detrends = false
  /// Corner frequency of a one-pole low-pass, in Hz (`--low-pass`).
  package var lowPass: Double?

  package init() {}

  /// Changes this rank's traces, neurons×frames, in place.
  ///
  /// `fitted` are the frames that estimates come from, `local` are this rank's neurons
  /// among all; the recording gives labels, trials and the clock.
  ///
  /// - Returns: the maps of the neurons, so that results map back to the recording's units;
  ///   the low-pass is not undone.
  /// - Throws: on every rank alike, `RecordingError`: 65 if a baseline is not positive, 64
  ///   if there is no clock to filter by.
  /// - Complexity: O(frames log frames) a neuron, and as `MovingBaseline` where there is one.
  /// - Collective: every rank of the group must call it.
  package func apply<S: Scalar>(
    to traces: inout Matrix<S>, fitted: Range<Int>, local: Range<Int>, of recording: Recording,
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> TraceMaps {
    precondition(traces.rows == local.count, "\(traces.rows) rows for neurons \(local)")
    try requireBelowNyquist(recording)
    let moving = try movingBaseline(
      of: traces, fitted: fitted, local: local, in: recording, on: group)
    moving?.divide(&traces)
    guard percentile != nil || detrends || lowPass != nil else {
      return TraceMaps(
        linear: [LinearMap](repeating: LinearMap(), count: local.count), baseline: moving)
    }
    var maps: [LinearMap] = []
    var problem: (any Error)?
    do {
      for (row, neuron) in local.enumerated() {
        var series = load(row, of: traces)
        maps.append(try normalise(&series, fitted, label: recording.labels[neuron], recording))
        store(series, as: row, of: &traces)
      }
    } catch {
      problem = error
    }
    try group.agree { if let problem { throw problem } }
    return TraceMaps(linear: maps, baseline: moving)
  }

  /// F₀ of each frame of this rank's traces, where it moves.
  ///
  /// - Throws: as `apply`.
  /// - Collective: every rank of the group must call it.
  package func movingBaseline<S: Scalar>(
    of traces: borrowing Matrix<S>, fitted: Range<Int>, local: Range<Int>,
    in recording: Recording, on group: borrowing some RankGroup & ~Copyable
  ) throws -> MovingBaseline? {
    guard case .maximin(let window, let smoothing) = baseline else { return nil }
    return try MovingBaseline(
      of: traces, window: window, smoothing: smoothing, fitted: fitted, local: local,
      in: recording, on: group)
  }

  /// Refuses a low-pass that would let everything pass.
  private func requireBelowNyquist(_ recording: Recording) throws {
    guard let lowPass, let dt = recording.dt, lowPass >= 0.5 / dt else { return }
    throw RecordingError.usage(
      """
      --low-pass \(asGiven(lowPass)) does nothing here: frames of \(plain(dt)) s hold nothing \
      above half their rate, \(plain(0.5 / dt)) Hz; leave it out, or give less
      """)
  }

  private var percentile: Double? {
    if case .percentile(let share) = baseline { share } else { nil }
  }

  private func normalise(
    _ series: inout [Double], _ fitted: Range<Int>, label: String, _ recording: Recording
  ) throws -> LinearMap {
    for t in series.indices where series[t].isInfinite { series[t] = .nan }
    var map = LinearMap()
    if let percentile {
      let baseline = quantile(series[fitted].filter(\.isFinite), percentile / 100) ?? 1
      guard baseline > 0 else { throw notPositive("is \(plain(baseline))", label) }
      map.then(offset: baseline, scale: baseline)
      for t in series.indices { series[t] = series[t] / baseline - 1 }
    }
    if detrends {
      let (start, slope) = trend(of: series, in: fitted)
      map.then(offset: start, drift: slope)
      for t in series.indices { series[t] -= start + slope * Double(t) }
    }
    if let lowPass {
      guard let dt = recording.dt else {
        throw RecordingError.usage("--low-pass needs a clock: give --dt or --rate")
      }
      filter(&series, factor: onePole(lowPass, dt), resetAt: recording.trialStarts)
    }
    return map
  }

  @specialized(where S == Double)
  @specialized(where S == Float)
  private func load<S: Scalar>(_ row: Int, of traces: borrowing Matrix<S>) -> [Double] {
    (0..<traces.columns).map { Double(traces[row, $0]) }
  }

  @specialized(where S == Double)
  @specialized(where S == Float)
  private func store<S: Scalar>(_ series: [Double], as row: Int, of traces: inout Matrix<S>) {
    for t in series.indices { traces[row, t] = S(series[t]) }
  }
}

/// How the recording's values became what is scaled: `linear` of dF/F where F₀ moves, else of
/// the values themselves.
package struct TraceMaps: Sendable {
  package let linear: [LinearMap]
  package let baseline: MovingBaseline?
}

/// x → (x − offset − drift · t) / scale, with t in frames.
package struct LinearMap: Equatable, Sendable {
  package private(set) var offset = 0.0
  package private(set) var drift = 0.0
  package private(set) var scale = 1.0

  package init() {}

  /// Follows this map by y → (y − offset − drift · t) / scale.
  package mutating func then(offset: Double = 0, drift: Double = 0, scale: Double = 1) {
    self.offset += self.scale * offset
    self.drift += self.scale * drift
    self.scale *= scale
  }
}
