package import Collectives
internal import Foundation
package import LinearAlgebra
internal import Statistics

/// How traces become rates in (−1, 1).
package enum ScalingKind: String, Sendable, CaseIterable {
  /// They are rates already.
  case none
  /// Divided by the largest magnitude over all neurons, then clamped to ±0.999.
  case max
  /// Each neuron divided by the 99.5th percentile of its magnitude, clamped to ±0.999.
  case quantile
  /// `tanh(r / deviation)`, the deviation over all neurons.
  case tanh
  /// `tanh(z / 3)`, z the z-score of each neuron.
  case zscoreTanh = "zscore-tanh"
}

/// The scaling of this rank's neurons, `x = f((r − offset − drift · t) / scale)`, t in
/// frames, computed on the fitted frames only, so that nothing of the held-out part leaks
/// into it.
///
/// Where F₀ moves, r is dF/F = F / F₀[t] − 1, else what was recorded.
package struct Scaling: Sendable {
  package let kind: ScalingKind
  package private(set) var offset: [Double]
  /// Zero, unless a trend was subtracted.
  package private(set) var drift: [Double]
  package private(set) var scale: [Double]
  /// F₀ of each frame, where it moves.
  package private(set) var baseline: MovingBaseline?

  /// Beyond this no rate goes: artanh stays finite.
  static var ceiling: Double { 0.999 }

  /// Finds offsets and scales and applies them to neurons × frames in place.
  ///
  /// Infinite values become NaN, which means missing. A neuron without spread keeps
  /// scale 1.
  ///
  /// - Throws: what `group` throws.
  /// - Complexity: O(neurons × frames), for `quantile` with a factor log(frames).
  /// - Collective: every rank of `group` must call it.
  package init<S: Scalar>(
    _ kind: ScalingKind, of rates: inout Matrix<S>, fitted: Range<Int>,
    group: borrowing some RankGroup & ~Copyable
  ) throws {
    var values = rates.mutableElements
    markInfinite(&values)
    let series = (0..<rates.rows).map { Summary(of: rates.row($0), frames: fitted, kind: kind) }
    var offset = [Double](repeating: 0, count: rates.rows)
    var scale = [Double](repeating: 1, count: rates.rows)
    switch kind {
    case .none: break
    case .max:
      let largest = try group.maximum(series.map(\.largest).max() ?? 0)
      if largest > 0 { scale = scale.map { _ in largest } }
    case .quantile, .zscoreTanh:
      for (i, summary) in series.enumerated() { (offset[i], scale[i]) = summary.map(kind) }
    case .tanh:
      let squares = try group.sum(series.reduce(0) { $0 + $1.squares })
      let count = try group.sum(series.reduce(0) { $0 + $1.count })
      let deviation = count > 0 ? (squares / count).squareRoot() : 0
      if deviation > 0 { scale = scale.map { _ in deviation } }
    }
    self.kind = kind
    self.offset = offset
    self.scale = scale
    drift = [Double](repeating: 0, count: rates.rows)
    apply(to: &rates)
  }

  /// A scaling that was found before.
  package init(
    kind: ScalingKind, offset: [Double], drift: [Double], scale: [Double],
    baseline: MovingBaseline?
  ) {
    precondition(
      offset.count == scale.count && drift.count == scale.count,
      "\(offset.count) offsets, \(drift.count) drifts, \(scale.count) scales")
    self.kind = kind
    self.offset = offset
    self.drift = drift
    self.scale = scale
    self.baseline = baseline
  }

  /// Gives a neuron what its values ask for, where each neuron has a scale of its own.
  package mutating func choose(for i: Int, from values: [Double]) {
    guard kind == .quantile || kind == .zscoreTanh else { return }
    let summary = Summary(of: values.span, frames: values.indices, kind: kind)
    (offset[i], scale[i]) = summary.map(kind)
  }

  /// That of some of its neurons, where F₀ does not move.
  package func part(_ neurons: Range<Int>) -> Scaling {
    precondition(baseline == nil, "F₀ moves")
    return Scaling(
      kind: kind, offset: Array(offset[neurons]), drift: Array(drift[neurons]),
      scale: Array(scale[neurons]), baseline: nil)
  }

  /// Adds each neuron's trend, times a factor, to neurons × frames in place.
  private func addTrend<S: Scalar>(to traces: inout Matrix<S>, times factor: Double) {
    for i in 0..<traces.rows where drift[i] != 0 {
      for t in 0..<traces.columns { traces[i, t] += S(factor * drift[i] * Double(t)) }
    }
  }

  /// Applies the scaling to neurons × frames in place, to dF/F where F₀ moves.
  @specialized(where S == Double)
  @specialized(where S == Float)
  package func apply<S: Scalar>(to rates: inout Matrix<S>) {
    for i in 0..<rates.rows where kind != .none || !isIdentity(i) {
      for t in 0..<rates.columns {
        let value = (Double(rates[i, t]) - offset[i] - drift[i] * Double(t)) / scale[i]
        let rate =
          switch kind {
          case .none: value
          case .tanh, .zscoreTanh: Foundation.tanh(value)
          case .max, .quantile: Swift.max(-Self.ceiling, Swift.min(Self.ceiling, value))
          }
        rates[i, t] = value.isNaN ? .nan : S(rate)
      }
    }
  }

  /// Makes rates of this rank's traces as they were recorded, neurons × frames, in place: all
  /// steps, with a low-pass of this corner frequency if there is one.
  ///
  /// - Throws: 64 if there is a low-pass and no clock; what `group` throws.
  /// - Collective: every rank of `group` must call it.
  package func applyAll<S: Scalar>(
    to traces: inout Matrix<S>, lowPass: Double?, local: Range<Int>, of recording: Recording,
    on group: borrowing some RankGroup & ~Copyable
  ) throws {
    baseline?.divide(&traces)
    if let lowPass {
      // The filter is linear and leaves constants alone, so only the trend must go first.
      addTrend(to: &traces, times: -1)
      var filter = Preprocessing()
      filter.lowPass = lowPass
      _ = try filter.apply(to: &traces, fitted: 0..<0, local: local, of: recording, on: group)
      addTrend(to: &traces, times: 1)
    }
    apply(to: &traces)
  }

  private func isIdentity(_ i: Int) -> Bool { offset[i] == 0 && drift[i] == 0 && scale[i] == 1 }

  /// Makes this the scaling of the traces as they were before other steps.
  package mutating func follow(_ maps: TraceMaps) {
    precondition(
      maps.linear.count == scale.count, "\(maps.linear.count) maps for \(scale.count) scales")
    baseline = maps.baseline
    for (i, before) in maps.linear.enumerated() {
      var map = before
      map.then(offset: offset[i], drift: drift[i], scale: scale[i])
      (offset[i], drift[i], scale[i]) = (map.offset, map.drift, map.scale)
    }
  }

  /// The value in the recording's units of a rate of this rank's neuron `i` at a frame.
  ///
  /// A clamped rate comes back as the clamp's edge, a missing one as NaN.
  package func restored(_ rate: Double, neuron i: Int, frame t: Int) -> Double {
    guard !rate.isNaN else { return .nan }
    let linear =
      switch kind {
      case .tanh, .zscoreTanh:
        Foundation.atanh(Swift.max(-Self.saturation, Swift.min(Self.saturation, rate)))
      default: rate
      }
    let value = offset[i] + drift[i] * Double(t) + scale[i] * linear
    return baseline.map { $0[i, t] * (1 + value) } ?? value
  }

  /// Rates beyond this come back as what this does: artanh of 1 is infinite.
  private static var saturation: Double { 1 - 1e-12 }
}

