package import Collectives
internal import Kernels
package import LinearAlgebra

/// A network without bias of which rates or currents leak, its neurons dealt to ranks, that runs
/// through many trials side by side.
///
/// ```
/// rates:     r[t+1] = (1 − α) r[t] + α tanh(c[t]) + α e_out[t]
/// currents:  x[t+1] = (1 − α) x[t] + α c[t],   r[t+1] = tanh x[t+1] + α e_out[t]
/// ```
/// where `c[t] = W r[t] + W_in u[t] + e_in[t]`.
package struct TrialNetwork: ~Copyable {
  /// What leaks.
  package enum Leak: String, Sendable { case rates, currents }

  /// What leaks here.
  package let leak: Leak
  /// This rank's neurons.
  package let local: Range<Int>
  /// All neurons.
  package let neurons: Int
  /// Local × neurons.
  package let weights: Matrix<Float>
  /// Local × inputs.
  package let inputWeights: Matrix<Float>
  /// Of each local neuron, in (0, 1].
  package let alpha: [Double]

  /// A network from its rows on this rank.
  package init(
    leak: Leak, local: Range<Int>, weights: consuming Matrix<Float>,
    inputWeights: consuming Matrix<Float>, alpha: [Double]
  ) {
    precondition(
      weights.rows == local.count && inputWeights.rows == local.count
        && alpha.count == local.count, "the rows do not fit neurons \(local)")
    self.leak = leak
    self.local = local
    neurons = weights.columns
    self.weights = weights
    self.inputWeights = inputWeights
    self.alpha = alpha
  }
}

/// What some trials start with and are given, the same on every rank.
package struct TrialDrive: ~Copyable {
  /// The leaking variable, trials × neurons.
  package let starts: Matrix<Float>
  /// (trial · steps + step) × inputs.
  package let inputs: Matrix<Float>
  package let steps: Int

  /// The trials of these starts and inputs.
  package init(starts: consuming Matrix<Float>, inputs: consuming Matrix<Float>, steps: Int) {
    precondition(inputs.rows == starts.rows * steps, "\(inputs.rows) rows of inputs")
    self.starts = starts
    self.inputs = inputs
    self.steps = steps
  }

  /// How many there are.
  package var trials: Int { starts.rows }
}

extension TrialNetwork {
  /// Runs the trials and hands out every state, the start included.
  ///
  /// Step t of trial b has the noise of frame `frame(b, t)`. `observe` is called with t =
  /// 0...steps and the rates, local × trials. The numbers do not depend on the number of ranks,
  /// nor on which trials run together.
  ///
  /// - Throws: what `observe` and `group` throw.
  /// - Complexity: 2 N² flops a step and trial over all ranks, and one gather of N rates.
  /// - Collective: every rank of `group` must call it.
  package func simulate(
    _ drive: borrowing TrialDrive, noise: any NoiseSource,
    frame: (_ trial: Int, _ step: Int) -> Int,
    threads: Int, group: borrowing some RankGroup & ~Copyable,
    observe: (_ t: Int, _ rates: borrowing Matrix<Float>) throws -> Void
  ) throws {
    var state = Matrix<Float>(rows: local.count, columns: drive.trials)
    for i in 0..<local.count {
      for b in 0..<drive.trials { state[i, b] = drive.starts[b, local.lowerBound + i] }
    }
    var rates = Matrix<Float>(rows: local.count, columns: drive.trials)
    read(state, into: &rates)
    try observe(0, rates)
    for t in 0..<drive.steps {
      let gathered = try group.gatherRows(rates, rows: neurons)
      var currents = try products(with: gathered.view.transposed.copy(), threads: threads)
      for b in 0..<drive.trials {
        addDrive(drive, noise, trial: b, step: t, frame: frame(b, t), to: &currents)
      }
      approach(currents, &state)
      read(state, into: &rates)
      for b in 0..<drive.trials {
        let impulses = noise.output(neurons: local, step: frame(b, t), as: Float.self)
        for i in impulses.indices { rates[i, b] += Float(alpha[i]) * impulses[i] }
      }
      if leak == .rates {
        // Rates that leak are the state, noise and all.
        for i in 0..<local.count { state.copyRow(i, from: rates, i) }
      }
      try observe(t + 1, rates)
    }
  }

  /// Adds inputs and noise to the currents of a trial.
  private func addDrive(
    _ drive: borrowing TrialDrive, _ noise: any NoiseSource, trial b: Int, step t: Int, frame: Int,
    to currents: inout Matrix<Float>
  ) {
    var kicks = [Float](repeating: 0, count: local.count)
    noise.addInput(to: &kicks, neurons: local, step: frame)
    for i in kicks.indices {
      for k in 0..<inputWeights.columns {
        kicks[i] += inputWeights[i, k] * drive.inputs[b * drive.steps + t, k]
      }
      currents[i, b] += kicks[i]
    }
  }

  /// `W r` of the local neurons, local × trials, for rates trials × neurons.
  private func products(
    with rates: borrowing Matrix<Float>, threads: Int
  ) throws -> Matrix<Float> {
    let blocks = Partition(of: local.count, among: max(1, min(threads, local.count)))
    let trials = rates.rows
    let parts = try parallelMap(count: blocks.ranks, threads: threads) { block in
      blocks.range(of: block).flatMap { i in
        (0..<trials).map { Float(weights.dot(i, rates, $0)) }
      }
    }
    var result = Matrix<Float>(rows: local.count, columns: trials)
    var target = result.mutableElements
    for (place, value) in parts.joined().enumerated() { target[place] = value }
    return result
  }

  /// `state ← (1 − α) state + α goal`, goal being the currents, or their tanh where rates leak.
  private func approach(_ currents: borrowing Matrix<Float>, _ state: inout Matrix<Float>) {
    for i in 0..<state.rows {
      let a = Float(alpha[i])
      var goal = currents.array(ofRow: i)
      if leak == .rates {
        var span = goal.mutableSpan
        applyTanh(to: &span)
      }
      for b in goal.indices { state[i, b] = (1 - a) * state[i, b] + a * goal[b] }
    }
  }

  /// The rates of a state.
  private func read(_ state: borrowing Matrix<Float>, into rates: inout Matrix<Float>) {
    for i in 0..<state.rows { rates.copyRow(i, from: state, i) }
    guard leak == .currents else { return }
    var elements = rates.mutableElements
    applyTanh(to: &elements)
  }
}
