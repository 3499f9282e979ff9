package import Kernels
internal import LinearAlgebra

/// What a rival minimises, of one neuron and transition: the fit's losses, and one more.
package enum RivalLoss: Equatable, Sendable {
  /// A loss of the fit.
  case pointwise(PointwiseLoss)
  /// `(d − tanh s)² / 2`, the squared error of the output; not convex.
  case squared
}

/// The sums over one row.
package struct RivalScore: Equatable, Sendable {
  /// Σ φ.
  package var loss: Double
  /// Samples beyond the threshold of a loss that has one.
  package var beyond = 0
  /// Samples that are not missing.
  package var observed = 0
}

extension RivalLoss {
  /// Evaluates one row at the activations s: e receives `E = −φ′(s)`, scratch anything.
  ///
  /// A NaN in z marks a missing sample, which adds nothing and has E = 0.
  package func score(
    targets z: Span<Double>, headroom eta: Span<Double>, activations s: Span<Double>,
    into e: inout MutableSpan<Double>, scratch: inout MutableSpan<Double>
  ) -> RivalScore {
    switch self {
    case .pointwise(let loss):
      let found = loss.score(
        targets: z, headroom: eta, activations: s, into: &e, curvatures: &scratch)
      return RivalScore(loss: found.loss, beyond: found.beyond, observed: found.observed)
    case .squared:
      tanh(z, into: &scratch)
      tanh(s, into: &e)
      var score = RivalScore(loss: 0)
      for t in 0..<z.count {
        guard !z[t].isNaN else {
          e[t] = 0
          continue
        }
        let output = e[t]
        let error = scratch[t] - output
        score.observed += 1
        score.loss += error * error / 2
        e[t] = error * (1 - output * output)
      }
      return score
    }
  }
}

extension PointwiseLoss {
  /// `φ″(s)` of a row: 0 of missing samples, and beyond the threshold of a loss that has one.
  ///
  /// The kernels give clipped samples the secant's curvature, which bounds; this is the Hessian's.
  func curvature(
    targets z: Span<Double>, headroom eta: Span<Double>, activations s: Span<Double>,
    into h: inout MutableSpan<Double>
  ) {
    tanh(s, into: &h)
    for t in 0..<z.count {
      guard !z[t].isNaN else {
        h[t] = 0
        continue
      }
      let output = h[t]
      let slope = 1 - output * output
      // d = ±(1 − 2η), q = 1 − d².
      let q = 4 * eta[t] * (1 - eta[t])
      let d = z[t] < 0 ? 2 * eta[t] - 1 : 1 - 2 * eta[t]
      let (weight, threshold) = weight(q)
      h[t] = weight * abs(d - output) > threshold ? 0 : weight * slope
    }
  }

  /// w of `PointwiseLoss`, and what `|w (d − tanh s)|` bends at.
  private func weight(_ q: Double) -> (weight: Double, threshold: Double) {
    switch self {
    case .crossEntropy: (1, .infinity)
    case .clipped(let k, let threshold): (q / (q * q + k * k), threshold)
    case .weighted(let threshold): (1 / q, threshold)
    }
  }
}
