internal import Kernels
package import LinearAlgebra

/// The targets of one neuron's subproblem.
///
/// `d[t] = (r[t+1] − (1 − α) r[t]) / α`, in float64 whatever the working precision:
/// the difference is amplified by 1/α.
package struct TargetRule: Sendable {
  /// The leak.
  package let alpha: Double
  /// |d| is clamped to 1 − this.
  package let margin: Double

  package init(alpha: Double, margin: Double) {
    self.alpha = alpha
    self.margin = margin
  }

  /// Writes `z = artanh d`, d clamped to ±(1 − margin), for the given transitions.
  ///
  /// A missing r[t+1] gives NaN, which the loss kernels leave out.
  /// - Returns: how many targets had to be clamped, how many are missing.
  @specialized(where S == Double, R == Double)
  @specialized(where S == Float, R == Float)
  @specialized(where S == Float, R == Double)
  @specialized(where S == Double, R == Float)
  func fill<S: Scalar, R: Scalar>(
    _ z: inout MutableSpan<S>, rates: Span<R>, transitions: Transitions
  ) -> (clipped: Int, missing: Int) {
    let limit = 1 - margin
    var clipped = 0
    var missing = 0
    var targets = [Double](repeating: .nan, count: z.count)
    for (i, t) in transitions.frames.enumerated() {
      let now = Double(rates[t])
      let next = Double(rates[t + 1])
      let target = (next - (1 - alpha) * now) / alpha
      if target.isNaN {
        missing += 1
      } else {
        if abs(target) > 1 { clipped += 1 }
        targets[i] = max(-limit, min(limit, target))
      }
    }
    var values = targets.mutableSpan
    applyAtanh(to: &values)
    for i in 0..<values.count { z[i] = S(values[i]) }
    return (clipped, missing)
  }
}

extension Matrix {
  /// Fills a row with the targets of a neuron.
  ///
  /// - Returns: how many targets had to be clamped, how many are missing.
  package mutating func setTargets<R: Scalar>(
    row i: Int, _ rule: TargetRule, rates: Span<R>, transitions: Transitions
  ) -> (clipped: Int, missing: Int) {
    var row = mutableRow(i)
    return rule.fill(&row, rates: rates, transitions: transitions)
  }

  /// `row i ← (1 − |d|) / 2` of the same row of targets.
  package mutating func setHeadroom(row i: Int, _ targets: borrowing Matrix) {
    var row = mutableRow(i)
    PointwiseLoss.headroom(of: targets.row(i), into: &row)
  }
}
