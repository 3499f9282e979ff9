package import Collectives
internal import Kernels
package import LinearAlgebra

/// A network that can be run: `r[t+1] = (1 − α) r[t] + α tanh(currents + e_in[t]) + α e_out[t]`.
///
/// How W is kept is the network's own affair; its neurons are dealt to ranks.
package protocol RateDynamics<S>: ~Copyable {
  associatedtype S: Scalar & Transferable
  /// This rank's neurons.
  var local: Range<Int> { get }
  /// All neurons.
  var neurons: Int { get }
  /// External inputs.
  var inputs: Int { get }
  /// Leak of each local neuron, `dt / τ` in (0, 1].
  var alpha: [Double] { get }

  /// `W r + W_in u[t] + b` of the local neurons; `state` are the rates of all.
  ///
  /// The same numbers on any number of ranks.
  ///
  /// - Collective: every rank of `group` must call it.
  func currents(
    of state: [S], inputs: borrowing Matrix<S>, step t: Int, threads: Int,
    group: borrowing some RankGroup & ~Copyable
  ) throws -> [S]
}

/// The noise of a simulation, given by neuron and step so that it does not depend on the
/// number of ranks.
package protocol NoiseSource {
  /// Noise added to the input currents of `neurons` in step `t`.
  func addInput<S: Scalar>(to currents: inout [S], neurons: Range<Int>, step t: Int)
  /// Noise added to the rates, times α, of `neurons` in step `t`.
  func output<S: Scalar>(neurons: Range<Int>, step t: Int, as: S.Type) -> [S]
}

extension RateDynamics where Self: ~Copyable {
  /// Runs the network and hands out each state, the start included.
  ///
  /// `start` are the rates of all neurons and `inputs` is inputs × steps, both equal on
  /// every rank; `observe` is called with t = 0...steps and this rank's rates at t. What is done
  /// to neurons besides is the `intervention`.
  ///
  /// - Throws: what `observe` and `group` throw.
  /// - Complexity: the currents of each step, and one gather of N rates.
  /// - Collective: every rank of `group` must call it.
  package func simulate(
    from start: [S], steps: Int, inputs: borrowing Matrix<S>, noise: (any NoiseSource)? = nil,
    intervention: Intervention = Intervention(), threads: Int,
    group: borrowing some RankGroup & ~Copyable,
    observe: (_ t: Int, _ rates: [S]) throws -> Void
  ) throws {
    precondition(start.count == neurons, "\(start.count) rates for \(neurons) neurons")
    precondition(
      inputs.rows == self.inputs && (inputs.rows == 0 || inputs.columns >= steps),
      "inputs are \(inputs.rows)×\(inputs.columns)")
    var state = start
    intervention.hold(&state, of: 0..<neurons, frame: 0)
    var rates = Array(state[local])
    let counts = try group.gather(local.count)
    try observe(0, rates)
    for t in 0..<steps {
      var currents = try currents(
        of: state, inputs: inputs, step: t, threads: threads, group: group)
      noise?.addInput(to: &currents, neurons: local, step: t)
      intervention.drive(&currents, of: local, step: t)
      var span = currents.mutableSpan
      applyTanh(to: &span)
      let impulses = noise?.output(neurons: local, step: t, as: S.self)
      leak(&rates, towards: currents, impulses: impulses, alpha: alpha)
      intervention.hold(&rates, of: local, frame: t + 1)
      var whole = state.mutableSpan
      try group.gather(rates.span, into: &whole, counts: counts)
      try observe(t + 1, rates)
    }
  }
}

/// `r ← (1 − α) r + α (currents + impulses)`.
@specialized(where S == Float)
@specialized(where S == Double)
private func leak<S: Scalar>(
  _ rates: inout [S], towards currents: [S], impulses: [S]?, alpha: [Double]
) {
  for i in rates.indices {
    let leak = S(alpha[i])
    rates[i] = (1 - leak) * rates[i] + leak * (currents[i] + (impulses?[i] ?? 0))
  }
}

/// Adds `W_in u[t]` to the currents of as many neurons as `weights` has rows.
@specialized(where S == Float)
@specialized(where S == Double)
func addInputs<S: Scalar>(
  _ inputs: borrowing Matrix<S>, weights: borrowing Matrix<S>, step t: Int,
  to currents: inout [S]
) {
  for i in currents.indices {
    for k in 0..<inputs.rows { currents[i] += weights[i, k] * inputs[k, t] }
  }
}

/// A matrix times a vector, each row a sum in an order that no other row changes.
@specialized(where S == Float)
@specialized(where S == Double)
func rowProducts<S: Scalar>(
  _ matrix: borrowing Matrix<S>, _ vector: [S], threads: Int
) throws -> [S] {
  let blocks = matrix.rows * matrix.columns > threadedEntries ? threads : 1
  let partition = Partition(of: matrix.rows, among: max(1, min(blocks, matrix.rows)))
  let parts = try parallelMap(count: partition.ranks, threads: blocks) { block in
    partition.range(of: block).map { S(dot(matrix.row($0), vector.span)) }
  }
  return parts.flatMap { $0 }
}

/// Below this many entries a product is shorter than waking threads.
private let threadedEntries = 1 << 18
