package import Kernels
package import LinearAlgebra

/// What a rival minimises, of one neuron and transition: the fit's losses, and one more.
package enum RivalLoss: Equatable, Sendable {
  /// A loss of the fit.
  case pointwise(PointwiseLoss)
  /// `(d − tanh s)² / 2`, the squared error of the output; not convex.
  case squared

  /// The loss of a row at the activations s, with `E = −φ′(s)` in e; missing samples add nothing.
  package func score(
    targets z: Span<Double>, headroom eta: Span<Double>, activations s: Span<Double>,
    into e: inout MutableSpan<Double>, scratch: inout MutableSpan<Double>
  ) -> Double {
    switch self {
    case .pointwise(let loss):
      return loss.score(
        targets: z, headroom: eta, activations: s, into: &e, curvatures: &scratch
      ).loss
    case .squared:
      tanh(z, into: &scratch)
      tanh(s, into: &e)
      var sum = 0.0
      for t in 0..<z.count {
        let output = e[t]
        let error = z[t].isNaN ? 0 : scratch[t] - output
        sum += error * error / 2
        e[t] = error * (1 - output * output)
      }
      return sum
    }
  }
}
