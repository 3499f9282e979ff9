package import Collectives
internal import Kernels
package import LinearAlgebra

/// A rate network, its neurons dealt to ranks.
///
/// `r[t+1] = (1 − α) r[t] + α tanh(W r[t] + W_in u[t] + b + e_in[t]) + α e_out[t]`.
/// `W[i, j]` is the weight onto neuron i from neuron j.
package struct RateNetwork<S: Scalar & Transferable>: ~Copyable {
  /// This rank's neurons.
  package let local: Range<Int>
  /// All neurons.
  package let neurons: Int
  /// Local × neurons.
  package var weights: Matrix<S>
  /// Local × inputs.
  package var inputWeights: Matrix<S>
  /// Local.
  package var bias: [S]
  /// Leak of each local neuron, `dt / τ` in (0, 1].
  package var alpha: [Double]

  /// A network from its rows on this rank.
  package init(
    local: Range<Int>, neurons: Int, weights: consuming Matrix<S>,
    inputWeights: consuming Matrix<S>, bias: [S], alpha: [Double]
  ) {
    precondition(
      weights.rows == local.count && weights.columns == neurons && bias.count == local.count
        && inputWeights.rows == local.count && alpha.count == local.count,
      "the rows do not fit neurons \(local) of \(neurons)")
    self.local = local
    self.neurons = neurons
    self.weights = weights
    self.inputWeights = inputWeights
    self.bias = bias
    self.alpha = alpha
  }
}

/// The noise of a simulation, given by neuron and step so that it does not depend on the
/// number of ranks.
package protocol NoiseSource {
  /// Noise added to the input currents of `neurons` in step `t`.
  func addInput<S: Scalar>(to currents: inout [S], neurons: Range<Int>, step t: Int)
  /// Noise added to the rates, times α, of `neurons` in step `t`.
  func output<S: Scalar>(neurons: Range<Int>, step t: Int, as: S.Type) -> [S]
}

extension RateNetwork {
  /// Runs the network and hands out each state, the start included.
  ///
  /// `start` are the rates of all neurons and `inputs` is inputs × steps, both equal on
  /// every rank; `observe` is called with t = 0...steps and this rank's rates at t.
  ///
  /// - Throws: what `observe` and `group` throw.
  /// - Complexity: 2N² flops a step over all ranks, and one gather of N rates.
  /// - Collective: every rank of `group` must call it.
  package func simulate(
    from start: [S], steps: Int, inputs: borrowing Matrix<S>, noise: (any NoiseSource)? = nil,
    threads: Int, group: borrowing some RankGroup & ~Copyable,
    observe: (_ t: Int, _ rates: [S]) throws -> Void
  ) throws {
    precondition(start.count == neurons, "\(start.count) rates for \(neurons) neurons")
    precondition(
      inputs.rows == inputWeights.columns && (inputs.rows == 0 || inputs.columns >= steps),
      "inputs are \(inputs.rows)×\(inputs.columns)")
    var state = start
    var rates = Array(start[local])
    let counts = try group.gather(local.count)
    try observe(0, rates)
    for t in 0..<steps {
      var currents = try recurrentCurrents(state, threads: threads)
      for i in rates.indices {
        currents[i] += bias[i]
        for k in 0..<inputs.rows { currents[i] += inputWeights[i, k] * inputs[k, t] }
      }
      noise?.addInput(to: &currents, neurons: local, step: t)
      var span = currents.mutableSpan
      applyTanh(to: &span)
      let impulses = noise?.output(neurons: local, step: t, as: S.self)
      for i in rates.indices {
        let leak = S(alpha[i])
        rates[i] = (1 - leak) * rates[i] + leak * (currents[i] + (impulses?[i] ?? 0))
      }
      var whole = state.mutableSpan
      try group.gather(rates.span, into: &whole, counts: counts)
      try observe(t + 1, rates)
    }
  }

  /// `W r` for the local rows, each a sum in an order that no other row changes.
  func recurrentCurrents(_ state: [S], threads: Int) throws -> [S] {
    let rows = local.count
    let blocks = rows * neurons > Self.threadedEntries ? threads : 1
    let partition = Partition(of: rows, among: max(1, min(blocks, rows)))
    let parts = try parallelMap(count: partition.ranks, threads: blocks) { block in
      partition.range(of: block).map { S(dot(weights.row($0), state.span)) }
    }
    return parts.flatMap { $0 }
  }

  /// Below this many weights a step is shorter than waking threads.
  private static var threadedEntries: Int { 1 << 18 }
}
