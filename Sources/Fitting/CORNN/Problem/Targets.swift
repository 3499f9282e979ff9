internal import Kernels
package import LinearAlgebra

/// What becomes of targets beyond ±1, which no rate in (−1, 1) can have caused.
package enum TargetRange: String, Codable, Sendable, CaseIterable {
  /// They are taken for ±1.
  case clamped
  /// They are taken as they are: the loss is linear in them, so that the mean over transitions is
  /// fitted where noise, divided by α, carries single ones far out.
  case unclipped
}

/// The targets of one neuron's subproblem.
///
/// `d[t] = (r[t+1] − (1 − α) r[t]) / α`, in float64 whatever the working precision:
/// the difference is amplified by 1/α.
package struct TargetRule: Sendable {
  /// The leak.
  package let alpha: Double
  /// |d| is clamped to 1 − this.
  package let margin: Double
  /// Whether what is clamped is kept as an excess.
  package let range: TargetRange

  package init(alpha: Double, margin: Double, range: TargetRange = .clamped) {
    precondition(
      range == .clamped || margin == PointwiseLoss.excessMargin,
      "an excess is over ±(1 − \(PointwiseLoss.excessMargin)), not ±(1 − \(margin))")
    self.alpha = alpha
    self.margin = margin
    self.range = range
  }

  /// d of one transition; NaN where a rate is missing.
  func target(from now: Double, to next: Double) -> Double { (next - (1 - alpha) * now) / alpha }

  /// d of the given transitions.
  @specialized(where R == Double)
  @specialized(where R == Float)
  func targets<R: Scalar>(rates: Span<R>, transitions: Transitions) -> [Double] {
    transitions.frames.map { target(from: Double(rates[$0]), to: Double(rates[$0 + 1])) }
  }

  /// Writes `z = artanh d`, d clamped to ±(1 − margin), and the headroom beside it, for the given
  /// targets.
  ///
  /// A missing one gives NaN, which the loss kernels leave out.
  /// - Returns: how many targets lie beyond ±1, how many are missing.
  @specialized(where S == Double)
  @specialized(where S == Float)
  func fill<S: Scalar>(
    _ z: inout MutableSpan<S>, headroom: inout MutableSpan<S>, targets d: [Double]
  ) -> (clipped: Int, missing: Int) {
    let limit = 1 - margin
    var clipped = 0
    var missing = 0
    var excesses: [(sample: Int, excess: Double)] = []
    var targets = [Double](repeating: .nan, count: z.count)
    for (i, target) in d.enumerated() {
      if target.isNaN {
        missing += 1
      } else {
        if abs(target) > 1 { clipped += 1 }
        if range == .unclipped, abs(target) > limit { excesses.append((i, abs(target) - limit)) }
        targets[i] = max(-limit, min(limit, target))
      }
    }
    var values = targets.mutableSpan
    applyAtanh(to: &values)
    for i in 0..<values.count { z[i] = S(values[i]) }
    PointwiseLoss.headroom(of: z.span, into: &headroom)
    for (i, excess) in excesses {
      z[i] = S(z[i] < 0 ? -PointwiseLoss.excessTarget : PointwiseLoss.excessTarget)
      headroom[i] = S(-excess)
    }
    return (clipped, missing)
  }
}

extension Matrix {
  /// Fills a row with the targets of a neuron, and the same row of `headroom` with what the loss
  /// takes beside them.
  ///
  /// - Returns: how many targets lie beyond ±1, how many are missing.
  package mutating func setTargets<R: Scalar>(
    row i: Int, _ rule: TargetRule, headroom: inout Matrix, rates: Span<R>,
    transitions: Transitions
  ) -> (clipped: Int, missing: Int) {
    setTargets(
      row: i, rule, headroom: &headroom,
      targets: rule.targets(rates: rates, transitions: transitions))
  }

  /// The same from targets d that are known.
  mutating func setTargets(
    row i: Int, _ rule: TargetRule, headroom: inout Matrix, targets: [Double]
  ) -> (clipped: Int, missing: Int) {
    var row = mutableRow(i)
    var beside = headroom.mutableRow(i)
    return rule.fill(&row, headroom: &beside, targets: targets)
  }
}