/// Replaces infinite values by NaN.
@specialized(where S == Double)
@specialized(where S == Float)
private func markInfinite<S: Scalar>(_ values: inout MutableSpan<S>) {
  for i in values.indices where !values[i].isFinite { values[i] = .nan }
}

/// What the scalings need to know of one series over the fitted frames.
private struct Summary {
  var largest = 0.0
  /// The 99.5th percentile of the magnitudes, where the scaling asks for it.
  var quantile = 0.0
  /// Sum of the squares, the mean left in.
  var squares = 0.0
  private var moments = Moments()

  var mean: Double { moments.mean }
  var deviation: Double { moments.deviation }
  var count: Double { moments.count }

  /// Offset and scale of a neuron that has its own.
  func map(_ kind: ScalingKind) -> (offset: Double, scale: Double) {
    if kind == .quantile { return (0, quantile > 0 ? quantile : 1) }
    return (mean, deviation > 0 ? 3 * deviation : 1)
  }

  @specialized(where S == Double)
  @specialized(where S == Float)
  init<S: Scalar>(of series: Span<S>, frames: Range<Int>, kind: ScalingKind) {
    for t in frames where !series[t].isNaN {
      let value = Double(series[t])
      largest = Swift.max(largest, abs(value))
      squares += value * value
      moments.add(value)
    }
    guard kind == .quantile else { return }
    quantile = Statistics.quantile(frames.map { abs(Double(series[$0])) }, 0.995, .lower) ?? 0
  }
}
