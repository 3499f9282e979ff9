package import Collectives
internal import LinearAlgebra
package import Networks

/// A current that is added to the inputs of one neuron in the first frames of a run.
package struct Pulse: Equatable, Sendable {
  /// In the units of `W r`.
  package let amplitude: Double
  /// Frames, at least 1.
  package let duration: Int

  package init(amplitude: Double, duration: Int) {
    precondition(duration >= 1, "a pulse of \(duration) frames")
    self.amplitude = amplitude
    self.duration = duration
  }
}

extension RateNetwork<Double> {
  /// What a read-out at the end of a run gains by a small pulse into each neuron.
  ///
  /// ```
  /// s_j = d (vᵀ r[H]) / d e_j,   e_j added to the current of neuron j in frames 0..<duration
  /// ```
  /// The derivative is that of the run itself, backwards: `λ[H] = v`, `g[t] = α (1 − tanh²) λ[t+1]`,
  /// `λ[t] = (1 − α) λ[t+1] + Wᵀ g[t]`, and `s = Σ_{t < duration} g[t]`.
  ///
  /// - Parameters:
  ///   - readOut: v, a weight for each of all neurons, the same on every rank.
  ///   - duration: frames of the pulse.
  ///   - run: the run.
  ///   - group: all ranks.
  /// - Returns: s of this rank's neurons.
  /// - Complexity: 2 N² flops a step over all ranks, and a sum of N numbers.
  /// - Collective: every rank of `group` must call it.
  package func sensitivity(
    of readOut: [Double], toPulseOf duration: Int, along run: borrowing ReferenceRun,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    precondition(readOut.count == neurons, "\(readOut.count) weights of \(neurons) neurons")
    var adjoint = Array(readOut[local])
    var result = [Double](repeating: 0, count: local.count)
    for t in (0..<run.steps).reversed() {
      var slopes = Matrix<Double>(rows: local.count, columns: 1)
      for i in adjoint.indices {
        slopes[i, 0] = run.gains[i, t] * adjoint[i]
        if t < duration { result[i] += slopes[i, 0] }
      }
      guard t > 0 else { break }
      var back = product(weights.view.transposed, slopes.view)
      try group.sum(&back)
      for (i, neuron) in local.enumerated() {
        adjoint[i] = (1 - alpha[i]) * adjoint[i] + back[neuron, 0]
      }
    }
    return result
  }
}
