package import Collectives
internal import LinearAlgebra
package import Networks

extension RateNetwork<Double> {
  /// What a read-out at the end of a run gains by a small pulse into each neuron.
  ///
  /// `s_j = d (vᵀ r[H]) / d e_j`, with e_j the amplitude of the pulse into neuron j, is the
  /// derivative of the run itself, backwards:
  /// ```
  /// λ[H] = v,   g[t] = α (1 − tanh²) λ[t+1],   λ[t] = (1 − α) λ[t+1] + Wᵀ g[t]
  /// s = λ[0] for the rate,   s = Σ_{t < frames} g[t] for the current
  /// ```
  ///
  /// - Parameters:
  ///   - readOut: v, a weight for each of all neurons, the same on every rank.
  ///   - site: where the pulse is added.
  ///   - run: the run.
  ///   - group: all ranks.
  /// - Returns: s of this rank's neurons.
  /// - Throws: what `group` throws.
  /// - Complexity: 2 N² flops a step over all ranks, and a sum of N numbers.
  /// - Collective: every rank of `group` must call it.
  package func sensitivity(
    of readOut: [Double], toPulseAt site: Pulse.Site, along run: borrowing ReferenceRun,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [Double] {
    precondition(readOut.count == neurons, "\(readOut.count) weights of \(neurons) neurons")
    var adjoint = Array(readOut[local])
    var ofCurrents = [Double](repeating: 0, count: local.count)
    for t in (0..<run.steps).reversed() {
      var slopes = Matrix<Double>(rows: local.count, columns: 1)
      for i in adjoint.indices { slopes[i, 0] = run.gains[i, t] * adjoint[i] }
      if case .current(let frames) = site, t < frames {
        for i in adjoint.indices { ofCurrents[i] += slopes[i, 0] }
      }
      var back = product(weights.view.transposed, slopes.view)
      try group.sum(&back)
      for (i, neuron) in local.enumerated() {
        adjoint[i] = (1 - alpha[i]) * adjoint[i] + back[neuron, 0]
      }
    }
    return site == .rate ? adjoint : ofCurrents
  }
}
