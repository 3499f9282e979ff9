package import Collectives
package import LinearAlgebra

/// How rates in (−1, 1) are made of traces (`--scale`).
package enum Scale: String, Sendable, CaseIterable {
  /// As they are; refused where they leave (−1, 1) by more than noise would.
  case none
  /// x / m, m the largest |x| of all neurons, clamped to ±0.999, as CURBD does.
  case max
  /// x / q, q the neuron's own 99.5th percentile of |x|, clamped to ±0.999.
  case quantile
  /// tanh(x / 3): for traces that are z-scores already.
  case tanh
  /// tanh(z / 3), z the neuron's own z-score.
  case zscoreTanh = "zscore-tanh"
}

/// From traces to rates, in this order: dF/F, detrend, low-pass, scale.
///
/// Every number that is estimated (baseline, trend, mean, spread, maximum) comes from the
/// fitted frames alone, so nothing of the held-out part leaks into the fit. Infinite
/// values become NaN, and NaN stays NaN at its place.
package struct Preprocessing: Sendable {
  /// dF/F with this percentile of the neuron's fitted frames as F₀ (`--baseline`).
  package var baselinePercentile: Double?
  /// Subtracts the neuron's linear trend (`--detrend`).
  package var detrends = false
  /// Corner frequency of a causal one-pole low-pass, in Hz (`--low-pass`).
  package var lowPass: Double?
  package var scale = Scale.zscoreTanh

  package init() {}

  /// What a rate beyond ±1 may be for `Scale.none`: noise that generated rates carry.
  static let tolerated = 1.05

  /// Turns this rank's traces, neurons×frames, into rates in place.
  ///
  /// `fitted` are the frames that estimates come from, `local` are this rank's neurons
  /// among all, and `recording` gives labels, trials and the clock.
  ///
  /// - Throws: on every rank alike, `RecordingError` (65) if rates leave (−1, 1) with
  ///   `Scale.none`, or a baseline is not positive; 64 if there is no clock to filter by.
  /// - Complexity: O(frames log frames) a neuron.
  /// - Collective: every rank of the group must call it.
  package func apply<S: Scalar>(
    to traces: inout Matrix<S>, fitted: Range<Int>, local: Range<Int>, of recording: Recording,
    on group: borrowing some RankGroup & ~Copyable
  ) throws -> AppliedPreprocessing {
    precondition(traces.rows == local.count, "\(traces.rows) rows for neurons \(local)")
    var applied = AppliedPreprocessing(local: local, scale: scale, lowPass: lowPass)
    var problem: RecordingError?
    do {
      for row in 0..<local.count {
        var series = load(row, of: traces)
        let map = try normalise(
          &series, fitted, label: recording.labels[local.lowerBound + row], recording)
        store(series, as: row, of: &traces)
        applied.append(map)
      }
    } catch let error as RecordingError {
      problem = error
    }
    try group.agree { if let problem { throw problem } }
    if scale == .max {
      let largest = try group.maximum(largestFitted(traces, fitted))
      applied.divide(by: largest > 0 ? largest : 1)
    }
    squash(&traces, applied)
    if scale == .none { try requireRates(traces, local, recording.labels, on: group) }
    return applied
  }

  /// Everything before the last nonlinear step, for one neuron.
  private func normalise(
    _ series: inout [Double], _ fitted: Range<Int>, label: String, _ recording: Recording
  ) throws -> LinearMap {
    for t in series.indices where series[t].isInfinite { series[t] = .nan }
    var map = LinearMap()
    if let percentile = baselinePercentile {
      let baseline = quantile(series[fitted].filter(\.isFinite), percentile / 100) ?? 1
      guard baseline > 0 else {
        throw RecordingError.badData(
          "neuron \(label): its baseline F₀ is \(baseline), and dF/F needs a positive one: the"
            + " traces are no raw fluorescence (leave --baseline out)")
      }
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
    let (offset, scale) = standard(series[fitted].filter(\.isFinite))
    map.then(offset: offset, scale: scale)
    for t in series.indices { series[t] = (series[t] - offset) / scale }
    return map
  }

  /// The neuron's own offset and scale; 1 for a scale that would be zero.
  private func standard(_ values: [Double]) -> (offset: Double, scale: Double) {
    switch scale {
    case .none, .max, .tanh: return (0, 1)
    case .quantile:
      let top = quantile(values.map(abs), 0.995) ?? 1
      return (0, top > 0 ? top : 1)
    case .zscoreTanh:
      guard !values.isEmpty else { return (0, 1) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      let deviation = variance.squareRoot()
      // A constant neuron keeps its spread of zero; rounding must not be blown up.
      return (mean, deviation > 1e-12 * abs(mean) ? deviation : 1)
    }
  }

  @specialized(where S == Double) @specialized(where S == Float)
  private func largestFitted<S: Scalar>(_ traces: borrowing Matrix<S>, _ fitted: Range<Int>)
    -> Double
  {
    var largest = 0.0
    for row in 0..<traces.rows {
      for t in fitted {
        let value = abs(Double(traces[row, t]))
        if value > largest { largest = value }
      }
    }
    return largest
  }

  @specialized(where S == Double) @specialized(where S == Float)
  private func squash<S: Scalar>(_ traces: inout Matrix<S>, _ applied: AppliedPreprocessing) {
    guard scale != .none else { return }
    for row in 0..<traces.rows {
      for t in 0..<traces.columns {
        let value = Double(traces[row, t])
        traces[row, t] = S(applied.squash(value))
      }
    }
  }

  private func requireRates<S: Scalar>(
    _ traces: borrowing Matrix<S>, _ local: Range<Int>, _ labels: [String],
    on group: borrowing some RankGroup & ~Copyable
  ) throws {
    let outlier = outlier(traces)
    try group.agree {
      guard let outlier else { return }
      throw RecordingError.badData(
        "rates must lie in (-1, 1): neuron \(labels[local.lowerBound + outlier.row]) is"
          + " \(outlier.value) at frame \(outlier.frame); choose a scale: --scale zscore-tanh"
          + " (or max, quantile, tanh)")
    }
  }

  /// The first value that is no rate.
  @specialized(where S == Double) @specialized(where S == Float)
  private func outlier<S: Scalar>(
    _ traces: borrowing Matrix<S>
  ) -> (row: Int, frame: Int, value: S)? {
    let limit = S(Preprocessing.tolerated)
    for row in 0..<traces.rows {
      for t in 0..<traces.columns where abs(traces[row, t]) > limit {
        return (row, t, traces[row, t])
      }
    }
    return nil
  }

  @specialized(where S == Double) @specialized(where S == Float)
  private func load<S: Scalar>(_ row: Int, of traces: borrowing Matrix<S>) -> [Double] {
    (0..<traces.columns).map { Double(traces[row, $0]) }
  }

  @specialized(where S == Double) @specialized(where S == Float)
  private func store<S: Scalar>(_ series: [Double], as row: Int, of traces: inout Matrix<S>) {
    for t in series.indices { traces[row, t] = S(series[t]) }
  }
}
