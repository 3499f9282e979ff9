internal import CKernels
private import Glibc

/// The loss of one sample: target d = tanh z against the activation s.
///
/// With q = 1 − d² and the score `E = −φ′(s)`:
/// ```
/// crossEntropy  w = 1              E = d − tanh s
/// clipped       w = q / (q² + k²)  E = w (d − tanh s), clipped to ±threshold
/// weighted      w = 1 / q          E = w (d − tanh s), 0 where |E| > threshold
/// φ(s) = w [ln cosh s − ln cosh z − d (s − z)]
/// ```
/// φ is continued along its tangent (`clipped`) or as a constant (`weighted`) beyond the
/// threshold. It is at least 0, and 0 at s = z. It is convex but for `weighted`, the
/// dropping rule of the published method, kept for comparison.
///
/// Targets are given as z, |z| ≤ 20: `Float` then stays accurate for |d| close to 1,
/// because z − s needs no cancelling difference. A NaN marks a missing sample, which adds
/// nothing and has E = 0.
///
/// The cross entropy is linear in d, and stays convex where a target lies beyond ±1: φ then has no
/// minimum, and the ridge bounds s. Such a target is given as that of ±(1 − `excessMargin`) with
/// what it lies beyond it, the excess, as negative headroom. The others have no weight w there.
/// Reference: Dinç, Shai, Schnitzer, Tanaka (2023), CORNN.
package enum PointwiseLoss: Codable, Equatable, Sendable {
  /// The deviance of a Bernoulli variable in ±1 with mean d.
  case crossEntropy
  /// The weights of conversion noise k times the input noise, Huberised; k = 0 weighs by
  /// the input noise alone.
  case clipped(k: Double, threshold: Double)
  /// The rule of the published method; not convex.
  case weighted(threshold: Double)

  /// Targets are within ±(1 − this), with an excess where they are beyond.
  package static let excessMargin = 2 * CK_CLAMPED_HEADROOM

  /// z of a target with an excess above 1: artanh of 1 − `excessMargin` without the rounding of that
  /// difference, which the kernels do not make.
  package static let excessTarget = 0.5 * log((1 - CK_CLAMPED_HEADROOM) / CK_CLAMPED_HEADROOM)

  /// Whether targets beyond ±1 have a meaning.
  package var takesExcess: Bool { self == .crossEntropy }

  /// Whether it is the published rule, which minimises nothing.
  package var isPublishedRule: Bool {
    if case .weighted = self { return true }
    return false
  }

  /// The arguments of the C kernels.
  var kernel: (kind: CInt, k: Double, threshold: Double) {
    switch self {
    case .crossEntropy: return (CInt(CK_CROSS_ENTROPY), 0, .infinity)
    case .clipped(let k, let threshold):
      precondition(k >= 0 && threshold > 0, "k is \(k), threshold \(threshold)")
      return (CInt(CK_CLIPPED), k, threshold)
    case .weighted(let threshold):
      precondition(threshold > 0, "threshold is \(threshold)")
      return (CInt(CK_WEIGHTED), 0, threshold)
    }
  }
}

/// The sums over one row that a line search needs.
package struct RowScore: Equatable, Sendable {
  /// Σ φ.
  package var loss: Double
  /// Σ E sp, minus the derivative of the loss along sp; 0 when no direction was given.
  package var slope: Double
  /// The number of samples clipped or dropped.
  package var beyond: Int
  /// The number of samples that are not missing.
  package var observed: Int
}

extension PointwiseLoss {
  /// `(1 − |d|) / 2` of the targets: what every evaluation of a row takes beside z, but for those
  /// that have an excess.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package static func headroom<S: VectorKernels>(of z: Span<S>, into eta: inout MutableSpan<S>) {
    requireEqualLengths(z.count, eta.count)
    S.kernelHeadroom(z.count, z.pointer, eta.pointer)
  }

  /// Evaluates one row at the activations s; e receives E, h the curvatures.
  ///
  /// They are max(φ″, E / (z − s)) with φ″ = 0 beyond the bend: the second term keeps
  /// clipped samples from counting as flat.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func score<S: VectorKernels>(
    targets z: Span<S>, headroom eta: Span<S>, activations s: Span<S>,
    into e: inout MutableSpan<S>, curvatures h: inout MutableSpan<S>
  ) -> RowScore {
    requireEqualLengths(z.count, eta.count, s.count, e.count, h.count)
    return S.kernelScore(
      self, z.count, z.pointer, eta.pointer, s.pointer, nil, 0, e.pointer, h.pointer)
  }

  /// Evaluates one row at `s + t sp`; e receives E, h the curvatures.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func score<S: VectorKernels>(
    targets z: Span<S>, headroom eta: Span<S>, activations s: Span<S>, step t: S,
    along sp: Span<S>, into e: inout MutableSpan<S>, curvatures h: inout MutableSpan<S>
  ) -> RowScore {
    requireEqualLengths(z.count, eta.count, s.count, sp.count, e.count, h.count)
    return S.kernelScore(
      self, z.count, z.pointer, eta.pointer, s.pointer, sp.pointer, t, e.pointer, h.pointer)
  }

  /// `Σ w (ln cosh z − d z)`: added to Σ φ it gives the sum of `w (ln cosh s − d s)`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  package func offset<S: VectorKernels>(targets z: Span<S>) -> Double {
    S.kernelLossOffset(self, z.count, z.pointer)
  }
}
